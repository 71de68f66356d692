"""What all pages of a language share, asked page by page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chapters.data import Source
from chapters.edition import Edition, check_twins
from conftest import SMALL
from copies.markdown import Site, copy_of
from one_page import edition_of, read, small_records
from runner import SourceError

HOME = """# Home {{ small:total | .1f }} { #home }

The sum is {{ small:total }}, in all {{ small:total }}.

::: figure picture:line
    alt: A line that is {{ small:total | .2f }} long.
    caption: Caption.
"""
LATER = """# Later { #later }

```python
--8<-- "small.py:sum"
```

::: output small:sum
"""
LAST = """# Last { #last }

::: figure picture:line
    alt: Another text.
    caption: Another caption.
"""


def edition(**meta: Any) -> Edition:
    texts = {"index.md": HOME, "later.md": LATER, "last.md": LAST}
    sources = [
        Source(uri, f"docs/en/{uri}", meta if uri == "later.md" else {}, text)
        for uri, text in texts.items()
    ]
    return edition_of(SMALL, "en", small_records(), sources)


def test_a_chapter_says_what_its_front_matter_does() -> None:
    told = edition(description="It is {{ small:total | .2f }}, or so.", title="T")
    assert told.meta("later.md") == {"description": "It is −1.32, or so.", "title": "T"}
    assert told.meta("last.md") == {}


def test_a_program_says_its_title_and_summary() -> None:
    assert edition().meta("notebooks/small.md") == {
        "title": "A sum",
        "description": "Adds up a few numbers.",
        "keywords": ["small.py"],
    }


def test_a_title_holds_no_value() -> None:
    with pytest.raises(SourceError) as error:
        edition(title="So {{ small:total }}").meta("later.md")
    assert error.value.problem == "a title holds no value."


def test_a_figure_stands_for_a_page() -> None:
    """Its own first one, or that of the first page; of a program the first that a chapter shows."""
    shown = ("picture", "line", "A line that is −1.32 long.")
    told = edition()
    for uri in ("index.md", "later.md", "last.md", "notebooks/picture.md", "notebooks/small.md"):  # fmt: skip
        assert told.picture(uri) == shown, uri


def test_without_a_figure_nothing_stands_for_a_page() -> None:
    alone = [Source("index.md", "docs/en/index.md", {}, LATER)]
    assert edition_of(SMALL, "en", small_records(), alone).picture("index.md") is None


def test_a_figure_is_shown_as_its_first_directive_says() -> None:
    told = edition()
    (section,) = told.figures("picture")
    assert section == "line"
    assert told.figures("picture")["line"]["caption"] == "Caption."
    assert told.figures("small") == {}


def test_who_shows_a_program_and_which_values_are_named() -> None:
    told = edition()
    shown = [source.uri for source in told.chapters_with("small")]
    assert shown == ["index.md", "later.md"]
    assert [one.uri for one in told.chapters_with("picture")] == ["index.md", "last.md"]
    assert told.values == {"small:total"}


def test_a_program_has_a_page_of_its_own() -> None:
    page = edition().program_page("small")
    assert page.uri == "notebooks/small.md"
    assert page.place.path == "snippets/small.py"
    assert page.marks.restored(page.source).startswith("# A sum { #small }\n")


def test_a_diagram_is_a_figure_and_its_text_in_a_copy() -> None:
    fence = "```mermaid\nflowchart LR\naccTitle: T\naccDescr: D\nA --> B\n```"
    page = read(f"# Other {{ #other }}\n\n{fence}\n")
    figure = page.soup.figure
    assert figure and figure.svg and figure.svg["role"]
    site = Site("A site", "", "", "en", "", edition().words, small_records())
    assert fence in copy_of(page.text, site)


@pytest.mark.parametrize(
    ("there", "lacking", "missing"),
    [
        (["en/a.md", "zh/a.md"], [], ""),
        (["en/a.md", "zh/a.md", "en/b/c.md"], [], "en/b/c.md"),
        (["en/a.md", "zh/a.md", "zh/d.md"], [], "zh/d.md"),
        (["en/a.md", "zh/a.md", "en/b/c.md"], ["zh"], ""),
        (["en/a.md", "zh/a.md", "zh/d.md"], ["zh"], "zh/d.md"),
        (["en/a.md", "zh/a.md", "en/.draft.md", "en/.old/a.md", "en/a.md~"], [], ""),
    ],
)
def test_every_page_has_its_twin(
    tmp_path: Path, there: list[str], lacking: list[str], missing: str
) -> None:
    for name in there:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# A { #a }\n", encoding="utf-8")
    if not missing:
        check_twins(tmp_path, ["en", "zh"], lacking)
        return
    with pytest.raises(SourceError) as error:
        check_twins(tmp_path, ["en", "zh"], lacking)
    assert error.value.path == missing
    assert "this page has no twin" in error.value.problem
