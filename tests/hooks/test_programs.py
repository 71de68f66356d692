"""Programs are read once for all builds; what may change how one is read has it read again."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from many import Many
from records import read_modules, read_programs
from runner import Snippet, SourceError

DOCSTRING = '"""Shared."""\n'


@pytest.fixture
def read(tmp_path: Path) -> Many:
    """Two programs, one of which imports a module and reads a file, as an earlier build read them."""
    many = Many(tmp_path / "project")
    many.write(
        "alone", user="# reads: data/a.txt\nimport shared.one\nimport matplotlib"
    )
    for name, text in (
        ("shared/one.py", DOCSTRING + "A = 1\n"),
        ("data/a.txt", "1\n"),
        ("matplotlibrc", "lines.linewidth: 1\n"),
    ):
        path = many.root / "snippets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert anew(many.root) == read_programs(many.root)
    return many


def anew(root: Path) -> list[Snippet]:
    return [Snippet.read(path, root) for path in sorted((root / "snippets").glob("*.py"))]  # fmt: skip


def another_module(root: Path) -> None:
    """A folder of the module's name hides it from nobody, but brings a file of its own."""
    (root / "snippets/shared/__init__.py").write_text("")


CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda root: None,
    "the program": lambda root: (root / "snippets/alone.py").write_text(DOCSTRING + "B = 1\n"),
    "its module": lambda root: (root / "snippets/shared/one.py").write_text(DOCSTRING + "A = 2\n"),
    "its data": lambda root: (root / "snippets/data/a.txt").write_text("2\n"),
    "what an import means": another_module,
    "the look of figures": lambda root: (root / "snippets/matplotlibrc").write_text("lines.linewidth: 2\n"),
    "a program more": lambda root: (root / "snippets/more.py").write_text(DOCSTRING + "C = 1\n"),
    "a program less": lambda root: (root / "snippets/alone.py").unlink(),
    "what was kept": lambda root: (root / ".cache/programs/programs").write_bytes(b"\0" * 99),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_read_before_is_what_would_be_read_now(read: Many, what: str) -> None:
    CHANGES[what](read.root)
    assert read_programs(read.root) == anew(read.root)
    assert read_programs(read.root) == anew(read.root)


def test_a_program_that_is_as_it_was_is_not_read_again(
    read: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    made = Snippet.read

    def noted(path: Path, root: Path) -> Snippet:
        asked.append(path.stem)
        return made(path, root)

    monkeypatch.setattr(Snippet, "read", noted)
    assert len(read_programs(read.root)) == 2 and asked == []
    CHANGES["the program"](read.root)
    assert len(read_programs(read.root, ["user"])) == 1 and asked == []
    read_programs(read.root)
    assert asked == ["alone"]
    assert list(read_modules(read.root)) == ["shared/one"]


def test_a_file_that_leads_out_is_refused_though_it_says_the_same(
    read: Many, tmp_path: Path
) -> None:
    data, outside = read.root / "snippets/data/a.txt", tmp_path / "outside.txt"
    outside.write_bytes(data.read_bytes())
    data.unlink()
    data.symlink_to(outside)
    with pytest.raises(SourceError, match="leads out of snippets/"):
        read_programs(read.root)


def test_a_shared_file_is_kept_once(read: Many) -> None:
    """What is kept is read in every build."""
    large = DOCSTRING + f"A = {'1' * 100_000!r}\n"
    (read.root / "snippets/shared/one.py").write_text(large)
    read.write(second="import shared.one")
    snippets = read_programs(read.root)
    assert len(snippets) == 3
    assert len(pickle.dumps(anew(read.root))) > 2 * len(large)
    assert (read.root / ".cache/programs/programs").stat().st_size < 2 * len(large)
