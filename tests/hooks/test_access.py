"""What the build does for those who use a keyboard or a screen reader."""

from __future__ import annotations

import pytest
from one_page import read
from publish.assets import bent
from runner import SourceError

PAGE = """# Page { #page }

::: output small:sum

$$
x
$$

|   | a |
| --- | ---: |
| b | 1 |

```python
a = 1
```

```python title="x.py" linenums="1"
a = 2
```

    a = 3
"""


def test_what_scrolls_has_a_name_and_a_stop() -> None:
    page = read(PAGE).soup
    for selector, name in (
        ("pre.output", "Output"),
        ("div.formula", "Formula"),
        ("div.table", "Table"),
        (".highlight code", "Program"),
    ):
        found = page.select(selector)
        assert found, selector
        for element in found:
            assert element["tabindex"] == "0"
            assert (element["role"], element["aria-label"]) == ("group", name)
    assert page.select_one("thead tr").find(True).name == "td", "heads nothing"
    (column,) = page.select(".table thead th")
    assert (column["class"], column["scope"]) == (["right"], "col")


def test_a_row_of_a_table_has_a_header_and_a_cell_its_column() -> None:
    """A row that has only its first cell heads those below it, in a body of their own."""
    table = (
        "# T { #t }\n\n| | $x_1$, in m | b? |\n| --- | --: | --- |\n"
        "| **Group** | | |\n| one | 1 | |\n| Other | | |\n| two | 2 | c |\n"
    )
    soup = read(table).soup
    groups = [
        [(th.get_text(), th["scope"], th.get("colspan")) for th in body.select("th")]
        for body in soup.select("tbody")
    ]
    assert groups == [
        [("Group", "rowgroup", "3"), ("one", "row", None)],
        [("Other", "rowgroup", "3"), ("two", "row", None)],
    ]
    named = [cell.get("data-head") for cell in soup.select("td[data-head]")]
    assert named == ["x1, in m: ", "x1, in m: ", "b? "], "no colon behind a question"
    assert "stacks" not in soup.select_one(".table")["class"], "a phone shows it whole"
    wide = table.replace("| two |", f"| {'two ' * 9}|").replace(
        "| c |", f"| {'c ' * 20}|"
    )
    assert "stacks" in read(wide).soup.select_one(".table")["class"]


def test_marks_stay_with_their_formula() -> None:
    soup = read("# T { #t }\n\nSo ($x$), “$y$” and $z$: $a$ = $b$.\n").soup
    whole = [one.get_text() for one in soup.select(".whole")]
    assert whole == ["(x),", "“y”", "z:", "b."]


def test_each_copy_button_has_its_program() -> None:
    page = read(PAGE).soup
    programs = [code.get_text() for code in page.select(".highlight code")]
    assert programs == ["a = 1\n", "a = 2\n", "a = 3\n"]
    targets = [b["data-clipboard-target"] for b in page.select(".highlight button")]
    assert targets == [f"#{code['id']}" for code in page.select(".highlight code")]
    assert len(set(targets)) == 3


def test_the_script_measures_no_program() -> None:
    programs = '"pre:not(.mermaid) > code"'
    script = f'M({programs},e).map(Yn),M("a",e).map(Jn)'
    changed = bent(script, "bundle.js")
    assert programs not in changed and changed.endswith('M("a",e).map(Jn)')
    for other in ("", script + script):
        with pytest.raises(SourceError, match="still needs to be bent"):
            bent(other, "bundle.js")
