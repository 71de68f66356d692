"""The one reader of the project's text and YAML: what it gives, and what it says of a file that it cannot read."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from runner import Place, SourceError, read_text, read_yaml


def test_text_is_the_same_however_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("\ufeffä 中\r\nb\rc\n".encode())
    assert read_text(path, "a.md") == "ä 中\nb\nc\n"


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "Latin-1": ("a\nü".encode("latin-1"), "docs/a.md:2: this is not UTF-8."),
    "UTF-16": ("a".encode("utf-16"), "docs/a.md:1: this is not UTF-8."),
    "UTF-16 without a mark": (b"a\0\n\0b\0", "docs/a.md:1: this is no text in UTF-8."),
    "GBK": ("中文".encode("gbk"), "docs/a.md:1: this is not UTF-8."),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_another_encoding(tmp_path: Path, case: str) -> None:
    data, expected = UNREADABLE[case]
    (tmp_path / "a.md").write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_text(tmp_path / "a.md", "docs/a.md")
    assert str(caught.value) == f"{expected}\n  Remedy: save the file in UTF-8."


def test_what_is_no_readable_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    for name, words in [
        ("none.md", "No such file or directory"),
        ("folder", "Is a directory"),
        ("loop", "Too many levels of symbolic links"),
    ]:
        with pytest.raises(SourceError) as caught:
            read_text(tmp_path / name, f"docs/{name}")
        assert str(caught.value) == (
            f"docs/{name}: {name} cannot be read: {words}.\n  Remedy: make it a readable file."
        )


def test_yaml_is_plain_data() -> None:
    text = "a: &a {b: 1, c: [x, 2026-11-05]}\nd: {<<: *a, b: 2}\n"
    day = datetime.date(2026, 11, 5)
    expected = {"a": {"b": 1, "c": ["x", day]}, "d": {"b": 2, "c": ["x", day]}}
    assert read_yaml(text, Place("x.yml")) == expected
    assert read_yaml("", Place("x.yml")) is None


REFUSED = {
    "twice": ("a: 1\nb: 2\n\na: 3\n", 3, "the key 'a' stands here again"),
    "twice below": ("a:\n  - b: 1\n    'b': 2\n", 2, "the key 'b' stands here again"),
    "a colon": ("a: b: c\n", 0, "mapping values are not allowed"),
    "a tab": ("a:\n\tb: 1\n", 1, "found character that cannot start any token"),
    "open": ("a: 1\nb: [1, 2\n", 2, "did not find expected ',' or ']'"),
    "no anchor": ("a: 1\nb: *a\n", 1, "found undefined alias"),
    "an object": ("\na: !!python/name:os.system\n", 1, "could not determine"),
    "a date": ("a: 1\nb: 2026-02-30\n", 1, "day is out of range for month"),
    "a list as a key": ("a: 1\n[b]: 2\n", 1, "found unhashable key"),
    "control": ("a: 中\nb: \x01\n", 1, "the character U+0001 cannot stand in it"),
    "two documents": ("a: 1\n---\nb: 1\n", 1, "but found another document"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_yaml_has_its_line(case: str) -> None:
    text, line, words = REFUSED[case]
    for place, first in ((Place("x.yml"), 1), (Place("x.yml", 7), 7)):
        with pytest.raises(SourceError) as caught:
            read_yaml(text, place)
        message = str(caught.value)
        assert message.startswith(f"x.yml:{first + line}: this YAML cannot be read: ")
        assert words in message
        assert "\n  Remedy: mend the line; " in message
