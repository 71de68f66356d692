"""The record of one run, how it is kept on disk, and when it still holds."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .errors import Place
from .sections import Snippet

KEPT = 4  # records of a snippet that stay on disk: undoing an edit runs nothing


@dataclass
class Record:
    """What one run of a snippet left behind."""

    name: str
    key: str
    # Executed, nbformat 4; the section's name is in each cell's metadata.
    notebook: dict[str, Any]
    values: dict[str, Any]  # top-level numbers and small arrays, by name
    too_large: list[str] = field(default_factory=list)  # names that are none for that
    versions: dict[str, str] = field(default_factory=dict)  # of what it imported
    # seed, python, packages, processor, seconds of processor time
    provenance: dict[str, Any] = field(default_factory=dict)
    # What the run's folder held. Not kept on disk: it is the snippet's.
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def sections(self) -> list[str]:
        names = [c["metadata"].get("section") for c in self.notebook["cells"]]
        return [name for name in names if name]

    def cell(self, section: str) -> dict[str, Any]:
        """The notebook cell of `section`. Raises KeyError where there is none."""
        for cell in self.notebook["cells"]:
            if cell["metadata"].get("section") == section:
                return dict(cell)
        raise KeyError(section)

    def text(self, section: str) -> str:
        """What `section` printed; for a section that is there to fail, with the traceback that ended it."""
        return printed(self.cell(section))

    def figures(self, section: str) -> list[str]:
        """The figures that `section` drew, as SVG."""
        shown = [output.get("data", {}) for output in self.cell(section)["outputs"]]
        return [data["image/svg+xml"] for data in shown if "image/svg+xml" in data]


def printed(cell: Mapping[str, Any]) -> str:
    """What a cell printed, with the traceback of one that is there to fail."""
    return "".join(
        output.get("text") or "\n".join(output["traceback"]) + "\n"
        for output in cell["outputs"]
        if output["output_type"] in ("stream", "error")
    )


def key_of(snippet: Snippet) -> str:
    """The key under which a record of `snippet` is kept: all that can change a result and is known before the run.

    What the run imported is known only after it: `versions`.
    """
    files = {name: _sha256(data) for name, data in snippet.files.items()}
    python = f"{platform.python_implementation()} {platform.python_version()}"
    style = _sha256(snippet.style)
    parts = [snippet.name, files, style, python, processor(), runner_digest()]
    return _sha256(json.dumps(parts, sort_keys=True).encode())[:20]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@functools.cache
def version_of(distribution: str) -> str:
    """The installed version, or "" where it is not installed. Asked once; `ensure_records` asks anew."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


@functools.cache
def processor() -> str:
    """The kind of processor: last digits can differ between kinds."""
    model = platform.processor()
    if sys.platform == "linux":
        text = Path("/proc/cpuinfo").read_text()
        found = re.search(r"^model name\s*:(.*)$", text, re.MULTILINE)
        model = found[1] if found else model
    elif sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        model = subprocess.check_output(command, text=True)
    return f"{platform.machine()} {model.strip()}".strip()


@functools.cache
def runner_digest() -> str:
    """A digest of this package: a change to how snippets are run is a change to every result."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return _sha256(b"".join(file.read_bytes() for file in files))


def load(snippet: Snippet, cache: Path) -> Record | None:
    """The valid record of `snippet`, or None: never run, damaged, or with other versions of what it imports."""
    record = _read(cache / snippet.name / f"{key_of(snippet)}.json")
    if not record or any(version_of(n) != then for n, then in record.versions.items()):
        return None
    return replace(record, files=dict(snippet.files))


def save(record: Record, cache: Path) -> None:
    """Writes `record` beside its place and renames it, so that nobody ever reads half of one.

    Raises:
        SourceError: it cannot be written (read-only folder, full disk); earlier records are left whole.
    """
    path = cache / record.name / f"{record.key}.json"
    part = path.with_suffix(f".{os.getpid()}.part")
    body = {name: fact for name, fact in vars(record).items() if name != "files"}
    text = json.dumps({"sha256": _checksum(body), **body}, ensure_ascii=False)
    try:
        with writing(path.parent):
            part.write_text(text, encoding="utf-8")
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


def last_seconds(name: str, cache: Path) -> float | None:
    """How long the newest readable run of this snippet took, whatever its key; None if it never ran."""
    records = (_read(file) for file in reversed(_by_age(cache / name)))
    times = (record.provenance.get("seconds") for record in records if record)
    return next((float(time) for time in times if time), None)


def _by_age(folder: Path) -> list[Path]:
    """The records in a folder, the oldest first; another build may remove some meanwhile."""
    ages = {}
    for path in folder.glob("*.json"):
        with suppress(OSError):
            ages[path] = path.stat().st_mtime
    return sorted(ages, key=ages.__getitem__)


def _read(path: Path) -> Record | None:
    """The record in this file, or None where there is none or where it is damaged."""
    try:
        body = json.loads(path.read_bytes())
        if body.pop("sha256") == _checksum(body):
            return Record(**body)
    except FileNotFoundError:
        return None
    except Exception:  # whatever the damage leads to
        pass
    damaged = f"The record {path.name} of {path.parent.name} is damaged"
    print(f"{damaged}; the snippet runs again.", file=sys.stderr)
    return None


def _checksum(body: dict[str, Any]) -> str:
    return _sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode())


def remembered(cache: Path, name: str, key: str, make: Callable[[], bytes]) -> bytes:
    """What `make` returns, made once for a key.

    Args:
        cache: the folder where it is kept.
        name: of the file that keeps it; the next key of the same name takes its place.
        key: all that decides what is made.
        make: makes it.

    The file opens with a digest of the key and of what follows: where any byte has changed, it is made anew.
    """
    path = cache / name
    kept = path.read_bytes() if path.is_file() else b""
    if kept[:32] == _digest(key, kept[32:]):
        return kept[32:]
    data = make()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=cache, prefix=".", delete=False) as file:
        file.write(_digest(key, data) + data)
    Path(file.name).replace(path)
    return data


def _digest(key: str, data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(key.encode()).digest() + data).digest()
