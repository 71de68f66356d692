"""The file of references as a whole: what is read again, what is kept, and which entries can stand beside each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from chapters import citations
from chapters.citations import Bibliography
from pybtex.database import Entry
from runner import SourceError
from test_citations import EN, NAME, ZH

ONE = "@misc{one, author = {One, Ann}, title = {A thing}, year = {2020}}"
TWO = "@misc{two, author = {Two, Bo}, title = {Another}, year = {2021}}"


def read(folder: Path, text: str, words: dict[str, str] = EN) -> Bibliography:
    """Reads this text, with what was kept of those before."""
    (folder / "references.bib").write_text(text, encoding="utf-8")
    return Bibliography.read(folder / "references.bib", NAME, words, folder / "cache")


@pytest.mark.parametrize("second", [ONE, ONE.replace("{one,", "{ONE,")])
def test_no_two_entries_have_one_key(tmp_path: Path, second: str) -> None:
    """Whether they were read before or not."""
    for _ in range(2):
        with pytest.raises(SourceError, match="repeated bibliography entry") as caught:
            read(tmp_path, f"{ONE}\n\n{second}\n")
        assert (caught.value.path, caught.value.line) == (NAME, 3)
        read(tmp_path, f"{ONE}\n")
        read(tmp_path, f"{second}\n")
        read(tmp_path, f"{ONE}\n{TWO}\n")


def test_each_entry_knows_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, f"\n{ONE}\n% A remark\n\n{TWO}\n")
    assert [*found.keys] == ["one", "two"]
    assert [found.line(key) for key in found.keys] == [2, 5]
    again = read(tmp_path, f"\n\n\n{TWO}\n{ONE}\n")
    assert [(key, again.line(key)) for key in again.keys] == [("two", 4), ("one", 5)]
    assert again.reference("one") == found.reference("one") == "Ann One. A thing. 2020."


def test_what_was_read_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole file, or of a changed one the entries that are as they were; in each language for itself."""
    seen: list[str] = []
    reference = citations._reference

    def note(entry: Entry, *more: object) -> str:
        seen.append(entry.key)
        return reference(entry, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(citations, "_reference", note)
    read(tmp_path, ONE + TWO)
    read(tmp_path, ONE + TWO)
    assert seen == ["one", "two"]
    read(tmp_path, ONE + TWO.replace("2021", "2022"))
    assert seen == ["one", "two", "two"]
    read(tmp_path, ONE + TWO.replace("2021", "2022"), ZH)
    assert seen[3:] == ["one", "two"]
    read(tmp_path, ONE + TWO.replace("2021", "2022"))
    assert seen[5:] == [], "each language has a file of its own"
    read(tmp_path, ONE, {**EN, "cited_stop": "! "})
    assert seen[5:] == ["one"]
    monkeypatch.setattr(citations, "version", lambda name: f"another {name}")
    read(tmp_path, ONE, {**EN, "cited_stop": "! "})
    assert seen[6:] == ["one"]


def test_a_string_counts_for_the_entries_below_it(tmp_path: Path) -> None:
    """An entry is another one when a string that it may use is."""
    used = ONE.replace("{A thing}", "what")
    for title in ("First", "Second"):
        found = read(
            tmp_path, f"@string{{what = {{{title}}}}}\n@preamble{{{{x}}}}\n{used}"
        )
        assert found.reference("one") == f"Ann One. {title}. 2020."
        assert found.line("one") == 3


@pytest.mark.parametrize("before", ["", "\n", "\n\n", f"{ONE}\n"])
def test_an_entry_that_cannot_be_read_has_its_line(tmp_path: Path, before: str) -> None:
    for wrong in (
        "@misc{two, title = {A",
        "@misc{two, title = }",
        "@misc{two, note = {\\unknown{x}}}",
    ):
        with pytest.raises(SourceError) as caught:
            read(tmp_path, f"{before}{wrong}")
        assert caught.value.line == before.count("\n") + 1
        assert caught.value.path == NAME
