"""Which tests of programs are skipped, and what brings them back."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import passed
import pytest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program, the module that it imports, one that it does not, and a test."""
    for name, text in {
        "snippets/adds.py": '"""x"""\nfrom shared.plus import plus\n\nx = plus(1)\n',
        "snippets/other.py": '"""x"""\ny = 1\n',
        "snippets/shared/plus.py": '"""x"""\n\n\ndef plus(x):\n    return x + 1\n',
        "tests/parts.py": "parts = 1\n",
        "tests/bench.py": "bench = 1\n",
        "tests/snippets/test_adds.py": "import parts\n\nprogram = 'adds'\n",
        "tests/snippets/test_all.py": "def test_all(): ...\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(passed, "ROOT", tmp_path)
    monkeypatch.setattr(passed, "TESTS", tmp_path / "tests")
    monkeypatch.setattr(passed, "PASSED", tmp_path / "passed")
    passed.decided_by.cache_clear()
    return tmp_path


def item(project: Path, name: str) -> Any:
    return SimpleNamespace(path=project / "tests/snippets" / name, nodeid=name)


@pytest.mark.parametrize(
    ("edited", "runs_again"),
    [
        ("snippets/adds.py", True),
        ("snippets/shared/plus.py", True),
        ("tests/parts.py", True),
        ("tests/snippets/test_adds.py", True),
        ("snippets/other.py", False),
        ("tests/bench.py", True),
    ],
)
def test_a_test_that_passed_is_skipped_until_something_that_decides_it_changes(
    project: Path, edited: str, runs_again: bool
) -> None:
    one = item(project, "test_adds.py")
    assert not passed.passed_before(one)
    passed.note(one)
    assert passed.passed_before(one)
    path = project / edited
    path.write_text(path.read_text() + "# changed\n")
    passed.decided_by.cache_clear()
    assert passed.passed_before(one) is not runs_again


def test_a_test_that_names_no_program_always_runs(project: Path) -> None:
    one = item(project, "test_all.py")
    passed.note(one)
    assert not passed.passed_before(one)
