"""Runs on a dask cluster: a scheduler and two workers, in processes of their own that know nothing of this project."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from many import Many
from patience import PATIENCE, happens
from records import Workers, ensure_records, find, read_programs, run_missing
from runner import Record, Snippet


@dataclass
class Cluster:
    """A scheduler and its workers, one run at a time each."""

    address: str
    folder: Path  # of its temporary files
    workers: list[subprocess.Popen[bytes]]

    def running(self) -> dict[str, psutil.Process]:
        """The worker that has each program, by the program's name."""
        found = {}
        for worker in map(psutil.Process, [w.pid for w in self.workers]):
            with suppress(psutil.Error, OSError, IndexError):  # what has just ended
                for process in worker.children(recursive=True):
                    words = process.cmdline()
                    if words[-1].endswith("/job.json") and "child.py" in words[1]:
                        job = json.loads(Path(words[-1]).read_text())
                        found[job["program"].removesuffix(".py")] = worker
        return found


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    file = folder / "scheduler.json"
    kept = {n: v for n, v in os.environ.items() if n != "PYTHONPATH"}
    environment = {**kept, "TMPDIR": str(folder)}

    def start(what: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *words]
        with (folder / f"{what}.log").open("ab") as log:
            options = ["--scheduler-file", str(file)]
            return subprocess.Popen(
                [*command, *options], cwd=folder, env=environment, stderr=log
            )

    scheduler = start(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
    )
    workers = []
    try:
        assert happens(file.exists)
        words = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        workers = [start("worker", *words) for _ in range(2)]
        log = folder / "scheduler.log"
        assert happens(lambda: log.read_text().count("Register worker") == 2)
        address = json.loads(file.read_text())["address"]
        yield Cluster(address, folder, workers)
    finally:
        for process in [*workers, scheduler]:
            process.kill()
            process.wait()


@pytest.fixture
def many(tmp_path: Path) -> Many:
    return Many(tmp_path / "project")


def noted(log: Path, word: str, wait: str = "") -> str:
    """A program that notes its beginning and its end where all of them do; a child process may write anywhere."""
    shell = f"echo '{word} %s' >> {shlex.quote(str(log))}"
    lines = ["import subprocess", "import time", f"shell = {shell!r}"]
    for what in ("began", "ended"):
        if what == "ended" and wait:
            lines.append(wait)
        lines.append(f"_ = subprocess.run(['sh', '-c', shell % {what!r}], check=True)")
    return "\n".join([*lines, f"word = {word!r}"])


def test_a_killed_worker_loses_nothing_and_repeats_nothing(
    many: Many, cluster: Cluster, tmp_path: Path
) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    log.touch()
    held = f"while subprocess.run(['test', '-e', {str(gate)!r}]).returncode:\n    time.sleep(0.05)"
    quick, slow = list("abc"), list("xyz")
    many.write(**{name: noted(log, name) for name in quick})
    many.write(**{name: noted(log, name, held) for name in slow})
    costs = [*(f"{name}: 9" for name in quick), *(f"{name}: 1" for name in slow)]
    (many.root / "snippets/costs.yml").write_text("\n".join(costs))
    process = many.start(ON=cluster.address)
    assert happens(lambda: len(cluster.running().keys() & set(slow)) == 2)
    program, worker = next(iter(cluster.running().items()))
    kept = many.files()
    assert {Path(path).parent.name for path in kept} == set(quick)
    tree = worker.children(recursive=True)
    worker.kill()
    assert happens(lambda: not any(map(alive, tree))), "its runs end with it"
    gate.touch()
    printed, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    lines = log.read_text().splitlines()
    for name in [*quick, *slow]:
        assert lines.count(f"{name} ended") == 1
        assert lines.count(f"{name} began") == 1 + (name == program)
    assert len(printed.splitlines()) == 6
    assert f"Running 6 snippets on {cluster.address}, 2 at a time" in said
    assert many.files().items() >= kept.items()
    records = find(read_programs(many.root), many.cache)[0]
    assert {name: r.values["word"] for name, r in records.items()} == {
        name: name for name in [*quick, *slow]
    }


def alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_ctrl_c_ends_what_runs_there(many: Many, cluster: Cluster) -> None:
    many.write("b", a="import time\ntime.sleep(600)")
    process = many.start(ON=cluster.address)
    assert happens(lambda: "a" in cluster.running() and bool(many.files()))
    tree = cluster.running()["a"].children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert said.endswith("Stopped. What has finished is kept.\n")
    assert "Traceback" not in said
    assert happens(lambda: not any(map(alive, tree)))
    assert set(find(read_programs(many.root), many.cache)[0]) == {"b"}
    assert happens(lambda: not list(cluster.folder.glob("records-*/*/sent")))


def test_a_failure_there_is_told_as_here(many: Many, cluster: Cluster) -> None:
    many.write("b", a="x = 1 / 0")
    result = many.make(ON=cluster.address)
    assert result.returncode == 1
    assert "snippets/a.py:2: the program raised ZeroDivisionError." in result.stderr
    assert "records-" not in result.stderr, "no temporary path"
    assert set(find(read_programs(many.root), many.cache)[0]) == {"b"}
    assert not list(cluster.folder.glob("records-*"))


def test_no_scheduler_answers(many: Many) -> None:
    many.write("a")
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        result = many.make(ON=address)
        assert result.returncode == 1
        assert f"ON: no scheduler answers at '{address}'." in result.stderr
        assert "Remedy: give the address that 'dask scheduler' shows" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_scheduler_without_workers(many: Many, cluster: Cluster) -> None:
    many.write("a")
    for worker in cluster.workers:
        worker.terminate()
        worker.wait()
    result = many.make(ON=cluster.address)
    assert result.returncode == 1
    assert "has no worker" in result.stderr
    assert f"'dask worker {cluster.address}'" in result.stderr


def test_distributed_is_not_installed(many: Many, tmp_path: Path) -> None:
    many.write("a")
    (tmp_path / "distributed.py").write_text("raise ImportError('not here')")
    path = f"{tmp_path}:{many.environment()['PYTHONPATH']}"
    result = many.make(ON="tcp://127.0.0.1:9", PYTHONPATH=path)
    assert result.returncode == 1
    assert "ON: the package 'distributed' is not installed." in result.stderr
    assert "pip install distributed" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_another_machine_made_is_known_as_such(many: Many) -> None:
    """It holds here as what was taken does, and the page can say so."""
    many.write("a")
    made = ensure_records(many.root, many.cache)["a"]
    made.where, made.provenance["python"] = "0" * 8, "3.12.99"
    next((many.cache / "a").glob("*.json")).unlink()

    def ask(snippet: Snippet) -> tuple[object, ...]:
        return (lambda: made,)

    workers = Workers(ThreadPoolExecutor(1), ask, address="tcp://there:1")
    programs = read_programs(many.root)
    told: list[object] = []
    run_missing(
        programs, many.cache, workers, lambda _, one: told.append(one), lambda _: 0
    )
    record = find(programs, many.cache)[0]["a"]
    assert isinstance(told[0], Record) and told[0].taken == "tcp://there:1"
    assert record.taken == "tcp://there:1" and "Python" in record.here
