"""A closed run: from a snippet, with its files, to its record."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from .errors import Place
from .outcome import Outcome
from .record import Record
from .sections import Snippet

Lifeline = tuple[socket.socket, socket.socket]

WATCH = Path(__file__).with_name("watch.py")

# What a run may see of the outside: enough to start, nothing that changes a result.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE")
SETTINGS = """
  PYTHONHASHSEED=0 PYTHONUTF8=1 PYTHONNOUSERSITE=1 LC_ALL=C.UTF-8 TZ=UTC
  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1
  TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES= MPLBACKEND=agg
  PYTHONUNBUFFERED=1 MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=1000000000
"""  # Unbuffered: what is printed keeps its place among what children print. glibc keeps the memory of arrays for the next
# ones: to ask the system for it anew takes NumPy's programs up to half of their time.
STEADY: dict[str, str] = dict(re.findall(r"(\w+)=(\S*)", SETTINGS))
# Where a system keeps what every program may read.
SYSTEM = "/dev /proc /sys /etc /usr /lib /lib64 /bin /sbin /opt /System /Library /private/etc /private/var/db"
DEVICES = "/dev/null /dev/zero /dev/full /dev/tty"


def run(
    snippet: Snippet, root: Path, cache: Path, lifeline: Lifeline | None = None
) -> Record:
    """Runs `snippet`, a program of the project in `root`, and returns its record.

    Args:
        snippet: the program, with the files of its closed folder.
        root: the project's folder.
        cache: a folder for what matplotlib finds out about fonts.
        lifeline: the process that watches the run holds the second end, and ends the run when the first is closed.

    Raises:
        SourceError: a section raised, wrote to stderr, left a NaN, did not fail as declared; the process died, or was
            stopped; it opened what is not its own; a limit was reached.
    """
    ends, fonts = lifeline or socket.socketpair(), cache / "matplotlib"
    try:
        made = tempfile.TemporaryDirectory(prefix="run-", ignore_cleanup_errors=True)
        scratch = Path(made.name).resolve()
        job = _prepare(snippet, root, fonts, scratch)
    except OSError as error:
        problem = f"no run can start: {error.strerror or error}."
        remedy = "make room for temporary files, or name another folder in TMPDIR."
        Place(snippet.path).fail(problem, remedy)
    with made:
        # A session of its own: Ctrl-C reaches it by us, or by our end.
        with (scratch / "watch").open("wb") as said:
            subprocess.run(
                [sys.executable, "-P", str(WATCH), str(job)],
                stdin=ends[1].fileno(),
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
        if not (scratch / "answer.json").exists():
            from .watch import end_marked  # a build that runs nothing needs no psutil

            end_marked(str(scratch))
        _share_fonts(scratch / "matplotlib", fonts)
        return Outcome(snippet, scratch).record()


def _share_fonts(source: Path, target: Path) -> None:
    """Copies what matplotlib found out about the machine's fonts, and no lock that an ended run left."""
    with suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        for path in source.glob("fontlist-*.json"):
            part = target / f"{source.parent.name}.part"
            shutil.copy(path, part)
            part.replace(target / path.name)


def _prepare(snippet: Snippet, root: Path, fonts: Path, scratch: Path) -> Path:
    """Lays out the folder of a run, and the job beside it that says what to run."""
    folder = scratch / "program" / snippet.name
    own = {"HOME": "home", "TMPDIR": "tmp", "MPLCONFIGDIR": "matplotlib"}
    for name in own.values():
        (scratch / name).mkdir()
    for name, data in snippet.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    _share_fonts(fonts, scratch / "matplotlib")
    (scratch / "matplotlib/matplotlibrc").write_bytes(snippet.style)
    for name in ("stdout", "stderr", "report"):
        (scratch / name).touch()
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    homes = {name: str(scratch / path) for name, path in own.items()}
    readable = [*SYSTEM.split(), sys.prefix, sys.exec_prefix, sys.base_prefix]
    job = {
        "folder": str(folder),
        "program": snippet.path.name,
        "cells": [(cell.first_line, cell.last_line) for cell in snippet.cells],
        "project": str((root / "snippets").resolve()),
        "environment": {**passed, **STEADY, **homes},
        "places": {
            os.sep: "",
            **dict.fromkeys(map(os.path.realpath, readable), "r"),
            str(root.resolve()): "",
            str(WATCH.parent): "r",  # a traceback or a warning may look into child.py
            **dict.fromkeys([str(scratch), *DEVICES.split()], "w"),
        },
        **snippet.limits.allowed(),
    }
    path = scratch / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path
