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
    assert [cell["class"] for cell in page.select(".table th")] == [["right"]]


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
