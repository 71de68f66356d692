"""Brings every snippet's record up to date, several at a time, and says on the terminal how far it is."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
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

from .record import Record, last_seconds, load, save, unwritable
from .sections import Snippet, SourceError


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
        root: the project's folder; snippets run in it.
        cache: the folder that keeps the records.
        names: only these snippets; all where none is given.

    Raises:
        SourceError: naming every snippet that failed. The records of those that did not fail are kept.
    """
    folder = root / "snippets"
    unknown = [name for name in names if not (folder / f"{name}.py").is_file()]
    if unknown:
        known = ", ".join(sorted(path.stem for path in folder.glob("*.py")))
        raise SourceError(
            folder,
            None,
            f"there is no snippet '{unknown[0]}'.",
            f"use one of: {known}.",
        )
    paths = [folder / f"{name}.py" for name in names] or sorted(folder.glob("*.py"))
    snippets = [Snippet.read(path, root) for path in paths]
    records = {snippet.name: load(snippet, root, cache) for snippet in snippets}
    missing = [snippet for snippet in snippets if records[snippet.name] is None]
    if missing:
        _check_writable(cache)
        records.update(
            asyncio.run(_run_all(_longest_first(missing, cache), root, cache))
        )
    return {name: record for name, record in records.items() if record}


def _longest_first(snippets: list[Snippet], cache: Path) -> list[Snippet]:
    """Those that never ran come first, then by the seconds of the last run: so that no long one starts last."""
    seconds = {snippet.name: last_seconds(snippet.name, cache) for snippet in snippets}
    return sorted(snippets, key=lambda s: -(seconds[s.name] or float(s.time_limit)))


async def _run_all(
    snippets: list[Snippet], root: Path, cache: Path
) -> dict[str, Record]:
    from .run import (
        run,
    )  # nbclient and Jupyter are loaded only when something has to run

    places = asyncio.Semaphore(os.cpu_count() or 1)
    terminal = Terminal(len(snippets))

    async def one(snippet: Snippet) -> Record:
        async with places:
            terminal.started(snippet.name)
            try:
                record = await run(snippet, root)
                save(record, cache)
            except BaseException:
                terminal.ended(snippet.name, "FAILED")
                raise
            terminal.ended(snippet.name, f"{record.provenance['seconds']:6.1f} s")
            return record

    with terminal.live:
        terminal.console.print(
            f"Running {len(snippets)} snippet{'s' * (len(snippets) > 1)}"
        )
        outcomes = await asyncio.gather(
            *(one(snippet) for snippet in snippets), return_exceptions=True
        )
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    unforeseen = [
        failure for failure in failures if not isinstance(failure, SourceError)
    ]
    if unforeseen:
        raise unforeseen[0]
    if failures:
        raise FailedRuns("\n".join(str(failure) for failure in failures))
    return {
        outcome.name: outcome for outcome in outcomes if isinstance(outcome, Record)
    }


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
