"""What stands in the folder for another generator, of one language of the small project; written in this process."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Project, assemble
from copies.leaving import Leaving
from one_page import small_records
from runner import SourceError

MOVED = """other/#past: other/#other
index/#nowhere: other/#other
old/: other/
old/#part: other/#other
other/#gone: sub/deep/#deep
"""
NAV = """
nav:
  - index.md
  - Reference:
      - other.md
      - sub/deep.md
  - Programs:
      - notebooks/index.md
"""
DEEP = """---
title: A deep one
keywords: [deep, well]
---
# Deep { #deep }

Text[^n], and [back](../other.md).

[^n]: A note.
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return assemble(tmp_path / "project")


@pytest.fixture
def left(project: Project, tmp_path: Path) -> Any:
    """Writes a language; returns the folder of all languages."""

    def write(language: str = "en", moved: str = "") -> Path:
        project.write("docs/moved.yml", moved)
        own = (project.folder / "mkdocs.yml").read_text(encoding="utf-8")
        project.write("mkdocs.yml", own + NAV)
        for one in ("en", "zh"):
            project.write(f"docs/{one}/sub/deep.md", DEEP)
            project.write(f"docs/{one}/notebooks/index.md", "# All { #notebooks }\n")
        target = tmp_path / "out"
        Leaving(project.folder, small_records(), language, target).write()
        return target

    return write


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_each_page_and_what_goes_with_it_is_there(left: Any) -> None:
    docs = left() / "docs/en"
    pages = {p.relative_to(docs).as_posix() for p in docs.rglob("*.md")}
    assert pages == {"index.md", "other.md", "sub/deep.md", "notebooks/index.md", "notebooks/small.md", "notebooks/picture.md"}  # fmt: skip
    for name in ("small", "picture"):
        cells = json.loads(text(docs / f"notebooks/{name}.ipynb"))["cells"]
        assert any(cell["cell_type"] == "code" and cell["source"] for cell in cells)
        assert (docs / f"notebooks/{name}.zip").read_bytes()[:2] == b"PK"
    home = text(docs / "index.md")
    assert home.startswith('---\ndescription: "The sum is −1.32."\n---\n')
    assert "The sum is [−1.3194](notebooks/small.md){ .run }," in home
    assert (docs / "assets/style").is_dir() and (docs / "../../overrides").is_dir()


def test_a_page_says_of_itself_what_it_did(left: Any) -> None:
    docs = left() / "docs/en"
    assert text(docs / "sub/deep.md").startswith(
        '---\ntitle: "A deep one"\nkeywords: ["deep", "well"]\n---\n'
    )
    assert 'title: "A sum (' in text(docs / "notebooks/small.md")
    assert 'description: "Adds up a few numbers."' in text(docs / "notebooks/small.md")


def test_it_is_told_what_mkdocs_is_told(left: Any, project: Project) -> None:
    project.replace("mkdocs.yml", '!ENV [SITE_URL, ""]', "https://example.org/b")
    told = yaml.safe_load(text(left() / "mkdocs.yml"))
    own = yaml.load(text(project.folder / "mkdocs.yml"), yaml.BaseLoader)
    assert told["site_name"] == own["site_name"]
    assert told["site_url"] == "https://example.org/b/"
    assert told["docs_dir"] == "docs/en" and told["site_dir"] == "site/"
    assert told["plugins"] == ["search"]
    assert told["theme"]["custom_dir"] == "overrides"
    assert told["theme"]["language"] == "en"
    assert "pymdownx.superfences" in told["markdown_extensions"]
    assert "pymdownx.arithmatex" not in told["markdown_extensions"]
    links = {one["lang"]: one["link"] for one in told["extra"]["alternate"]}
    assert links == {"en": "./", "zh": "./zh/"}
    assert "assets/style/runs.css" in told["extra_css"]


@pytest.mark.parametrize(
    ("language", "reference", "programs", "title"),
    [("en", "Reference", "Programs", "A sum"), ("zh", "参考", "程序", "求和")],
)
def test_the_navigation_has_every_page(
    left: Any, language: str, reference: str, programs: str, title: str
) -> None:
    """A program under the title that it has there."""
    name = "mkdocs.yml" if language == "en" else f"mkdocs.{language}.yml"
    home, first, second = yaml.safe_load(text(left(language) / name))["nav"]
    assert home == "index.md"
    assert first == {reference: ["other.md", "sub/deep.md"]}
    overview, *rest = second[programs]
    assert overview == "notebooks/index.md"
    assert {title: "notebooks/small.md"} in rest and len(rest) == 2


def test_the_other_language_is_beside_it(left: Any) -> None:
    told = yaml.safe_load(text(left("zh") / "mkdocs.zh.yml"))
    assert told["docs_dir"] == "docs/zh" and told["site_dir"] == "site/zh"
    links = {one["lang"]: one["link"] for one in told["extra"]["alternate"]}
    assert links == {"en": "../", "zh": "../zh/"}


def test_an_old_address_leads_on(left: Any) -> None:
    docs = left(moved=MOVED.replace("index/#nowhere: other/#other\n", "")) / "docs/en"
    page = text(docs / "old/index.html")
    assert 'content="0; url=../other/"' in page
    assert "../other/#other" in page and "Content-Security-Policy" in page
    other = text(docs / "other.md")
    assert '<span id="past"></span>' in other
    line = next(one for one in other.splitlines() if "sub/deep.md#deep" in one)
    assert re.fullmatch(r"This is now here: \[A deep one - [^\]]+\]\(sub/deep\.md#deep\)", line)  # fmt: skip
    assert "{ #gone }" in other


def test_an_old_anchor_on_a_page_with_notes_stands_above_them(left: Any) -> None:
    docs = left(moved="sub/deep/#gone: other/#other\n") / "docs/en"
    deep = text(docs / "sub/deep.md")
    assert "///Footnotes Go Here///" in deep
    assert deep.index("///Footnotes Go Here///") < deep.index("gone")
    assert "../other.md#other" in deep


@pytest.mark.parametrize("new", ["nowhere/", "other/#nowhere"])
def test_an_address_that_is_not_there_is_refused(left: Any, new: str) -> None:
    with pytest.raises(SourceError) as error:
        left(moved=f"old/: {new}\n")
    assert error.value.problem == "the new address is not there."
    assert (error.value.path, error.value.line) == ("docs/moved.yml", 1)
