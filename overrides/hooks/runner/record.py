"""The record of one run: what it holds, what it is of, and where it was made."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .sections import Snippet


@dataclass
class Record:
    """What one run of a snippet left behind."""

    name: str
    key: str  # of the program: `key_of`
    # Executed, nbformat 4; the section's name is in each cell's metadata.
    notebook: dict[str, Any]
    values: dict[str, Any]  # top-level numbers and small arrays, by name
    too_large: list[str] = field(default_factory=list)  # names that are none for that
    versions: dict[str, str] = field(default_factory=dict)  # of what it imported
    # seed, python, packages, processor, seconds of processor time
    provenance: dict[str, Any] = field(default_factory=dict)
    where: str = ""  # a digest of the Python and the processor that made it: `where`
    taken: str = ""  # from where, if others made it
    # Not kept on disk. What the run's folder held, which is the snippet's; and what of its Python and its packages is of
    # another version here, by name ("" where it is not installed): for what was taken.
    files: dict[str, bytes] = field(default_factory=dict)
    here: dict[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[object, ...]:
        """All by which one run of a program differs from another, but for what it left."""
        run = (self.key, self.where, self.taken)
        return *run, self.here, self.versions, self.provenance

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
    """What a program is, as a digest: its files, the style of its figures, the runner. The same on every machine.

    Where it ran (`where`) and what it imported there (`Record.versions`) can change a result, too.
    """
    files = {name: _sha256(data) for name, data in snippet.files.items()}
    parts = [snippet.name, files, _sha256(snippet.style), runner_digest()]
    return _sha256(json.dumps(parts, sort_keys=True).encode())[:20]


def where() -> str:
    """A digest of this Python and this kind of processor."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return _sha256(f"{python} {processor()}".encode())[:8]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@functools.cache
def version_of(distribution: str) -> str:
    """The installed version, or "" where it is not installed. Asked once; `records.find` asks anew."""
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
    return _sha256(b"".join(runner_files().values()))


def runner_files() -> dict[str, bytes]:
    """The files of this package, by name: all that is needed to run a program elsewhere, beside its own files."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return {file.name: file.read_bytes() for file in files}


def remembered(cache: Path, name: str, key: str, make: Callable[[], bytes]) -> bytes:
    """What `make` returns, made once for a key.

    Args:
        cache: the folder where it is kept.
        name: of the file that keeps it; the next key of the same name takes its place.
        key: all that decides what is made.
        make: makes it.
    """
    kept = recalled(cache / name, key)
    if kept is None:
        kept = make()
        keep(cache / name, key, kept)
    return kept


def recalled(path: Path, key: str) -> bytes | None:
    """What this file keeps under this key; None where it keeps nothing, something else, or any byte of it has changed."""
    kept = path.read_bytes() if path.is_file() else b""
    return kept[32:] if kept[:32] == _digest(key, kept[32:]) else None


def keep(path: Path, key: str, data: bytes) -> None:
    """Keeps data under a key, in place of what the file keeps; it opens with a digest of both."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(_digest(key, data) + data)
    Path(file.name).replace(path)


def _digest(key: str, data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(key.encode()).digest() + data).digest()
