"""Tests of programs that passed are skipped until something that decides them has changed; `pytest -ra` says so."""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path

import pytest
from kept import Unknown, kept
from runner import Snippet
from runner.record import key_of

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PASSED = ROOT / ".cache" / "passed"


def passed_before(item: pytest.Item) -> bool:
    """Whether this test passed when all that decides it was the same."""

    def never(names: list[str]) -> dict[str, str]:
        raise Unknown

    decides = decided_by(item.path)
    try:
        return bool(decides and kept(PASSED, {_name(item): decides}, never))
    except Unknown:
        return False


def note(item: pytest.Item) -> None:
    """Notes that this test has passed, where that can be known again."""
    if decides := decided_by(item.path):
        kept(PASSED, {_name(item): decides}, lambda names: dict.fromkeys(names, ""))


def _name(item: pytest.Item) -> str:
    return hashlib.sha256(item.nodeid.encode()).hexdigest()[:20]


@functools.cache
def decided_by(path: Path) -> dict[str, str]:
    """What decides the tests of a file in tests/snippets: its text, all modules that tests and programs share, and the
    programs that it names, each with all that its record depends on. Nothing for other files, for those that name no
    program, and for those that read chapters.
    """
    if path.parent != TESTS / "snippets":
        return {}
    text = path.read_text(encoding="utf-8")
    programs = [p for p in (ROOT / "snippets").glob("*.py") if _names(text, p.stem)]
    keys = {p.stem: key_of(Snippet.read(p, ROOT)) for p in programs}
    shared = sorted([*TESTS.glob("*.py"), *(ROOT / "snippets/shared").glob("*.py")])
    texts = {str(p): p.read_text(encoding="utf-8") for p in [*shared, path]}
    return {**keys, **texts} if keys and "docs/" not in text else {}


def _names(text: str, module: str) -> bool:
    return re.search(rf"\b{module}\b", text) is not None
