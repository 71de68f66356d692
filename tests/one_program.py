"""A project of one program, run by the runner alone: what comes of it, a record or an error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from records import ensure_records
from runner import Record, SourceError

Files = Mapping[str, str | bytes]


class OneProgram:
    """A folder with `snippets/x.py` and what it needs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "snippets").mkdir(parents=True)

    def write(self, files: Files) -> None:
        """Writes files by their path below `snippets/`."""
        for name, content in files.items():
            path = self.root / "snippets" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(data)

    def run(self, body: str | bytes, files: Files | None = None) -> Record:
        """The record of a program with these files beside it; `body` stands below a docstring, bytes are all of it."""
        whole = f'"""It is tried."""\n{body}\n' if isinstance(body, str) else body
        self.write({"x.py": whole, **(files or {})})
        return ensure_records(self.root, self.root / ".cache/records", ["x"])["x"]

    def fails(self, body: str | bytes, files: Files | None = None) -> str:
        """The error of such a program, which is one for its author: place, problem and remedy, and no temporary path."""
        with pytest.raises(SourceError) as caught:
            self.run(body, files)
        text = str(caught.value)
        assert text.startswith("snippets/")
        assert "\n  Remedy: " in text
        assert "/run-" not in text
        return text


def printed(record: Record) -> str:
    """All that a run printed."""
    outputs = [o for cell in record.notebook["cells"] for o in cell["outputs"]]
    return "".join(o["text"] for o in outputs if o["output_type"] == "stream")
