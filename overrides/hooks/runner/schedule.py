"""Brings every snippet's record up to date, several at a time, and says on the terminal how far it is."""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from .errors import SourceError
from .folder import check_names, modules, programs
from .record import Record, last_seconds, load, save, unwritable, version_of
from .run import Runs, run
from .sections import Snippet, patience


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
    patience()  # says at once what is wrong with LIMITS
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
    runs, count = Runs(), len(snippets)
    done = itertools.count(1)

    def one(snippet: Snippet) -> Record:
        try:
            record = run(snippet, root, cache.parent, runs)
            save(record, cache)
        except SourceError:
            say(f"{next(done):4} of {count}  {snippet.name:<24} FAILED")
            raise
        seconds = record.provenance["seconds"]
        say(f"{next(done):4} of {count}  {snippet.name:<24} {seconds:6.1f} s")
        return record

    say(f"Running {count} snippet{'s' * (count > 1)}, {os.cpu_count()} at a time")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
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


def say(line: str) -> None:
    """Tells who waits how far it is, on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


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
