"""The marks of a page: what is numbered, as what, and what comes back."""

from __future__ import annotations

import pytest
from chapters.page import Mark, Marks, Text
from runner import Place, nearest

HERE = Place("docs/en/a.md", 3)
SOURCE = """# A {{ small:total }}  {{ small:total | .2f }}

::: output small:sum
> - \t::: figure small:line
> \t      alt: Text

It says [@one2020] and `{{ code:is }}`.

```python
--8<-- "small.py:sum"
```
"""


def test_each_mark_has_its_kind_its_text_and_its_line() -> None:
    marks = Marks("")
    marks.number(SOURCE, HERE)
    found = [(one.kind, one.source.split("\n")[0], one.place.line) for one in marks.all]
    assert found == [
        ("value", "{{ small:total }}", 3),
        ("value", "{{ small:total | .2f }}", 3),
        ("directive", "::: output small:sum", 5),
        ("directive", "::: figure small:line", 6),
        ("citation", "[@one2020]", 9),
        ("value", "{{ code:is }}", 9),
        ("include", '--8<-- "small.py:sum"', 12),
    ]


@pytest.mark.parametrize("text", [SOURCE, "A {{ a:b }}", "    ::: output a:b\n        c: d\n    e"])  # fmt: skip
def test_what_was_numbered_comes_back_as_it_was(text: str) -> None:
    marks = Marks("")
    numbered = marks.number(text, HERE)
    assert numbered != text
    assert marks.restored(numbered) == text
    assert marks.number(numbered, HERE) == numbered


def test_lines_of_a_mark_lose_what_they_are_indented_by() -> None:
    (mark,) = _all("    ::: output a:b\n        c: d\n")
    assert (mark.indent, mark.program) == (4, "a")
    assert mark.lines == ["::: output a:b", "    c: d"]
    (mark,) = _all(">  \t::: output\n> more")
    assert mark.indent == 4 and mark.program == ""


def _all(text: str) -> list[Mark]:
    marks = Marks("")
    marks.number(text, HERE)
    return marks.all


def test_values_are_replaced_and_what_follows_them_stays() -> None:
    marks = Marks("")
    numbered = marks.number(
        "A {{ a:b }}  and {{ c:d[0] }}\n{{ no }} [@e2020] end", HERE
    )
    seen: list[str] = []

    def write(mark: Mark) -> str:
        seen.append(mark.source)
        return str(len(seen))

    replaced = marks.replaced(numbered, write)
    assert replaced.startswith("A 1  and 2\n")
    assert seen == ["{{ a:b }}", "{{ c:d[0] }}"]
    assert marks.restored(replaced).endswith("{{ no }} [@e2020] end")


def test_a_gap_is_closed_between_the_letters_that_have_none() -> None:
    marks = Marks("一-龥")
    numbered = marks.number("中文\n接着中文\nand 中文", HERE)
    assert [mark.kind for mark in marks.all] == ["gap"]
    assert marks.replaced(numbered, lambda mark: "") == "中文接着中文\nand 中文"


def test_other_pages_may_show_directives_values_and_programs() -> None:
    marks = Marks("")
    text = Text("a/b.md", marks.number(SOURCE, HERE), HERE, marks)
    assert [one.split("\n")[0] for one in text.shown] == [
        "{{ small:total }}",
        "{{ small:total | .2f }}",
        "::: output small:sum",
        "::: figure small:line",
        "{{ code:is }}",
        '--8<-- "small.py:sum"',
    ]
    assert text.url == "" and text.figure("small-line") == "b/small-line.svg"
    assert Text("a/index.md", "", HERE, Marks("")).figure("x") == "x.svg"


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (["loss", "lost", "total"], "values nearest to it: loss, lost."),
        (["alpha", "beta"], "values nearest to it: alpha, beta."),
        (map(str, range(20)), "values nearest to it: 0, 1, 10, 11, 12, 13, 14, 15."),
        ([], "there are none among values."),
    ],
)
def test_a_remedy_names_what_is_near(known: list[str], said: str) -> None:
    assert nearest("losses", known, "values") == said
