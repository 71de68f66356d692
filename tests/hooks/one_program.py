"""A project of one program, run by the runner alone: what comes of it, a record or an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from runner import Record, SourceError, ensure_records

Attempt = Callable[..., "Record | str"]


class OneProgram:
    """A folder with `snippets/x.py` and what it needs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "snippets").mkdir(parents=True)

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files by their path below the project."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(data)

    def run(self, body: str, files: Mapping[str, str | bytes] | None = None) -> Record:
        """The record of a program with a docstring, `body` and these files beside it."""
        self.write({"snippets/x.py": f'"""It is tried."""\n{body}\n', **(files or {})})
        return ensure_records(self.root, self.root / ".cache/records", ["x"])["x"]

    def fails(self, body: str, files: Mapping[str, str | bytes] | None = None) -> str:
        """The error of such a program, which must be one for its author to read."""
        with pytest.raises(SourceError) as caught:
            self.run(body, files)
        text = str(caught.value)
        assert "  Remedy: " in text
        assert str(self.root) not in text.replace(f"{self.root}/docs", "")
        return text


def printed(record: Record) -> str:
    """All that a run printed."""
    outputs = [o for cell in record.notebook["cells"] for o in cell["outputs"]]
    return "".join(o["text"] for o in outputs if o["output_type"] == "stream")
