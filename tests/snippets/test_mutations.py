"""A change to a lab's crucial line must change what it finds: a finding that survives it was never tested."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from runner import Record

FOLDER = Path(__file__).with_name("mutations")
PRINT_VALUE = """
import json as _json, numpy as _np
print("\\n@value " + _json.dumps(_np.asarray({name}).tolist()))
"""


def mutations() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.stem, mutation)
        for path in sorted(FOLDER.glob("*.yml"))
        for mutation in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def mutated(name: str, mutation: dict[str, Any]) -> str:
    """The snippet with its crucial line changed, and a last line that prints the value in question."""
    text = (ROOT / f"snippets/{name}.py").read_text(encoding="utf-8")
    for old, new in [
        (mutation["replace"], mutation["with"]),
        *mutation.get("quick", []),
    ]:
        assert text.count(old) == 1, f"{name}.py says {old!r} {text.count(old)} times"
        text = text.replace(old, new)
    if value := mutation.get("breaks"):
        text += PRINT_VALUE.format(name=value)
    return text


@pytest.fixture(scope="session")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
) -> list[subprocess.CompletedProcess[str]]:
    """All mutated programs run, as many at a time as there are processors."""
    folder = tmp_path_factory.mktemp("mutated")
    steady = {"MPLBACKEND": "agg", "PYTHONHASHSEED": "0"}

    def run(number: int) -> subprocess.CompletedProcess[str]:
        name, mutation = mutations()[number]
        program = folder / f"{name}_{number}.py"
        program.write_text(mutated(name, mutation), encoding="utf-8")
        return subprocess.run(
            [sys.executable, str(program)],
            cwd=ROOT,
            env={**os.environ, **steady},
            capture_output=True,
            text=True,
            timeout=180,
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(run, range(len(mutations()))))


@pytest.mark.parametrize(
    "number",
    range(len(mutations())),
    ids=[f"{name}: {mutation['with'][:50]}" for name, mutation in mutations()],
)
def test_a_mutation_changes_the_finding(
    number: int,
    record: Callable[[str], Record],
    runs: list[subprocess.CompletedProcess[str]],
) -> None:
    name, mutation = mutations()[number]
    result = runs[number]
    if message := mutation.get("fails"):
        assert f"AssertionError: {message}" in result.stderr
        return
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout.rpartition("@value ")[2])
    assert found != record(name).values[mutation["breaks"]]


def test_every_lab_has_a_mutation() -> None:
    labs = {
        path.stem.replace("-", "_") for path in (ROOT / "docs/en/labs").glob("*.md")
    } - {"index"}
    assert labs == {name for name, _ in mutations()}
