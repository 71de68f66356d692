"""A project of small programs, for what is about records and not about pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT
from patience import PATIENCE


class Many:
    """A folder with a few programs; each takes a tenth of a second."""

    def __init__(self, root: Path) -> None:
        self.root, self.cache = root, root / ".cache/records"
        (root / "snippets").mkdir(parents=True)

    def write(self, *names: str, **bodies: str) -> None:
        """Writes programs: of a name alone, one that leaves its name; of a name and a body, that body below a docstring."""
        for name, body in {**{n: f"word = {n!r}" for n in names}, **bodies}.items():
            path = self.root / f"snippets/{name}.py"
            path.write_text(f'"""It is tried."""\n{body}\n')

    def files(self) -> dict[str, tuple[int, bytes]]:
        """Time and bytes of every record on disk."""
        paths = sorted(self.cache.rglob("*.json"))
        return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in paths}

    def command(self, *names: str) -> list[str]:
        return [sys.executable, "-m", "records", *names]

    def environment(self, **variables: str) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT / "overrides/hooks"), **variables}

    def make(self, *names: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """What `make records` runs, with these variables."""
        return subprocess.run(
            self.command(*names),
            cwd=self.root,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def start(self, **variables: str) -> subprocess.Popen[str]:
        """The same, running."""
        return subprocess.Popen(
            self.command(),
            cwd=self.root,
            env=self.environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
