"""Records that travel: `records.zip` of a published site, or of one part; and what of it is taken."""

from __future__ import annotations

import io
import re
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path

from runner import Place, Record, Snippet, packed
from runner.record import key_of

from .schedule import say
from .store import dumped, parsed, save

ARCHIVE = "records.zip"  # below the address of a site
PATIENCE = 60  # seconds until a site has to answer
REMEDY = "give the address of a published site, or a folder that holds records.zip."


def archived(records: Mapping[str, Record]) -> bytes:
    """The records as a zip, each a file `NAME/KEY-WHERE.json` that says its own digest; the same records give the same bytes."""
    files = {
        f"{record.name}/{record.key}-{record.where}.json": dumped(
            replace(record, taken="")
        )
        for record in records.values()
    }
    return packed(files, "records")


def take(address: str, missing: Sequence[Snippet], cache: Path) -> list[Record]:
    """Takes the records of these programs, as far as they are there and whole, and keeps them.

    Args:
        address: of a published site, http(s), or of a file records.zip there; or a folder that holds such files, or one.
        missing: the programs that lack a record.
        cache: the folder that keeps the records.

    Raises:
        SourceError: nothing can be read there, or no record can be written.
    """
    taken: dict[str, Record] = {}
    for name, data in _archives(address):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for snippet in missing:
                    if found := _record(archive, snippet, name):
                        taken[snippet.name] = replace(found, taken=address)
        except zipfile.BadZipFile:
            say(f"{name} is damaged; nothing is taken from it.")
    for record in taken.values():
        save(record, cache)
    return list(taken.values())


def _archives(address: str) -> Iterator[tuple[str, bytes]]:
    """The archives at an address, each by its name for messages."""
    here = Place("FROM")
    if re.match(r"https?://", address):
        url = address
        if not url.endswith(".zip"):
            url = f"{url.rstrip('/')}/{ARCHIVE}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                yield url, answer.read()
        except (OSError, ValueError, HTTPException) as error:
            here.fail(f"{url} cannot be read: {error}.", REMEDY)
        return
    place = Path(address)
    files = [place] if place.is_file() else sorted(place.glob("records*.zip"))
    if not files:
        here.fail(f"'{address}' holds no {ARCHIVE}.", REMEDY)
    for file in files:
        try:
            yield str(file), file.read_bytes()
        except OSError as error:
            here.fail(f"{file} cannot be read: {error.strerror}.", REMEDY)


def _record(archive: zipfile.ZipFile, snippet: Snippet, name: str) -> Record | None:
    """The record of a program in an archive, if it is there and whole."""
    key = key_of(snippet)
    for path in sorted(archive.namelist()):
        if not path.startswith(f"records/{snippet.name}/{key}-"):
            continue
        try:
            record = parsed(archive.read(path))
            if (record.name, record.key) == (snippet.name, key):
                return record
        except (ValueError, RecursionError, zipfile.BadZipFile, zlib.error):
            pass
        say(f"The record of {snippet.name} in {name} is damaged; it is not taken.")
    return None


def told(taken: Sequence[Record], count: int, address: str) -> str:
    """How many of `count` records were taken, and where they were made, in one line."""
    runs = [record.provenance for record in taken]
    text = f"{len(runs)} of {count} records taken from {address}"
    if not runs:
        return text
    pythons = ", ".join(sorted({run["python"] for run in runs}))
    kinds = ", ".join(sorted({run["processor"].partition(" ")[0] for run in runs}))
    packages = {f"{name} {v}" for run in runs for name, v in run["packages"].items()}
    made = [f"Python {pythons} on {kinds}", *sorted(packages)]
    return f"{text}; made with {', '.join(made)}"
