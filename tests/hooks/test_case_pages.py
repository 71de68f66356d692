"""What directives make of the cases of collaboration, and of the list of chapters."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from chapters.data import Source
from conftest import ROOT
from one_page import chapters_of
from runner import SourceError

CASES = """old:
  group: models
  begun: 2019
  ended: 2021
  flows: {laboratory: {gave: [people, data], got: [compute]}, company: {got: [people]}}
  decided: laboratory
  use: anyone
  terms: [{date: 2020-01-01, way: opened}, {date: 2021-01-01, way: opened}]
  lost: [data]
  outsiders: [key]
  en: &told
    name: The old one
    who: a [@key]
    flows: b [@key]
    decides: nothing documented found
    use: c [@key]
    size: d [@key]
    wrong: e [@key]
new:
  group: china
  begun: 2024
  decided: company
  use: research
  en:
    <<: *told
    name: The new one
"""
REFERENCE = """@misc{key, title = {A source}, author = {Some One}, year = {2020}}
"""
Read = Callable[..., BeautifulSoup]


@pytest.fixture
def chapter(tmp_path: Path) -> Read:
    """Reads a chapter of a project that has two cases."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/cases.yml").write_text(CASES, encoding="utf-8")
    (tmp_path / "docs/references.bib").write_text(REFERENCE, encoding="utf-8")
    (tmp_path / "docs/finder.yml").write_bytes((ROOT / "docs/finder.yml").read_bytes())

    def read(markdown: str, uri: str = "cases/index.md", *others: str) -> BeautifulSoup:
        sources = [
            Source(uri, f"docs/en/{uri}", {}, f"# Here {{ #here }}\n\n{markdown}\n")
        ]
        titled = "# A title {{ #title }}\n"
        sources += [
            Source(one, f"docs/en/{one}", {}, titled.format()) for one in others
        ]
        page = chapters_of(tmp_path, sources)[uri]
        return BeautifulSoup(page.html, "html.parser")

    return read  # fmt: skip


def words(found: Tag) -> list[list[str]]:
    """The words of a table, row by row."""
    return [[cell.get_text() for cell in row(["td", "th"])] for row in found("tr")]


def test_a_table_of_all_cases(chapter: Read) -> None:
    page = chapter("::: cases", "cases/index.md", "cases/models.md", "cases/china.md")
    table = page.find("table")
    assert isinstance(table, Tag)
    heads, old, new = words(table)
    assert old[:2] == ["The old one", "2019–2021"] and new[:2] == ["The new one", "2024–"]  # fmt: skip
    assert len(heads) == len(old) == 5
    assert [a["href"] for a in table("a")] == ["models.md#old", "china.md#new"]
    row = table("tr")[1]
    assert row["data-use"] == "anyone"
    assert row["data-laboratory"] == "people data|compute"
    assert row["data-company"] == "|people"


@pytest.mark.parametrize(
    ("counted", "named"),
    [
        ("decided", {"laboratory": ["1"], "company": ["1"]}),
        ("use", {"anyone": ["1"], "research": ["1"], "partners": ["0"]}),
        ("lost", {"data": ["1"], "some_loss": ["1"]}),
        ("terms", {"opened": ["1", "2"], "closed": ["0", "0"], "some_loss": ["1", "2"]}),
    ],
)  # fmt: skip
def test_cases_are_counted(
    chapter: Read, counted: str, named: dict[str, list[str]]
) -> None:
    told = yaml.safe_load((ROOT / "docs/finder.yml").read_text(encoding="utf-8"))
    say, kinds = told["say"]["en"], told[counted]["en"]
    table = chapter(f"::: case-counts {counted}").find("table")
    assert isinstance(table, Tag)
    rows = {row[0]: row[1:] for row in words(table)}
    for kind, numbers in named.items():
        assert rows[kinds.get(kind) or say[kind]] == numbers, kind
    assert rows[say["all"]][0] == "2"


def test_what_is_not_counted_is_named(chapter: Read) -> None:
    with pytest.raises(SourceError, match="'terns' is not counted") as error:
        chapter("::: case-counts terns")
    assert "terms" in error.value.remedy


def test_the_finder_has_its_choices_and_its_questions(chapter: Read) -> None:
    page = chapter("::: finder")
    form, questions = page.find("form"), page.find(class_="questions")
    assert isinstance(form, Tag) and isinstance(questions, Tag)
    names = {one["name"] for one in form("input")}
    assert names == {"role", "has", "lacks", "use"}
    kinds = {(one["name"], one["type"]) for one in form("input")}
    assert kinds == {("role", "radio"), ("has", "checkbox"), ("lacks", "checkbox"), ("use", "radio")}  # fmt: skip
    assert [one["value"] for one in form("input", attrs={"name": "use"})] == ["anyone", "conditions", "research", "partners"]  # fmt: skip
    assert len(form("fieldset")) == len(form("legend")) == 4
    told = json.loads(str(form["data-words"]))
    assert {"got", "between", "comma", "partner", "goods", "use"} <= told.keys()
    asked = {one["data-lack"]: len(one("li")) for one in questions("div")}
    assert "always" in asked and "compute" in asked and all(asked.values())
    found = page.find(class_="found")
    assert isinstance(found, Tag) and len(found("button")) == 2
    script = page.find("script")
    assert isinstance(script, Tag) and str(script["src"]).endswith("assets/finder.js")


def test_the_contents_are_all_chapters_but_this_one(chapter: Read) -> None:
    others = ("first.md", "cases/index.md", "cases/models.md")
    page = chapter("::: contents", "index.md", *others)
    listed = page.find(class_="contents")
    assert isinstance(listed, Tag)
    links = [(a["href"], a.get_text()) for a in listed("a")]
    assert links == [("first.md", "A title"), ("cases/index.md", "A title")]
