"""The runner by itself: what a record holds, when it still holds, and that two runs give the same."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

import pytest
from conftest import ROOT, Project
from kept import kept
from records import ensure_records
from runner import Record
from runner import record as record_module

MAIN = '''"""Reads a file and a module of its own."""
# reads: numbers.txt

import helper

# --8<-- [start:read]
with open("numbers.txt") as file:
    total = helper.add(file)
print("total", total)
# --8<-- [end:read]
'''
HELPER = "def add(lines):\n    return sum(float(line) for line in lines)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one snippet, a module that it imports and a file that it reads."""
    (tmp_path / "snippets/helper").mkdir(parents=True)
    (tmp_path / "snippets/main.py").write_text(MAIN)
    (tmp_path / "snippets/numbers.txt").write_text("1.5\n2.5\n")
    (tmp_path / "snippets/helper/__init__.py").write_text(HELPER)
    return tmp_path


def run(root: Path) -> Record:
    return ensure_records(root, root / ".cache/records")["main"]


def when(root: Path) -> float:
    """The time of the newest record."""
    return max(path.stat().st_mtime_ns for path in (root / ".cache").rglob("*.json"))


def test_a_record_holds_text_values_and_files(root: Path) -> None:
    record = run(root)
    assert record.text("read") == "total 4.0\n"
    assert record.values == {"total": 4.0}
    assert set(record.files) == {"main.py", "numbers.txt", "helper/__init__.py"}
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


INGREDIENTS = [
    change_snippet,
    change_import,
    change_data,
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


def test_another_version_of_what_it_imported_brings_a_new_run(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is installed decides, not what the lock says; and only of what the run used."""
    (root / "snippets/main.py").write_text(f"{MAIN}import yaml\n")
    versions = run(root).versions
    assert versions == {"PyYAML": installed_version("PyYAML")}
    before = when(root)

    def upgraded(name: str) -> str:
        return "99" if name == upgrade else installed_version(name)

    monkeypatch.setattr(record_module, "version", upgraded)
    upgrade = "ruff"
    run(root)
    assert when(root) == before
    upgrade = "PyYAML"
    assert run(root).versions == {"PyYAML": "99"}
    assert when(root) > before


def test_nothing_else_brings_a_new_run(root: Path) -> None:
    run(root)
    before = when(root)
    (root / "docs").mkdir()
    (root / "docs/index.md").write_text("New prose.\n")
    (root / "requirements.txt").write_text("numpy==2.1\n")
    (root / "snippets/unread.txt").write_text("not read by anybody\n")
    os.utime(root / "snippets/numbers.txt", (4e9, 4e9))  # in the future
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
        "heavy = {'tensorflow', 'nbclient', 'ipykernel', 'jupyter_client', 'nbconvert', 'matplotlib', 'psutil'}\n"
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
    """Text, figures and values of a record: all but the time that it took, and the day."""
    when = {"seconds", "ran"}
    provenance = {k: v for k, v in record.provenance.items() if k not in when}
    return json.dumps([record.notebook, record.values, record.versions, provenance])


def quick_programs() -> list[str]:
    """Those without TensorFlow, scikit-learn and a time limit of their own."""
    slow = re.compile(r"tensorflow|sklearn|^# time limit:", re.MULTILINE)
    paths = sorted((ROOT / "snippets").glob("*.py"))
    return [path.stem for path in paths if not slow.search(path.read_text())]


def test_two_cold_runs_give_the_same_bytes(
    tmp_path: Path, records: dict[str, Record]
) -> None:
    """The quick ones of the real snippets, run again from nothing beside the record that the site uses."""
    quick = quick_programs()
    assert len(quick) >= 8

    def run_again(names: list[str]) -> dict[str, str]:
        again = ensure_records(ROOT, tmp_path / "records", names)
        assert sorted(again) == names
        taken = [name for name in names if records[name].taken]  # by another processor
        own = ensure_records(ROOT, tmp_path / "own", taken) if taken else {}
        for name, record in again.items():
            assert bare(record) == bare({**records, **own}[name]), name
        return dict.fromkeys(names, "the same")

    firsts = {name: [records[name].key, bare(records[name])] for name in quick}
    kept(ROOT / ".cache" / "two-runs", firsts, run_again)


def test_the_runner_can_be_called_by_itself() -> None:
    command = [sys.executable, "-m", "records"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "overrides/hooks")}
    result = subprocess.run(
        [*command, quick_programs()[0]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith(f"{quick_programs()[0]}: ")
    unknown = subprocess.run(
        [*command, "nothing"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
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
