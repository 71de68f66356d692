"""The record of one run, how it is kept on disk, and when it still holds."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .sections import Snippet, SourceError

KEPT = (
    4  # records of one snippet that stay on disk, so that undoing an edit runs nothing
)


@dataclass
class Record:
    """What one run of a snippet left behind."""

    name: str
    key: str
    notebook: dict[
        str, Any
    ]  # executed, nbformat 4; the section's name is in each cell's metadata
    values: dict[str, Any]  # top-level numbers and small arrays, by name
    inputs: dict[
        str, str
    ]  # local files and folders read or imported, with their digests
    provenance: dict[str, Any] = field(
        default_factory=dict
    )  # seed, python, packages, processor, seconds

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
        parts = []
        for output in self.cell(section)["outputs"]:
            if output["output_type"] == "stream":
                parts.append(output["text"])
            elif output["output_type"] == "error":
                parts.append("\n".join(output["traceback"]) + "\n")
        return "".join(parts)

    def figures(self, section: str) -> list[str]:
        """The figures that `section` drew, as SVG."""
        outputs = self.cell(section)["outputs"]
        return [
            o["data"]["image/svg+xml"]
            for o in outputs
            if "image/svg+xml" in o.get("data", {})
        ]


def static_ingredients(snippet: Snippet, root: Path) -> dict[str, str]:
    """All that can change a result and is known before the run; the files that it reads are known only after."""
    return {
        "snippet": hashlib.sha256(snippet.text.encode()).hexdigest(),
        "name": snippet.name,
        "requirements": digest(root / "requirements.txt"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "processor": processor(),
        "runner": runner_digest(),
    }


def key_of(snippet: Snippet, root: Path) -> str:
    """The key under which a record of `snippet` is kept."""
    text = json.dumps(static_ingredients(snippet, root), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


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
    return hashlib.sha256("".join(digest(file) for file in files).encode()).hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file, of a folder's listing, or the word 'absent'."""
    if path.is_dir():
        return hashlib.sha256(
            "\n".join(sorted(p.name for p in path.iterdir())).encode()
        ).hexdigest()
    if not path.exists():
        return "absent"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load(snippet: Snippet, root: Path, cache: Path) -> Record | None:
    """The valid record of `snippet`, or None: never run, damaged, or a file that it read has changed."""
    record = _read(_path(cache, snippet.name, key_of(snippet, root)))
    if record and all(
        digest(root / name) == seen for name, seen in record.inputs.items()
    ):
        return record
    return None


def save(record: Record, cache: Path) -> None:
    """Writes `record` beside its place and renames it, so that nobody ever reads half of one.

    Raises:
        SourceError: it cannot be written (read-only folder, full disk); earlier records are left whole.
    """
    path = _path(cache, record.name, record.key)
    body = asdict(record)
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
    for old in sorted(path.parent.glob("*.json"), key=lambda p: p.stat().st_mtime)[
        :-KEPT
    ]:
        old.unlink(missing_ok=True)


def unwritable(folder: Path, error: OSError) -> SourceError:
    """The error for a cache folder that takes no record."""
    return SourceError(
        folder,
        None,
        f"the record cannot be written: {error.strerror or error}.",
        "make the folder writable and see that the disk has room; earlier records are untouched.",
    )


def last_seconds(name: str, cache: Path) -> float | None:
    """How long the newest readable run of this snippet took, whatever its key; None if it never ran."""
    files = sorted(
        (cache / name).glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True
    )
    records = (_read(file) for file in files)
    return next(
        (float(record.provenance["seconds"]) for record in records if record), None
    )


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
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        pass
    print(
        f"The record {path.name} of {path.parent.name} is damaged; the snippet runs again.",
        file=sys.stderr,
    )
    return None


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(body, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()
