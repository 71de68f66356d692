"""What a page tells of itself, and of what is not there, from what MkDocs and the chapters know."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ROOT
from copies.notebook import as_ipynb, colab, markdown_cell, runnable_cells
from describing import about_page, has_previews, not_found_context

LANGUAGES = {"en": {"path": "", "name": "English"}, "zh": {"path": "zh", "name": "中文"}}  # fmt: skip


def config(root: str = "", language: str = "en") -> Any:
    return SimpleNamespace(
        site_name="The Site",
        site_description="Of it all.",
        theme={"language": language},
        extra={"root_url": root, "languages": LANGUAGES},
    )


def page(uri: str, url: str, title: str = "A & B", **more: Any) -> Any:
    known: dict[str, Any] = {"title": title, "url": url, "meta": {}, "parent": None, "content": "", "is_homepage": False}  # fmt: skip
    return SimpleNamespace(file=SimpleNamespace(src_uri=uri), **{**known, **more})


def edition(picture: Any = None) -> Any:
    sources = dict.fromkeys(["index.md", "faq.md", "chapter.md", "labs/one.md", "labs/index.md"])  # fmt: skip
    return SimpleNamespace(sources=sources, picture=lambda uri: picture)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (page("index.md", "./", is_homepage=True), "WebSite"),
        (page("faq.md", "faq/"), "FAQPage"),
        (page("chapter.md", "chapter/"), "TechArticle"),
        (page("labs/one.md", "labs/one/", parent="Labs", meta={"lab": {}}), "TechArticle"),
        (page("labs/index.md", "labs/", parent="Labs"), "WebPage"),
        (page("notebooks/small.md", "notebooks/small/"), "SoftwareSourceCode"),
    ],
)  # fmt: skip
def test_each_kind_of_page_is_known(one: Any, kind: str) -> None:
    assert about_page(one, config(), edition(), "", False).kind == kind


def test_the_first_page_has_the_site_s_title() -> None:
    first = page("index.md", "./", is_homepage=True)
    about = about_page(first, config("https://e.org/"), edition(), "", False)
    assert (about.title, about.path) == ("The Site", "")
    assert about.urls == {"en": "https://e.org/", "zh": "https://e.org/zh/"}


def test_a_page_says_what_it_says_or_what_the_site_does() -> None:
    about = about_page(page("chapter.md", "chapter/"), config(), edition(), "zh", False)
    assert (about.title, about.description, about.folder) == ("A & B", "Of it all.", "zh")  # fmt: skip
    assert (about.urls, about.picture, about.alt, about.questions) == ({}, "", "", [])
    own = page("chapter.md", "chapter/", meta={"description": "Its own."})
    assert about_page(own, config(), edition(), "", False).description == "Its own."


def test_a_picture_is_told_where_there_are_previews() -> None:
    shown, at = edition(("small", "line", "A line.")), config("https://e.org/")
    chapter = page("chapter.md", "chapter/")
    about = about_page(chapter, at, shown, "", True)
    assert about.picture.startswith("https://e.org/assets/cards/")
    assert about.alt == "A line."
    assert about_page(chapter, at, shown, "", False).picture == ""


def test_only_questions_of_the_faq_are_told() -> None:
    asked = '<h2 id="why">Why?</h2><p>Because.</p>'
    of_faq = about_page(page("faq.md", "faq/", content=asked), config(), edition(), "", False)  # fmt: skip
    assert len(of_faq.questions) == 1
    other = about_page(page("chapter.md", "c/", content=asked), config(), edition(), "", False)  # fmt: skip
    assert other.questions == []


@pytest.mark.parametrize(
    ("root", "command", "has"),
    [("https://e.org/", "build", True), ("https://e.org/", "serve", False), ("", "build", False)],
)  # fmt: skip
def test_nobody_shares_a_page_without_an_address(root: str, command: Any, has: bool) -> None:  # fmt: skip
    assert has_previews(config(root), command) is has


@pytest.mark.parametrize(
    ("root", "homes"),
    [
        ("", {"en": "/", "zh": "/zh/"}),
        ("https://e.org/book/", {"en": "/book/", "zh": "/book/zh/"}),
    ],
)
def test_what_is_not_there_is_said_in_every_language(root: str, homes: dict[str, str]) -> None:  # fmt: skip
    for own, order in (("en", ["en", "zh"]), ("zh", ["zh", "en"])):
        given = not_found_context(ROOT, config(root, own))
        assert given["twins"] == homes and given["base_url"] == homes[own]
        assert [one["language"] for one in given["editions"]] == order
        assert [one["home"] for one in given["editions"]] == [homes[n] for n in order]
        assert given["editions"][0]["words"] != given["editions"][1]["words"]


# Notebooks


@pytest.mark.parametrize(
    ("repository", "folder", "where"),
    [
        ("https://github.com/a/b", "", "a/b/blob/gh-pages"),
        ("https://github.com/a/b.git", "zh", "a/b/blob/gh-pages/zh"),
        ("https://github.com/a/b/", "zh/", "a/b/blob/gh-pages/zh"),
        ("https://gitlab.com/a/b", "", ""),
        ("https://github.com/a", "", ""),
        (None, "", ""),
    ],
)
def test_colab_opens_what_is_on_github(repository: str | None, folder: str, where: str) -> None:  # fmt: skip
    known = SimpleNamespace(repo_url=repository, remote_branch="gh-pages")
    start = "https://colab.research.google.com/github/"
    assert colab(known, folder) == (where and start + where)


def test_only_a_cell_that_fails_says_so() -> None:
    def cell(*kinds: str) -> dict[str, Any]:
        return {"metadata": {}, "outputs": [{"output_type": kind} for kind in kinds]}

    record: Any = SimpleNamespace(notebook={"cells": [cell(), cell("stream", "error"), cell("stream")]})  # fmt: skip
    cells = runnable_cells(record)
    assert [one["metadata"] for one in cells] == [{}, {"tags": ["raises-exception"]}, {}]  # fmt: skip
    assert record.notebook["cells"][1]["metadata"] == {}, "the record stays as it is"


def test_a_notebook_is_one_file_of_json() -> None:
    text = as_ipynb([markdown_cell("title", "# 题")])
    assert '"nbformat": 4' in text and '"nbformat_minor": 5' in text
    assert '"# 题"' in text and text.endswith("}\n")
