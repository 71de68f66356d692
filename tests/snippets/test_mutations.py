"""A change to a lab's crucial line must change what it finds: a finding that survives it was never tested."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
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


@pytest.mark.parametrize(
    ("name", "mutation"),
    mutations(),
    ids=lambda m: m if isinstance(m, str) else m["with"],
)
def test_a_mutation_changes_the_finding(
    name: str, mutation: dict[str, Any], record: Callable[[str], Record], tmp_path: Path
) -> None:
    text = (ROOT / f"snippets/{name}.py").read_text(encoding="utf-8")
    for old, new in [
        (mutation["replace"], mutation["with"]),
        *mutation.get("quick", []),
    ]:
        assert text.count(old) == 1, f"{name}.py says {old!r} {text.count(old)} times"
        text = text.replace(old, new)
    value = str(mutation.get("breaks", ""))
    if value:
        text += PRINT_VALUE.format(name=value)
    program = tmp_path / f"{name}.py"
    program.write_text(text, encoding="utf-8")
    steady = {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    result = subprocess.run(
        [sys.executable, str(program)],
        cwd=ROOT,
        env={**os.environ, **steady},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if mutation.get("fails"):
        assert result.returncode != 0
        return
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout.rpartition("@value ")[2])
    assert found != record(name).values[value]


def test_every_lab_has_a_mutation() -> None:
    labs = {
        path.stem.replace("-", "_") for path in (ROOT / "docs/en/labs").glob("*.md")
    } - {"index"}
    assert labs == {name for name, _ in mutations()}
