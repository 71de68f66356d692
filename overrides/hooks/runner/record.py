"""The record of one run, how it is kept on disk, and when it still holds."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .errors import SourceError, reason
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

    def cell(self, section: str) -> dict[str, Any]:
        """The notebook cell of `section`. Raises KeyError where there is none."""
        for cell in self.notebook["cells"]:
            if cell["metadata"].get("section") == section:
                return dict(cell)
        raise KeyError(section)

    @property
    def sections(self) -> list[str]:
        return [
            c["metadata"]["section"]
            for c in self.notebook["cells"]
            if c["metadata"].get("section")
        ]

    def text(self, section: str) -> str:
        """What `section` printed; for a section that is there to fail, with the traceback that ended it."""
        return printed(self.cell(section))

    def figures(self, section: str) -> list[str]:
        """The figures that `section` drew, as SVG."""
        outputs = self.cell(section)["outputs"]
        return [
            o["data"]["image/svg+xml"]
            for o in outputs
            if "image/svg+xml" in o.get("data", {})
        ]


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
def version_of(distribution: str) -> str | None:
    """The installed version, or None where it is not installed. Asked once; `ensure_records` asks anew."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


@functools.cache
def processor() -> str:
    """The kind of processor: last digits can differ between kinds."""
    model = platform.processor()
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    elif sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        model = subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout.strip()
    return f"{platform.machine()} {model}".strip()


@functools.cache
def runner_digest() -> str:
    """A digest of this package: a change to how snippets are run is a change to every result."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return _sha256(b"".join(file.read_bytes() for file in files))


def load(snippet: Snippet, cache: Path) -> Record | None:
    """The valid record of `snippet`, or None: never run, damaged, or with other versions of what it imports."""
    record = _read(_path(cache, snippet.name, key_of(snippet)))
    if record and all(
        version_of(name) == then for name, then in record.versions.items()
    ):
        return replace(record, files=dict(snippet.files))
    return None


def save(record: Record, cache: Path) -> None:
    """Writes `record` beside its place and renames it, so that nobody ever reads half of one.

    Raises:
        SourceError: it cannot be written (read-only folder, full disk); earlier records are left whole.
    """
    path = _path(cache, record.name, record.key)
    body = asdict(replace(record, files={}))
    del body["files"]
    text = json.dumps({"sha256": _checksum(body), **body}, ensure_ascii=False)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, delete=False, suffix=".part"
        ) as file:
            temporary = Path(file.name)
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise unwritable(path.parent, error) from error
    for old in _by_age(path.parent)[:-KEPT]:
        with suppress(OSError):
            old.unlink()


def unwritable(folder: Path, error: OSError) -> SourceError:
    """The error for a cache folder that takes no record."""
    return SourceError(
        folder,
        None,
        f"the record cannot be written: {reason(error)}.",
        "make the folder writable and see that the disk has room; earlier records are untouched.",
    )


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


def _path(cache: Path, name: str, key: str) -> Path:
    return cache / name / f"{key}.json"


def _read(path: Path) -> Record | None:
    """The record in this file, or None where there is none or where it is damaged."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body.pop("sha256") == _checksum(body):
            return Record(**body)
    except FileNotFoundError:
        return None
    except (
        OSError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
        RecursionError,
    ):
        pass
    print(
        f"The record {path.name} of {path.parent.name} is damaged; the snippet runs again.",
        file=sys.stderr,
    )
    return None


def _checksum(body: dict[str, Any]) -> str:
    return _sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode())
