"""What mkdocs.yml says of every language, as everything but MkDocs reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from copies.configuration import (
    flat,
    instead_of,
    lacking_words,
    lent_pages,
    letters_of,
    merged,
    place_programs,
    read_configuration,
    read_languages,
    write_styles,
)
from runner import SourceError


def write(folder: Path, **files: str) -> Path:
    """Configurations by their names; gives back that of `mkdocs`."""
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder / "mkdocs.yml"


@pytest.mark.parametrize(
    ("first", "then", "both"),
    [
        ({"a": 1, "b": 2}, {"b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": [1]}, {"a": [2]}, {"a": [2]}),
        ({}, {"a": {"b": 2}}, {"a": {"b": 2}}),
    ],
)
def test_two_mappings_become_one(first: Any, then: Any, both: Any) -> None:
    assert merged(first, then) == both


def test_a_configuration_has_what_it_inherits(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        mkdocs="INHERIT: base.yml\nextra: {a: 1}\n",
        base="extra: {a: 0, b: 2}\nsite_name: Base\n",
    )
    assert read_configuration(path) == {"site_name": "Base", "extra": {"a": 1, "b": 2}}


def test_what_is_read_can_be_changed_by_who_has_read_it(tmp_path: Path) -> None:
    path = write(tmp_path, mkdocs="nav: [a.md]\n")
    read_configuration(path)["nav"].append("b.md")
    assert read_configuration(path) == {"nav": ["a.md"]}


def test_the_environment_counts_before_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.delenv("ADDRESS", raising=False)
    monkeypatch.setenv("SECOND", "[1, 2]")
    path = write(tmp_path, mkdocs="a: !ENV [ADDRESS, here]\nb: !ENV [ADDRESS, SECOND, 3]\n")  # fmt: skip
    assert read_configuration(path) == {"a": "here", "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: 2\na: 3\n", 1), ("x:\n  b: 1\n  c: 2\n  b: 1\n", 2), ("x:\n- {b: 1}\n- c: 1\n  c: 2\n", 3)],
)  # fmt: skip
def test_a_key_twice_is_told_with_its_first_line(tmp_path: Path, text: str, line: int) -> None:  # fmt: skip
    with pytest.raises(SourceError) as caught:
        read_configuration(write(tmp_path, mkdocs=text))
    assert (caught.value.path, caught.value.line) == ("mkdocs.yml", line)


def test_each_language_has_its_own() -> None:
    found = read_languages(ROOT)
    assert list(found) == ["en", "zh"]
    assert found["zh"]["theme"]["language"] == "zh"
    letters = letters_of(found)
    assert letters["en"] == "" and letters["zh"]


def test_who_may_lack_something_names_another() -> None:
    languages: Any = {"en": {}, "ja": {"instead": "en"}, "zh": {"instead": ""}}
    assert instead_of(languages) == {"ja": "en"}


def test_lent_is_what_a_language_lacks(tmp_path: Path) -> None:
    for name in ("en/a.md", "en/b/c.md", "en/.hidden.md", "en/x.txt", "ja/a.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    languages: Any = {"en": {"docs": "en"}, "ja": {"docs": "ja", "instead": "en"}}
    assert lent_pages(tmp_path, languages, "ja") == {"b/c.md": tmp_path / "en/b/c.md"}
    assert lent_pages(tmp_path, languages, "en") == {}


def test_the_words_that_a_language_does_not_have_are_told(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        base="extra: {words: {one: 1, two: 2, three: 3}}\n",
        mkdocs="INHERIT: base.yml\nextra: {words: {two: zwei}}\n",
    )
    assert lacking_words(path) == ["one", "three"]


def test_a_language_s_rules_become_a_file(tmp_path: Path) -> None:
    languages: Any = {"en": {"extra": {}}, "ja": {"extra": {"style": "p { a: b }"}}}
    (one,) = write_styles(languages, tmp_path / "styles")
    assert (one.name, one.read_text()) == ("ja.css", "p { a: b }")
    assert list((tmp_path / "styles").iterdir()) == [one]


def test_programs_stand_behind_their_overview_once() -> None:
    nav: list[Any] = ["index.md", {"Labs": ["labs/a.md"]}, {"Programs": ["notebooks/index.md", "notebooks/b.md"]}]  # fmt: skip
    place_programs(nav, ["notebooks/a.md", "notebooks/b.md"])
    assert nav[1:] == [{"Labs": ["labs/a.md"]}, {"Programs": ["notebooks/index.md", "notebooks/b.md", "notebooks/a.md"]}]  # fmt: skip
    assert flat(nav) == ["index.md", "labs/a.md", "notebooks/index.md", "notebooks/b.md", "notebooks/a.md"]  # fmt: skip


def test_a_navigation_is_flat_at_every_depth() -> None:
    assert flat([{"A": "a.md"}, {"B": [{"C": ["c.md", "d.md"]}, "b.md"]}]) == ["a.md", "c.md", "d.md", "b.md"]  # fmt: skip
    assert flat([]) == []
