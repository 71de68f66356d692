"""How records are kept on disk, and which of them still hold."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner import Place, Record, Snippet
from runner.record import key_of, version_of, where

KEPT = 4  # records of a snippet that stay on disk: undoing an edit runs nothing
NOT_KEPT = ("files", "here")


def load(snippet: Snippet, cache: Path) -> Record | None:
    """The valid record of `snippet`, or None.

    One's own holds as long as program, Python, processor and the versions of what it imported are the same; one that was
    taken, as long as the program is. One's own comes first.
    """
    folder, key = cache / snippet.name, key_of(snippet)
    own = folder / f"{key}-{where()}.json"
    others = [path for path in _by_age(folder, f"{key}-*.json") if path != own]
    for path in [own, *reversed(others)]:
        try:
            record = parsed(path.read_bytes())
        except FileNotFoundError:
            continue
        except (OSError, ValueError, RecursionError):
            damaged = f"The record {path.name} of {path.parent.name} is damaged"
            print(f"{damaged}; the snippet runs again.", file=sys.stderr)
            continue
        if record.taken or (path == own and not changed(record)):
            here = _here(record) if record.taken else {}
            return replace(record, files=dict(snippet.files), here=here)
    return None


def changed(record: Record) -> dict[str, str]:
    """What the run imported and is of another version here, with that version; "" where it is not installed."""
    found = {name: version_of(name) for name in record.versions}
    return {name: v for name, v in found.items() if v != record.versions[name]}


def _here(record: Record) -> dict[str, str]:
    """What of a run would be of another version here; of what is not installed, only what the program itself imports."""
    direct, python = record.provenance["packages"], platform.python_version()
    found = {"Python": python} if python != record.provenance["python"] else {}
    return found | {n: v for n, v in changed(record).items() if v or n in direct}


def save(record: Record, cache: Path) -> None:
    """Writes `record` beside its place and renames it, so that nobody ever reads half of one.

    Raises:
        SourceError: it cannot be written (read-only folder, full disk); earlier records are left whole.
    """
    path = cache / record.name / f"{record.key}-{record.where}.json"
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with writing(path.parent):
            part.write_bytes(dumped(record))
            part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()
    for old in _by_age(path.parent)[:-KEPT]:
        with suppress(OSError):
            old.unlink()


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Makes a folder for records; what it does not take is a SourceError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        problem = f"the record cannot be written: {error.strerror or error}."
        remedy = "make the folder writable and see that the disk has room; earlier records are untouched."
        Place(folder).fail(problem, remedy)


def dumped(record: Record) -> bytes:
    """A record as it is kept and published: JSON, with a digest of what it says."""
    body = {n: fact for n, fact in vars(record).items() if n not in NOT_KEPT}
    text = json.dumps({"sha256": _checksum(body), **body}, ensure_ascii=False)
    return text.encode()


def parsed(data: bytes) -> Record:
    """The record that `dumped` wrote. Raises ValueError where any of it is damaged."""
    try:
        body = json.loads(data)
        digest, record = body.pop("sha256"), Record(**body)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(str(error)) from None
    if digest != _checksum(body):
        raise ValueError("its digest is another")
    return record


def _by_age(folder: Path, names: str = "*.json") -> list[Path]:
    """The records in a folder, the oldest first; another build may remove some meanwhile."""
    ages = {}
    for path in folder.glob(names):
        with suppress(OSError):
            ages[path] = path.stat().st_mtime
    return sorted(ages, key=ages.__getitem__)


def _checksum(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
