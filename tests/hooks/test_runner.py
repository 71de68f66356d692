"""The runner by itself: what a record holds, when it still holds, and that two runs give the same."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Project
from runner import Record, ensure_records
from runner import record as record_module

MAIN = '''"""Reads a file and a module of its own."""

import helper

# --8<-- [start:read]
with open("snippets/numbers.txt") as file:
    total = helper.add(file)
print("total", total)
# --8<-- [end:read]
'''
HELPER = "def add(lines):\n    return sum(float(line) for line in lines)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one snippet, a module that it imports and a file that it reads."""
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/main.py").write_text(MAIN)
    (tmp_path / "tools").mkdir()
    (tmp_path / "snippets/numbers.txt").write_text("1.5\n2.5\n")
    (tmp_path / "requirements.txt").write_text("numpy==2.0\n")
    # A module beside the snippets that is no snippet: it has no docstring and lies in a folder of its own.
    (tmp_path / "snippets/helper").mkdir()
    (tmp_path / "snippets/helper/__init__.py").write_text(HELPER)
    return tmp_path


def run(root: Path) -> Record:
    return ensure_records(root, root / ".cache")["main"]


def when(root: Path) -> float:
    """The time of the newest record."""
    return max(path.stat().st_mtime_ns for path in (root / ".cache").rglob("*.json"))


def test_a_record_holds_text_values_and_inputs(root: Path) -> None:
    record = run(root)
    assert record.text("read") == "total 4.0\n"
    assert record.values == {"total": 4.0}
    assert set(record.inputs) == {"snippets/numbers.txt", "snippets/helper/__init__.py"}
    assert record.provenance["python"] == platform.python_version()
    assert record.provenance["seconds"] > 0


def change_runner(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_module, "runner_digest", lambda: "another runner")


def change_python(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")


def change_processor(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_module, "processor", lambda: "another kind")


def change_snippet(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "snippets/main.py").write_text(MAIN + "# one more line\n")


def change_import(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "snippets/helper/__init__.py").write_text(HELPER + "# changed\n")


def change_data(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "snippets/numbers.txt").write_text("1.5\n2.75\n")


def change_requirements(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "requirements.txt").write_text("numpy==2.1\n")


INGREDIENTS = [
    change_snippet,
    change_import,
    change_data,
    change_requirements,
    change_python,
    change_processor,
    change_runner,
]


@pytest.mark.parametrize("change", INGREDIENTS)
def test_each_ingredient_brings_a_new_run(
    root: Path, monkeypatch: pytest.MonkeyPatch, change: object
) -> None:
    run(root)
    before = when(root)
    assert callable(change)
    change(root, monkeypatch)
    run(root)
    assert when(root) > before


def test_nothing_else_brings_a_new_run(root: Path) -> None:
    run(root)
    before = when(root)
    (root / "docs").mkdir()
    (root / "docs/index.md").write_text("New prose.\n")
    (root / "snippets/unread.txt").write_text("not read by anybody\n")
    run(root)
    assert when(root) == before


def test_prose_runs_nothing(project: Project) -> None:
    before = project.records()
    project.replace("docs/en/index.md", "The sum is", "This time the sum is")
    project.replace("docs/zh/index.md", "总和是", "这一次总和是")
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert "Running" not in result.stderr
    assert project.records() == before
    assert "This time the sum" in project.page(".")


def test_a_rebuild_starts_no_kernel(project: Project) -> None:
    """Nothing that only a run needs is imported by a build that runs nothing."""
    script = (
        "import sys, runpy; sys.argv = ['mkdocs', 'build', '--quiet']\n"
        "try: runpy.run_module('mkdocs', run_name='__main__')\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'tensorflow', 'nbclient', 'ipykernel', 'jupyter_client', 'nbconvert', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "[]"


def bare(record: Record) -> str:
    """Text, figures and values of a record: all but the time that it took."""
    provenance = {k: v for k, v in record.provenance.items() if k != "seconds"}
    return json.dumps([record.notebook, record.values, record.inputs, provenance])


QUICK = 10  # seconds


def test_two_cold_runs_give_the_same_bytes(
    tmp_path: Path, records: dict[str, Record]
) -> None:
    """The quick ones of the real snippets, run again from nothing beside the record that the site uses.

    Those that take longer are run again by plain Python, below, which must print and compute the same.
    """
    quick = [
        name
        for name, record in records.items()
        if float(record.provenance["seconds"]) < QUICK
    ]
    assert len(quick) >= 5
    again = ensure_records(ROOT, tmp_path / "records", quick)
    assert sorted(again) == sorted(quick)
    for name, record in again.items():
        assert bare(record) == bare(records[name]), name


def snippet_names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "snippets").glob("*.py"))


# As `python snippets/name.py`, and then the values at its top level are written to a file.
PLAIN = """
import json, runpy, sys
from pathlib import Path
hooks, program, values = sys.argv[1:]
sys.argv, sys.path[0] = [program], "snippets"
names = runpy.run_path(program, run_name="__main__")
sys.path.insert(0, hooks)
from runner.kernel import values_of
Path(values).write_text(json.dumps(values_of(names)))
"""


@dataclass
class Plain:
    """What plain Python made of a snippet: how it ended, and its values, unless it failed."""

    result: subprocess.CompletedProcess[str]
    values: dict[str, Any] | None


@pytest.fixture(scope="session")
def plain_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Plain]:
    """Every snippet run without the runner, as many at a time as there are processors."""
    folder = tmp_path_factory.mktemp("plain")

    def run_plain(name: str) -> Plain:
        values = folder / f"{name}.json"
        arguments = [str(ROOT / "overrides/hooks"), f"snippets/{name}.py", str(values)]
        result = subprocess.run(
            [sys.executable, "-c", PLAIN, *arguments],
            cwd=ROOT,
            env={**os.environ, "MPLBACKEND": "agg"},
            capture_output=True,
            text=True,
        )
        return Plain(
            result, json.loads(values.read_text()) if values.exists() else None
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(
            zip(snippet_names(), pool.map(run_plain, snippet_names()), strict=True)
        )


# TensorFlow's own start-up lines, which no setting silences outside the runner.
NOISE = re.compile(
    r"^(WARNING: All log messages before absl|[IW]0000 ).*\n", re.MULTILINE
)


@pytest.mark.parametrize("name", snippet_names())
def test_plain_python_prints_and_computes_the_same(
    name: str, records: dict[str, Record], plain_runs: dict[str, Plain]
) -> None:
    outputs = [o for cell in records[name].notebook["cells"] for o in cell["outputs"]]
    printed = "".join(o["text"] for o in outputs if o["output_type"] == "stream")
    fails = [o for o in outputs if o["output_type"] == "error"]
    result, values = plain_runs[name].result, plain_runs[name].values
    assert result.stdout == printed
    assert (result.returncode != 0) == bool(fails)
    if fails:
        assert fails[0]["ename"] in result.stderr.rstrip().splitlines()[-1]
    else:
        assert NOISE.sub("", result.stderr) == ""
        assert values == records[name].values


def test_the_runner_can_be_called_by_itself() -> None:
    command = [sys.executable, "-m", "overrides.hooks.runner"]
    result = subprocess.run(
        [*command, snippet_names()[0]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith(f"{snippet_names()[0]}: ")
    unknown = subprocess.run(
        [*command, "nothing"], cwd=ROOT, capture_output=True, text=True
    )
    assert unknown.returncode == 1
    assert "there is no snippet 'nothing'" in unknown.stderr


def test_the_seed_is_the_one_at_the_top(project: Project) -> None:
    """A loop that uses the name again does not change what the page says of the run."""
    project.replace(
        "snippets/small.py",
        "# --8<-- [end:sum]",
        "for seed in range(3):\n    total += seed\n# --8<-- [end:sum]",
    )
    assert project.build().returncode == 0
    assert "<dt>Seed</dt><dd>7</dd>" in project.page("notebooks/small")


def test_progress_is_plain_lines_without_a_terminal(project: Project) -> None:
    project.replace("snippets/small.py", "size=5", "size=6")
    result = project.build()
    assert "Running 1 snippet" in result.stderr
    assert "\x1b" not in result.stderr


def test_the_longest_known_runs_first(root: Path) -> None:
    from runner.schedule import _longest_first
    from runner.sections import Snippet

    def snippet(name: str, seconds: float | None) -> Snippet:
        if seconds is not None:
            record = Record(name, "0" * 20, {"cells": []}, {}, {}, {"seconds": seconds})
            record_module.save(record, root / ".cache")
        return Snippet.parse('"""x"""\n', Path(f"snippets/{name}.py"))

    snippets = [snippet("short", 1.0), snippet("new", None), snippet("long", 30.0)]
    order = [s.name for s in _longest_first(snippets, root / ".cache")]
    assert order == ["new", "long", "short"]
