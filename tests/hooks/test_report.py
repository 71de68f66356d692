"""Where a reader reports an error."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from describing import report_of

ABOUT: Any = SimpleNamespace(title="A & B", url="https://example.org/a/")
WORDS = {"report_text": "Page: {page}\nVersion: {version}\nSection: #"}


def config(repository: str) -> Any:
    return SimpleNamespace(repo_url=repository, extra={"words": WORDS})


@pytest.mark.parametrize(
    ("repository", "path", "title", "body"),
    [
        ("https://github.com/o/n/", "/o/n/issues/new", "title", "body"),
        ("https://gitlab.com/o/n", "/o/n/-/issues/new", "issue[title]", "issue[description]"),
    ],
)  # fmt: skip
def test_a_report_names_page_and_version_and_ends_where_the_section_stands(
    repository: str, path: str, title: str, body: str
) -> None:
    link = urlsplit(report_of(ABOUT, config(repository), "1.0")["link"])
    asked = parse_qs(link.query)
    assert link.path == path
    assert asked[title] == ["A & B"]
    text = "Page: https://example.org/a/\nVersion: 1.0\nSection: #"
    assert asked[body] == [text]
    assert link.query.endswith("%23")


def test_without_a_repository_nothing_is_reported() -> None:
    assert report_of(ABOUT, config(""), "1.0") == {"version": "1.0", "link": ""}
