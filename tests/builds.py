"""Builds in forks of one process that has imported all that a build imports: each takes a fraction of a second.

    builder = Builder()
    status, said = builder.build(folder)

Run as a program, it reads folders from its standard input, one a line, and answers each with a line of JSON.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

IMPORTED = [
    *("mkdocs.commands.build", "mkdocs.config.defaults", "material", "jinja2", "bs4"),
    *("tinycss2", "mmdr", "math_core", "pybtex.database.input.bibtex", "psutil"),
    *("pybtex.style.names.plain", "pymdownx.superfences", "pymdownx.highlight"),
    *("pygments.lexers.python", "watchdog.observers.polling", "mkdocs.livereload"),
    *("markdown.extensions.footnotes", "numpy", "yaml", "asyncio"),
    *("mkdocs_jupyter.plugin", "mkdocs_jupyter.nbconvert2", "nbconvert.exporters"),
    *("IPython.core.interactiveshell", "jinja2.ext", "babel.dates"),
]


class Builder:
    """A process that builds; to be closed."""

    def __init__(self) -> None:
        env = {**os.environ, "PYTHONPATH": ""}
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            text=True,
        )

    def build(self, folder: Path) -> tuple[int, str]:
        """The status of `mkdocs build --quiet` in a folder, and what it wrote to stderr."""
        assert self.process.stdin and self.process.stdout
        print(folder, file=self.process.stdin, flush=True)
        status, said = json.loads(self.process.stdout.readline())
        return int(status), str(said)

    def close(self) -> None:
        self.process.communicate()


def build_here(folder: str) -> int:
    """Builds in this process, which ends with it."""
    os.chdir(folder)
    sys.argv = ["mkdocs", "build", "--quiet"]
    command = importlib.import_module("mkdocs.__main__").cli
    try:
        command()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


def main() -> None:
    """Answers one folder after the other."""
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as said:
            if not (child := os.fork()):
                status = 70  # an error that nobody has caught
                with contextlib.suppress(BaseException):
                    os.dup2(said.fileno(), 2)
                    os.dup2(said.fileno(), 1)
                    status = build_here(line.strip())
                    sys.stderr.flush()
                os._exit(status)
            _, ended = os.waitpid(child, 0)
            said.seek(0)
            answer = [os.waitstatus_to_exitcode(ended), said.read()]
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
