"""Which pages a build takes from an earlier one, and what of them it keeps: without MkDocs around it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from chapters.values import NotRunError, Records
from copies.markdown import Chapter
from jinja2 import Environment
from rebuilds import KEPT, Kept, Noted, Pages, Templates, digest_of


class Builds:
    """One build after the other of two pages, of which `other.md` asks for the reference "a"."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.references = {"a": "A.", "b": "B."}
        self.keys = {"index.md": "1", "other.md": "1"}
        self.warnings = 0
        self.memory: dict[str, Kept] = {}

    def pages(self) -> Pages:
        pages = Pages(self.folder, self.memory, lambda: self.warnings)
        self.found = pages.note("references", self.references)
        pages.choose(self.keys)
        return pages

    def build(self, warned: str = "", saved: bool = True) -> list[str]:
        """The pages that it makes; one of them may bring a warning."""
        pages = self.pages()
        made = list(pages.made)
        for uri in made:
            pages.making(uri)
            if uri == "other.md":
                assert self.found["a"]
            self.warnings += uri == warned
            pages.keep(page(uri), {"ids": [uri]}).output = f"<p>{uri}</p>"
        if saved:
            pages.save()
        return made

    def forget(self) -> None:
        """What another process begins with."""
        self.memory = {}


@dataclass(frozen=True)
class File:
    """What MkDocs calls a file."""

    src_uri: str


def page(uri: str) -> Any:
    anchors = {"b", "a"}
    leads = {File("index.md"): {"top": "index.md#top"}}
    return SimpleNamespace(
        file=File(uri),
        title=f"Title of {uri}",
        links_to_anchors=leads,
        present_anchor_ids=anchors,
    )


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    return Builds(tmp_path / "pages" / "en")


@pytest.mark.parametrize("process", ["the same", "another"])
def test_what_has_not_changed_is_not_made_again(builds: Builds, process: str) -> None:
    assert builds.build() == ["index.md", "other.md"]
    if process == "another":
        builds.forget()
    assert builds.build() == []
    kept = builds.pages().of("other.md")
    assert kept.output == "<p>other.md</p>"
    assert kept.title == "Title of other.md"
    assert kept.anchors == ["a", "b"]
    assert kept.links == {"index.md": {"top": "index.md#top"}}
    assert kept.looked == {"ids": ["other.md"]}
    assert list(kept.asked) == ["references a"]
    assert kept.chapter == Chapter("", [])


def test_a_page_with_another_key_is_made(builds: Builds) -> None:
    builds.build()
    builds.keys["index.md"] = "2"
    assert builds.build() == ["index.md"]


def test_a_page_is_made_where_what_it_asked_for_has_changed(builds: Builds) -> None:
    builds.build()
    builds.references["b"] = "Nobody asks."
    assert builds.build() == []
    builds.references["a"] = "Another A."
    assert builds.build() == ["other.md"]
    del builds.references["a"]
    assert builds.pages().made.keys() == {"other.md"}


def test_a_page_that_brought_a_warning_is_made_until_it_brings_none(builds: Builds) -> None:  # fmt: skip
    builds.build(warned="other.md")
    assert builds.build(warned="other.md") == ["other.md"]
    assert builds.build() == ["other.md"]
    assert builds.build() == []


def test_a_warning_is_that_of_the_page_that_is_made(builds: Builds) -> None:
    pages = builds.pages()
    pages.making("index.md")
    builds.warnings += 1
    pages.making("other.md")
    pages.making("")
    assert pages.warned == {"index.md"}


def test_a_page_that_is_no_more_is_forgotten(builds: Builds) -> None:
    builds.build()
    del builds.keys["other.md"]
    assert builds.build() == []
    assert [path.name for path in builds.folder.iterdir()] == ["index.md.json"]
    assert list(builds.memory) == ["index.md"]


def test_a_damaged_page_is_made_anew(builds: Builds) -> None:
    builds.build()
    path = builds.folder / "other.md.json"
    data = path.read_bytes()
    path.write_bytes(data.replace(b"<p>other", b"<p>0ther"))
    builds.forget()
    assert builds.build() == ["other.md"]
    assert path.read_bytes() == data


def test_pages_of_folders_have_files_of_their_own(builds: Builds) -> None:
    builds.keys = {"labs/one.md": "1", "labs/two.md": "1"}
    builds.build()
    assert len(list(builds.folder.iterdir())) == 2
    builds.forget()
    assert builds.build() == []


def test_sites_long_past_are_forgotten(builds: Builds) -> None:
    for number in range(KEPT + 2):
        old = builds.folder.with_name(f"old{number}")
        old.mkdir(parents=True)
        os.utime(old, (number + 1, number + 1))
    builds.build()
    left = {path.name for path in builds.folder.parent.iterdir()}
    assert left == {"en", *(f"old{n}" for n in range(3, KEPT + 2))}


def test_the_programs_of_a_page_are_those_it_asked_for(builds: Builds) -> None:
    pages = builds.pages()
    noted = pages.note("records", {"small": 1, "large": 2})
    pages.making("index.md")
    assert noted["small"] == 1 and len(noted) == 2
    pages.making("other.md")
    assert list(noted) == ["small", "large"]
    assert pages.programs("index.md") == {"small"}
    assert pages.programs("other.md") == set()


def test_what_is_asked_for_is_noted_before_it_is_given() -> None:
    asked: list[str] = []
    noted = Noted("kind", {"a": 1}, repr, asked.append)
    assert noted["a"] == 1 and noted.get("b") is None and "a" in noted
    assert asked == ["kind a", "kind b", "kind a"]
    assert list(noted) == ["a"] and len(noted) == 1
    assert {*asked[3:]} == {"kind "}


def test_a_digest_says_what_a_value_says() -> None:
    def noted(held: dict[str, int]) -> Noted[int]:
        return Noted("kind", held, lambda n: n % 10, lambda name: None)

    one = noted({"a": 1, "b": 2})
    assert one.digest("a") == noted({"a": 11}).digest("a") != one.digest("b")
    assert one.digest("") == noted({"a": 3, "b": 4}).digest("")
    assert one.digest("") != noted({"a": 1}).digest("")
    assert one.digest("none") == noted({}).digest("a") == digest_of(None)


def test_records_tell_what_is_asked_of_them() -> None:
    asked: list[str] = []
    one: Any = object()
    found = {"small": one}
    records = Records(found, {"large": True}, asked.append)
    assert records["small"] is one
    with pytest.raises(NotRunError) as caught:
        records["large"]
    assert (caught.value.program, caught.value.failed) == ("large", True)
    assert list(records) == ["large", "small"] and len(records) == 2
    assert asked[:2] == ["small", "large"] and {*asked[2:]} == {""}


def test_a_template_is_compiled_once_and_a_damaged_one_anew(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("Hello {{ name }}")

    def say() -> str:
        from jinja2 import FileSystemLoader

        loader = FileSystemLoader(tmp_path)
        environment = Environment(loader=loader, bytecode_cache=Templates(tmp_path / "kept"))  # fmt: skip
        return environment.get_template("page.html").render(name="you")

    assert say() == "Hello you"
    (path,) = (tmp_path / "kept").iterdir()
    data = path.read_bytes()
    assert say() == "Hello you" and path.read_bytes() == data
    path.write_bytes(data[:-4] + b"none")
    assert say() == "Hello you" and path.read_bytes() == data
