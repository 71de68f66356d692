"""Which programs lack a record, and the schedule by which they run on whatever executor there is."""

from __future__ import annotations

import pickle
import tempfile
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from conftest import Project
from many import Many
from patience import happens
from records import (
    Workers,
    ensure_records,
    find,
    read_programs,
    run_missing,
    this_machine,
)
from records.cluster import elsewhere
from runner import Place, Record, Snippet, SourceError
from runner import record as record_module


@pytest.fixture
def many(tmp_path: Path) -> Many:
    return Many(tmp_path / "project")


def by_name(snippet: Snippet) -> float:
    """The first in the alphabet first."""
    return -float(ord(snippet.name[0]))


class Told:
    """What a schedule told: the programs in the order in which they ended, and what came of each."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.outcomes: dict[str, Record | SourceError] = {}

    def __call__(self, snippet: Snippet, outcome: Record | SourceError) -> None:
        self.order.append(snippet.name)
        self.outcomes[snippet.name] = outcome


def test_find_runs_nothing(many: Many) -> None:
    many.write("a", "b")
    ensure_records(many.root, many.cache, ["a"])
    before = many.files()
    valid, missing = find(read_programs(many.root), many.cache)
    assert list(valid) == ["a"] and [s.name for s in missing] == ["b"]
    assert many.files() == before


def test_records_come_in_the_background(many: Many) -> None:
    """A callback as each comes; the caller goes on meanwhile."""
    many.write("a", "b", c="raise SystemExit('oh')")
    told = Told()

    def work() -> None:
        with this_machine(many.root, many.cache) as workers:
            missing = find(read_programs(many.root), many.cache)[1]
            run_missing(missing, many.cache, workers, told, by_name)

    thread = threading.Thread(target=work)
    thread.start()
    assert happens(lambda: len(told.order) == 3)
    thread.join()
    record = told.outcomes["a"]
    assert isinstance(record, Record)
    day = datetime.fromisoformat(record.provenance["ran"]).replace(tzinfo=UTC)
    assert timedelta(0) <= datetime.now(UTC) - day < timedelta(days=2)
    assert isinstance(told.outcomes["c"], SourceError)
    assert set(find(read_programs(many.root), many.cache)[0]) == {"a", "b"}


def one_thread(work: Callable[[Snippet], Record]) -> Workers:
    pool = ThreadPoolExecutor(1)
    return Workers(pool, lambda snippet: (work, snippet), slots=lambda: 1)


def test_the_order_may_change_while_they_wait(many: Many) -> None:
    many.write("a", "b", "c", "d")
    wanted = ["b"]
    told = Told()

    def done(snippet: Snippet, outcome: Record | SourceError) -> None:
        told(snippet, outcome)
        wanted[:] = ["d"]  # what a reader looks at now

    def work(snippet: Snippet) -> Record:
        return Record(snippet.name, "0" * 20, {"cells": []}, {})

    run_missing(
        read_programs(many.root),
        many.cache,
        one_thread(work),
        done,
        lambda snippet: snippet.name in wanted,
    )
    assert told.order == ["b", "d", "a", "c"]


def test_another_thread_stops_it(
    many: Many, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    many.write(
        "b", a="import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)"
    )
    stop, told = threading.Event(), Told()

    def work() -> None:
        with this_machine(many.root, many.cache) as workers:
            missing = read_programs(many.root)
            run_missing(missing, many.cache, workers, told, by_name, stop)

    thread = threading.Thread(target=work)
    thread.start()
    assert happens(lambda: "b" in told.order)
    outputs = tmp_path.glob
    assert happens(lambda: any(p.read_text() for p in outputs("run-*/stdout")))
    pid = next(int(text) for p in outputs("run-*/stdout") if (text := p.read_text()))
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert told.order == ["b"]
    assert not psutil.pid_exists(pid)
    assert not list(tmp_path.glob("run-*")), "nothing stays behind"


def test_the_longest_runs_first(
    many: Many, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the committed costs; what has none yet might take all that it may."""
    many.write("long", "new", "short")
    (many.root / "snippets/costs.yml").write_text("long: 30\nshort: 0.2\n")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    ensure_records(many.root, many.cache)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Running 3 snippets, 1 at a time"
    assert [line.split()[3] for line in lines[1:]] == ["new", "long", "short"]


def test_failures_are_collected_and_the_rest_is_kept(many: Many) -> None:
    many.write("a", "d", b="raise ValueError", c="raise KeyError")
    with pytest.raises(SourceError) as caught:
        ensure_records(many.root, many.cache)
    assert str(caught.value).startswith("snippets/b.py:2: ")
    assert "\nsnippets/c.py:2: " in str(caught.value)
    assert set(find(read_programs(many.root), many.cache)[0]) == {"a", "d"}


def test_a_closed_run_runs_in_another_process(many: Many) -> None:
    """The runner, the program and its files go there as bytes, whatever executor takes them."""
    many.write("b", a="raise ValueError")
    (many.root / "snippets/words.txt").write_text("two words")
    many.write(
        c="# reads: words.txt\nfrom shared.count import count\nn = count('words.txt')"
    )
    (many.root / "snippets/shared").mkdir()
    module = '"""Counts."""\n\n\ndef count(name):\n    with open(name) as file:\n        return len(file.read().split())\n'
    (many.root / "snippets/shared/count.py").write_text(module)
    told, snippets = Told(), read_programs(many.root)
    for_another = pickle.loads(pickle.dumps(snippets))
    (many.root / "snippets").rename(many.root / "gone")
    with ProcessPoolExecutor(2) as pool:
        session = f"records-{uuid.uuid4().hex}"
        workers = elsewhere(pool, session, lambda: 2, lambda: None, "there")
        run_missing(for_another, many.cache, workers, told, by_name)
    (many.root / "gone").rename(many.root / "snippets")
    record, error = told.outcomes["c"], told.outcomes["a"]
    assert isinstance(record, Record) and record.values == {"n": 2}
    assert not record.taken, "the same Python and processor: it is as one's own"
    assert isinstance(error, SourceError)
    assert str(error).startswith("snippets/a.py:2: the program raised ValueError.")
    assert set(find(read_programs(many.root), many.cache)[0]) == {"b", "c"}


def test_a_run_that_does_not_come_back_is_an_error(many: Many) -> None:
    many.write("a", "b")

    class Broken(ThreadPoolExecutor):
        def submit(self, *arguments: object, **more: object) -> Future[object]:  # type: ignore[override]
            future: Future[object] = Future()
            future.set_exception(RuntimeError("the worker died"))
            return future

    told = Told()
    workers = elsewhere(Broken(), "records-x", lambda: 1, lambda: None, "there")
    run_missing(read_programs(many.root), many.cache, workers, told, by_name)
    for outcome in told.outcomes.values():
        assert "ON: a run did not come back: RuntimeError." in str(outcome)
        assert "what has finished is kept" in str(outcome)


def test_an_error_can_be_sent() -> None:
    with pytest.raises(SourceError) as caught:
        Place(Path("a.py"), 3).fail("a problem.", "a remedy.", "a\nb")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_runner_can_be_switched_off(
    many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    many.write("a", "b")
    ensure_records(many.root, many.cache, ["a"])
    monkeypatch.setenv("NO_RUNS", "1")
    ensure_records(many.root, many.cache, ["a"])
    with pytest.raises(SourceError, match="there is no record of: b") as caught:
        ensure_records(many.root, many.cache)
    assert "make records FROM=" in str(caught.value)


def test_only_what_changes_a_result_is_in_the_runner() -> None:
    """The digest is that of the folder `runner`; what schedules, keeps, splits and fetches lies beside it, in `records`."""
    runner = set(record_module.runner_files())
    assert {"child.py", "watch.py", "run.py", "outcome.py", "sections.py"} <= runner
    moved = {"schedule.py", "store.py", "parts.py", "archive.py", "cluster.py"}
    assert not runner & moved


def test_an_edit_of_the_schedule_runs_nothing(project: Project) -> None:
    before = project.records()
    for name in ("schedule", "store", "parts", "archive", "cluster", "__init__"):
        path = f"overrides/hooks/records/{name}.py"
        text = (project.folder / path).read_text(encoding="utf-8")
        project.write(path, f"{text}\n# edited\n")
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert "Running" not in result.stderr
    assert project.records() == before
    text = (project.folder / "overrides/hooks/runner/child.py").read_text()
    project.write("overrides/hooks/runner/child.py", f"{text}\n# edited\n")
    assert "Running 2 snippets" in project.build().stderr
