"""TensorFlow does not multiply float64 by float32; NumPy would have."""

import numpy as np


def test_the_exception_names_both_types(record):
    last = record("defect_dtype").text("broken").rstrip().splitlines()[-1]
    assert "InvalidArgumentError" in last
    assert "MatMul" in last
    assert "double" in last and "float tensor" in last


def test_after_the_cast_it_is_the_same_product(record):
    values = record("defect_dtype").values
    batch, weights = np.array(values["batch"]), np.array(values["weights"])
    # All weights are one, so that each entry is the sum of a row.
    expected = np.repeat(batch.sum(axis=1, keepdims=True), 2, axis=1)
    np.testing.assert_allclose(values["product"], expected, rtol=1e-6)
    assert "float32 (4, 2)" in record("defect_dtype").text("mended")
    # NumPy promotes float32 to float64 without a word.
    assert (batch @ weights.astype(np.float32)).dtype == np.float64
