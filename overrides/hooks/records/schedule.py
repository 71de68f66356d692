"""Which programs lack a record, and the schedule by which they run, on whatever executor there is."""

from __future__ import annotations

import itertools
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner import Place, Record, Snippet, SourceError
from runner.record import version_of, where
from runner.run import run

from .parts import cost, read_costs
from .programs import read_programs
from .store import load, save, writing

INTERVAL = 0.2  # seconds between two looks at whether a schedule is to stop
Outcome = Record | SourceError
Done = Callable[[Snippet, Outcome], None]


def _nothing() -> None:
    """Who has no runs of its own to end."""


@dataclass(frozen=True)
class Workers:
    """Who runs programs.

    Args:
        executor: takes a function and its arguments.
        call: the function and the arguments with which a program's run is asked for.
        read: the record that came of it; raises the SourceError for the program's author.
        slots: how many programs run at a time; asked again whenever one has ended.
        stop: ends the runs that have begun.
        address: of the cluster, "" for this machine.
    """

    executor: Executor
    call: Callable[[Snippet], tuple[Any, ...]]
    read: Callable[[Future[Any]], Record] = Future.result
    slots: Callable[[], int | None] = os.cpu_count
    stop: Callable[[], None] = _nothing
    address: str = ""


@contextmanager
def this_machine(root: Path, cache: Path) -> Iterator[Workers]:
    """Threads, each of which waits for a process that watches a run; all runs end with the build, however it ends."""
    lifeline = socket.socketpair()
    with lifeline[0], lifeline[1], ThreadPoolExecutor(os.cpu_count()) as pool:
        yield Workers(
            pool,
            lambda snippet: (run, snippet, root, cache.parent, lifeline),
            slots=os.cpu_count,
            stop=lifeline[0].close,
        )


def find(
    snippets: Sequence[Snippet], cache: Path
) -> tuple[dict[str, Record], list[Snippet]]:
    """The valid records in `cache`, by name, and the programs that lack one. Runs nothing."""
    version_of.cache_clear()  # `serve` may outlive an installation
    found = {snippet.name: load(snippet, cache) for snippet in snippets}
    valid = {name: record for name, record in found.items() if record}
    return valid, [s for s in snippets if s.name not in valid]


def run_missing(
    missing: Sequence[Snippet],
    cache: Path,
    workers: Workers,
    done: Done,
    priority: Callable[[Snippet], float],
    stop: threading.Event | None = None,
) -> None:
    """Runs programs and keeps their records; returns when all have ended. `serve` calls it in a thread of its own.

    Args:
        missing: the programs.
        cache: the folder that keeps the records.
        workers: who runs them.
        done: is told of each program as it ends, with its record or its error, one at a time and in the same thread.
        priority: of those that wait, the one with the highest comes next; asked anew each time.
        stop: set by another thread, it ends all runs, as Ctrl-C does.

    Raises:
        SourceError: no program may run at all (NO_RUNS), or no record can be written.
    """
    _check_allowed(missing)
    # Said at once, and not after a minute of running.
    with writing(cache), tempfile.NamedTemporaryFile(dir=cache) as probe:
        probe.write(b"x" * 65536)
    waiting, running = list(missing), dict[Future[Any], Snippet]()
    try:
        while (waiting or running) and not (stop and stop.is_set()):
            while waiting and len(running) < max(1, workers.slots() or 1):
                snippet = max(waiting, key=priority)
                waiting.remove(snippet)
                running[workers.executor.submit(*workers.call(snippet))] = snippet
            ended, _ = wait(running, INTERVAL if stop else None, FIRST_COMPLETED)
            for future in ended:
                done(running.pop(future), _kept(future, workers, cache))
    finally:
        if running:  # Ctrl-C
            workers.stop()
            for future in running:
                future.cancel()


def _check_allowed(missing: Sequence[Snippet]) -> None:
    if missing and os.environ.get("NO_RUNS"):
        names = ", ".join(snippet.name for snippet in missing)
        problem = f"no program may run, and there is no record of: {names}."
        remedy = "take the records from where they are, 'make records FROM=…', or leave out NO_RUNS."
        Place("NO_RUNS").fail(problem, remedy)


def _kept(future: Future[Any], workers: Workers, cache: Path) -> Outcome:
    """The record of a run that has ended, on disk by now, or what was wrong."""
    try:
        record = workers.read(future)
        if record.where != where():
            record = replace(record, taken=workers.address)
        record.provenance["ran"] = f"{datetime.now(UTC):%Y-%m-%d}"
        save(record, cache)
        return record
    except SourceError as error:
        return error


def ensure_records(
    root: Path,
    cache: Path,
    names: Sequence[str] | None = None,
    workers: Workers | None = None,
) -> dict[str, Record]:
    """The valid record of each snippet in `root`/snippets, by name; those that have none are run first.

    Args:
        root: the project's folder.
        cache: the folder that keeps the records.
        names: only these snippets; all where it is None.
        workers: who runs them; this machine where none is given.

    Raises:
        SourceError: naming every snippet that failed. The records of those that did not fail are kept.
    """
    snippets = read_programs(root, names)
    records, missing = find(snippets, cache)
    if missing and workers:
        _run_all(missing, root, cache, workers)
    elif missing:
        with this_machine(root, cache) as workers:
            _run_all(missing, root, cache, workers)
    return find(snippets, cache)[0] if missing else records


def _run_all(missing: list[Snippet], root: Path, cache: Path, workers: Workers) -> None:
    """The longest first, so that no long one starts last; with a line of progress for each."""
    count, number, costs = len(missing), itertools.count(1), read_costs(root)
    failures: dict[str, SourceError] = {}

    def done(snippet: Snippet, outcome: Outcome) -> None:
        took = "FAILED"
        if isinstance(outcome, Record):
            took = f"{outcome.provenance['seconds']:6.1f} s"
        else:
            failures[snippet.name] = outcome
        say(f"{next(number):4} of {count}  {snippet.name:<24} {took}")

    _check_allowed(missing)
    place = f" on {workers.address}" if workers.address else ""
    say(f"Running {count} snippet{'s' * (count > 1)}{place}, {workers.slots()} at a time")  # fmt: skip
    run_missing(missing, cache, workers, done, lambda snippet: cost(snippet, costs))
    if failed := [failures[s.name] for s in missing if s.name in failures]:
        failed[0].others = failed[1:]
        raise failed[0]


def say(line: str) -> None:
    """Tells who waits how far it is, on stderr."""
    print(f"{line}\n", end="", file=sys.stderr, flush=True)
