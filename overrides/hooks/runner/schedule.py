"""Brings every snippet's record up to date, several at a time, and says on the terminal how far it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from .errors import SourceError
from .folder import check_names, modules, programs
from .record import Record, last_seconds, load, save, unwritable, version_of
from .run import Runs, run
from .sections import Snippet


class Terminal:
    """Progress of the runs: a live bar on a terminal, plain lines elsewhere (both on stderr)."""

    def __init__(self, total: int) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.running: list[str] = []
        self.bar = Progress(
            TextColumn("Running snippets"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[running]}"),
            console=self.console,
            transient=True,
        )
        self.task = self.bar.add_task("", total=total, running="")
        self.live = self.bar if self.console.is_terminal else nullcontext()

    def started(self, name: str) -> None:
        self.running.append(name)
        self.bar.update(self.task, running=", ".join(self.running))

    def ended(self, name: str, what: str) -> None:
        self.running.remove(name)
        self.bar.update(self.task, advance=1, running=", ".join(self.running))
        self.console.print(f"  {name:<24} {what}")


def ensure_records(
    root: Path, cache: Path, names: Sequence[str] = ()
) -> dict[str, Record]:
    """The valid record of each snippet in `root`/snippets, by name; those that have none are run first.

    Args:
        root: the project's folder.
        cache: the folder that keeps the records.
        names: only these snippets; all where none is given.

    Raises:
        SourceError: naming every snippet that failed. The records of those that did not fail are kept.
    """
    folder = root / "snippets"
    unknown = [name for name in names if not (folder / f"{name}.py").is_file()]
    if unknown:
        known = ", ".join(path.stem for path in programs(folder))
        raise SourceError(
            folder,
            None,
            f"there is no snippet '{unknown[0]}'.",
            f"use one of: {known}.",
        )
    check_names(folder)
    version_of.cache_clear()  # `serve` may outlive an installation
    paths = [folder / f"{name}.py" for name in names] or programs(folder)
    snippets = [Snippet.read(path, root) for path in paths]
    records = {snippet.name: load(snippet, cache) for snippet in snippets}
    missing = [snippet for snippet in snippets if records[snippet.name] is None]
    if missing:
        _check_writable(cache)
        records.update(_run_all(_longest_first(missing, cache), root, cache))
    return {name: record for name, record in records.items() if record}


def read_modules(root: Path) -> dict[str, Snippet]:
    """The modules that programs share, by the name under which a chapter includes them: 'shared/optimiser'."""
    paths = modules(root / "snippets")
    return {f"shared/{path.stem}": Snippet.read(path, root) for path in paths}


def _longest_first(snippets: list[Snippet], cache: Path) -> list[Snippet]:
    """Those that never ran come first, then by the seconds of the last run: so that no long one starts last."""
    seconds = {snippet.name: last_seconds(snippet.name, cache) for snippet in snippets}
    return sorted(snippets, key=lambda s: -(seconds[s.name] or s.limits.time))


def _run_all(snippets: list[Snippet], root: Path, cache: Path) -> dict[str, Record]:
    terminal = Terminal(len(snippets))
    runs = Runs()

    def one(snippet: Snippet) -> Record:
        terminal.started(snippet.name)
        try:
            record = run(snippet, root, cache.parent, runs)
            save(record, cache)
        except Exception:
            terminal.ended(snippet.name, "FAILED")
            raise
        terminal.ended(snippet.name, f"{record.provenance['seconds']:6.1f} s")
        return record

    with terminal.live, ThreadPoolExecutor(os.cpu_count()) as pool:
        terminal.console.print(
            f"Running {len(snippets)} snippet{'s' * (len(snippets) > 1)}"
        )
        futures = [pool.submit(one, snippet) for snippet in snippets]
        try:
            wait(futures)
        except BaseException:  # Ctrl-C
            runs.stop()
            pool.shutdown(cancel_futures=True)
            raise
    failures = [error for future in futures if (error := future.exception())]
    for error in failures:
        if not isinstance(error, SourceError):
            raise error
    if failures:
        raise FailedRuns("\n".join(str(failure) for failure in failures))
    return {record.name: record for record in (future.result() for future in futures)}


class FailedRuns(SourceError):
    """One or several snippets failed; the text is that of each in turn."""

    def __init__(self, text: str) -> None:
        Exception.__init__(self, text)


def _check_writable(cache: Path) -> None:
    """Says at once, and not after a minute of running, that the records could not be kept."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache) as probe:
            probe.write(b"x" * 65536)
    except OSError as error:
        raise unwritable(cache, error) from error
