"""What a chapter writes, on its page: each thing by itself, read as the build reads it, without a build."""

from __future__ import annotations

import pytest
from one_page import read
from runner import SourceError

VALUE, NUMBER = "{{ small:total | .2f }}", "−1.32"
RUN = f'<a class="run" href="notebooks/small.md">{NUMBER}</a>'
TITLES = {
    "h2": "## A {0} {{ #a }}",
    "h6": "###### A {0} {{ #a }}",
    "summary": '??? note "A {0}"\n\n    Text.',
    ".admonition-title": '!!! note "A {0}"\n\n    Text.',
    "label": '=== "A {0}"\n\n    Text.',
    'a[href="index.md"]': "[A **{0}**](index.md)",
}


@pytest.mark.parametrize("where", TITLES)
def test_a_number_in_a_title_or_a_link_is_no_link(where: str) -> None:
    page = read(f"# X {{ #x }}\n\n{TITLES[where].format(VALUE)}\n")
    (title,) = page.soup.select(where)
    assert title.get_text().startswith(f"A {NUMBER}")
    assert not title.select("a.run") and not page.soup.select("a a")


def test_a_number_in_a_sentence_leads_to_its_run() -> None:
    page = read(f"# X {{ #x }}\n\nIt is **{VALUE}**, {VALUE}.\n")
    runs = page.soup.select("p a.run")
    assert [run.get_text() for run in runs] == [NUMBER, NUMBER]
    assert all(run["href"].endswith("notebooks/small.md") for run in runs)


@pytest.mark.parametrize(
    "markdown",
    ['<b title="{0}">a</b>', "[a](b{0}.md)", "<a href='index.md'>{0}</a>"],
)
def test_a_number_where_none_can_stand_is_refused(markdown: str) -> None:
    with pytest.raises(SourceError, match=r"docs/en/other\.md:3: "):
        read(f"# X {{ #x }}\n\n{markdown.format(VALUE)}\n")
