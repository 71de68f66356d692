"""Writes snippets/costs.yml from the records: `.venv/bin/python tests/costs.py`, after `make records`.

A figure stays while it is about right, so that a run on another machine changes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "overrides/hooks")]

from conftest import ROOT
from records import ensure_records
from records.parts import COSTS, read_costs
from runner import Record, SourceError

FACTOR, LEAST = 3, 5.0  # off by far: three times as much or as little, and by 5 s


def taken(records: Mapping[str, Record]) -> dict[str, float]:
    """Seconds of processor time of each program's run."""
    return {name: r.provenance["seconds"] for name, r in records.items()}


def off(costs: Mapping[str, float], seconds: Mapping[str, float]) -> list[str]:
    """What is wrong with the committed costs, a line for each program."""
    wrong = [f"{name}: no program" for name in sorted(costs.keys() - seconds.keys())]
    for name, took in sorted(seconds.items()):
        known = costs.get(name)
        if known is None:
            wrong.append(f"{name}: missing, it took {took} s")
        elif abs(took - known) > LEAST and not 1 / FACTOR < took / known < FACTOR:
            wrong.append(f"{name}: {known} s, it took {took} s")
    return wrong


def written(costs: Mapping[str, float], seconds: Mapping[str, float]) -> str:
    """The file with what is wrong put right; its comments stay."""
    text = (ROOT / COSTS).read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    wrong = {line.partition(":")[0] for line in off(costs, seconds)}
    kept = {n: cost for n, cost in costs.items() if n not in wrong and n in seconds}
    lines = [f"{name}: {s:g}" for name, s in sorted({**seconds, **kept}.items())]
    return "\n".join([*comments, *lines, ""])


if __name__ == "__main__":
    try:
        found = taken(ensure_records(ROOT, ROOT / ".cache/records"))
    except SourceError as error:
        sys.exit(str(error))
    (ROOT / COSTS).write_text(written(read_costs(ROOT), found), encoding="utf-8")
