"""A change to a lab's crucial line must change what it finds: a finding that survives it was never tested."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from runner import Record, Snippet, SourceError
from runner.run import run

FOLDER = Path(__file__).with_name("mutations")


def mutations() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.stem, mutation)
        for path in sorted(FOLDER.glob("*.yml"))
        for mutation in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def mutated(name: str, mutation: dict[str, Any]) -> Snippet:
    """The snippet with its crucial line changed, in the folder that it has."""
    snippet = Snippet.read(ROOT / f"snippets/{name}.py", ROOT)
    text = snippet.text
    for old, new in [
        (mutation["replace"], mutation["with"]),
        *mutation.get("quick", []),
    ]:
        assert text.count(old) == 1, f"{name}.py says {old!r} {text.count(old)} times"
        text = text.replace(old, new)
    files = {**snippet.files, f"{name}.py": text.encode()}
    changed = Snippet.parse(text, snippet.path)
    return replace(changed, files=files, style=snippet.style)


@pytest.fixture(scope="session")
def runs() -> list[Record | SourceError]:
    """What came of each mutated program, run as the site's own are, as many at a time as there are processors."""

    def outcome(number: int) -> Record | SourceError:
        try:
            return run(mutated(*mutations()[number]), ROOT, ROOT / ".cache")
        except SourceError as error:
            return error

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(outcome, range(len(mutations()))))


@pytest.mark.parametrize(
    "number",
    range(len(mutations())),
    ids=[f"{name}: {mutation['with'][:50]}" for name, mutation in mutations()],
)
def test_a_mutation_changes_the_finding(
    number: int,
    record: Callable[[str], Record],
    runs: list[Record | SourceError],
) -> None:
    name, mutation = mutations()[number]
    outcome = runs[number]
    if message := mutation.get("fails"):
        assert message in str(outcome)
        return
    assert isinstance(outcome, Record), outcome
    found = outcome.values[mutation["breaks"]]
    assert found != record(name).values[mutation["breaks"]]


def test_every_lab_has_a_mutation() -> None:
    labs = {
        path.stem.replace("-", "_") for path in (ROOT / "docs/en/labs").glob("*.md")
    } - {"index"}
    assert labs == {name for name, _ in mutations()}
