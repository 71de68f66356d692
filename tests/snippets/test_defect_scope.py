"""A function-local name is unknown to another function."""


def test_the_local_name_is_what_is_missing(record):
    text = record("defect_scope").text("broken")
    assert text.rstrip().endswith("NameError: name 'h' is not defined")
    # It fails in the second function; the first, which binds the name, ran through.
    assert "in reach_for_it" in text
    assert "in keep_inside" not in text


def test_handing_the_value_over_works(record):
    text = record("defect_scope").text("mended")
    assert "(2, 1)" in text  # the shape of W2, as a gradient of W2 must have
