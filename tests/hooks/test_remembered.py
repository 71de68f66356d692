"""What a build keeps for the next one."""

from __future__ import annotations

from pathlib import Path

from runner import remembered


def test_a_thing_is_made_once_for_a_key_and_kept_once_for_a_name(
    tmp_path: Path,
) -> None:
    made: list[bytes] = []

    def ask(name: str, key: str, text: bytes = b"text") -> bytes:
        def make() -> bytes:
            made.append(text)
            return text

        return remembered(tmp_path / "new", name, key, make)

    assert ask("a", "one") == ask("a", "one") == b"text"
    assert made == [b"text"]
    assert ask("a", "two", b"") == ask("a", "two", b"") == b""
    assert ask("b", "two", b"other") == b"other"
    assert made == [b"text", b"", b"other"]
    assert {file.name for file in (tmp_path / "new").iterdir()} == {"a", "b"}


def test_what_has_changed_by_a_byte_is_made_anew(tmp_path: Path) -> None:
    def ask() -> bytes:
        return remembered(tmp_path, "a", "key", lambda: b"value 1.25")

    ask()
    kept = (tmp_path / "a").read_bytes()
    for changed in (kept.replace(b"1.25", b"1.26"), kept[:-1], kept[:20], b""):
        (tmp_path / "a").write_bytes(changed)
        assert ask() == b"value 1.25"
        assert (tmp_path / "a").read_bytes() == kept
