"""Builds in forks of one process that has imported all that a build imports: each takes a fraction of a second.

    done = build(folder, "--site-dir", "elsewhere")

Run as a program, it reads orders from its standard input, one a line, and answers each with a line of JSON.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from patience import PATIENCE

IMPORTED = [
    *("mkdocs.commands.build", "mkdocs.config.defaults", "material", "jinja2", "bs4"),
    *("tinycss2", "mmdr", "math_core", "pybtex.database.input.bibtex", "psutil"),
    *("pybtex.style.names.plain", "pymdownx.superfences", "pymdownx.highlight"),
    *("pygments.lexers.python", "watchdog.observers.polling", "mkdocs.livereload"),
    *("markdown.extensions.footnotes", "numpy", "yaml", "asyncio"),
    *("mkdocs_jupyter.plugin", "mkdocs_jupyter.nbconvert2", "nbconvert.exporters"),
    *("IPython.core.interactiveshell", "jinja2.ext", "babel.dates"),
]


def build(folder: Path, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """What `mkdocs build --quiet` with these words does in a folder; the environment is that of this process."""
    builder = _builder()
    assert builder.stdin and builder.stdout
    command = ["mkdocs", "build", "--quiet", *words]
    order = [str(folder), command, dict(os.environ) if env is None else env]
    print(json.dumps(order), file=builder.stdin, flush=True)
    answer = builder.stdout.readline()
    assert answer, "the process that builds has ended"
    return subprocess.CompletedProcess(command, *json.loads(answer))


@functools.cache
def _builder() -> subprocess.Popen[str]:
    """The process that builds; it ends with this one."""
    env = {**os.environ, "PYTHONPATH": ""}
    command = [sys.executable, __file__]
    pipe = subprocess.PIPE
    builder = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=env, text=True)
    atexit.register(builder.communicate)
    return builder


def build_here(folder: str, command: list[str], env: dict[str, str]) -> int:
    """Builds in this process, which ends with it; one that hangs is killed."""
    signal.alarm(PATIENCE)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = command
    run = importlib.import_module("mkdocs.__main__").cli
    try:
        run()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


def main() -> None:
    """Carries out one order after the other."""
    sys.path.remove(str(Path(__file__).parent))
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
            if not (child := os.fork()):
                status = 70  # an error that nobody has caught
                with contextlib.suppress(BaseException):
                    os.dup2(out.fileno(), 1)
                    os.dup2(said.fileno(), 2)
                    status = build_here(*json.loads(line))
                    sys.stdout.flush()
                    sys.stderr.flush()
                os._exit(status)
            _, ended = os.waitpid(child, 0)
            out.seek(0)
            said.seek(0)
            answer = [os.waitstatus_to_exitcode(ended), out.read(), said.read()]
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
