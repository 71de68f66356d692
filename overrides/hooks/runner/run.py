"""Runs one snippet in its closed folder and makes the record of that run, or says what was wrong with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from .errors import SourceError, reason
from .folder import write_files
from .outcome import outcome, program_folder
from .record import Record, key_of
from .sections import Snippet

WATCH = Path(__file__).with_name("watch.py")

# What a run may see of the outside: enough to start, nothing that changes a result.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE")
STEADY = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",  # what is printed keeps its place among what children print
    "PYTHONNOUSERSITE": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "",
    "MPLBACKEND": "agg",
}
# Where a system keeps what every program may read.
SYSTEM = "/dev /proc /sys /etc /usr /lib /lib64 /bin /sbin /opt /System /Library /private/etc /private/var/db"
DEVICES = "/dev/null /dev/zero /dev/full /dev/tty"


class Stopped(Exception):
    """The build was interrupted."""


class Runs:
    """The runs under way, to be stopped together."""

    def __init__(self) -> None:
        self.watchers: set[subprocess.Popen[bytes]] = set()
        self.stopped = False
        self.lock = threading.Lock()

    def start(self, job: Path) -> subprocess.Popen[bytes]:
        """Starts the process that watches the run of this job."""
        with self.lock:
            if self.stopped:
                raise Stopped
            # A session of its own: Ctrl-C reaches it by us, or by our end.
            with job.with_name("watch").open("wb") as said:
                watcher = subprocess.Popen(
                    [sys.executable, "-P", str(WATCH), str(job)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    start_new_session=True,
                )
            self.watchers.add(watcher)
        return watcher

    def wait(self, watcher: subprocess.Popen[bytes]) -> None:
        """Waits for its end."""
        watcher.wait()
        with self.lock:
            self.watchers.discard(watcher)

    def stop(self) -> None:
        """Ends all runs: a watcher whose standard input closes ends its own."""
        with self.lock:
            self.stopped = True
            for watcher in self.watchers:
                if watcher.stdin:
                    watcher.stdin.close()


def run(snippet: Snippet, root: Path, cache: Path, runs: Runs | None = None) -> Record:
    """Runs `snippet`, a program of the project in `root`, and returns its record.

    Args:
        snippet: the program, with the files of its closed folder.
        root: the project's folder.
        cache: a folder for what matplotlib finds out about fonts.
        runs: where this run is listed, so that it can be stopped.

    Raises:
        SourceError: a section raised, wrote to stderr, left a NaN, did not fail as declared; the process died; it
            opened what is not its own; a limit was reached.
        Stopped: by `runs.stop`.
    """
    runs = runs or Runs()
    fonts = cache / "matplotlib"
    try:
        made = tempfile.TemporaryDirectory(prefix="run-", ignore_cleanup_errors=True)
        scratch = Path(made.name).resolve()
        job = _prepare(snippet, root, fonts, scratch)
    except OSError as error:
        problem = f"no run can start: {reason(error)}."
        remedy = (
            "make room for temporary files, or name another folder for them in TMPDIR."
        )
        raise SourceError(snippet.path, None, problem, remedy) from error
    with made:
        runs.wait(runs.start(job))
        if runs.stopped:
            raise Stopped
        if not (scratch / "answer.json").exists():
            _end_all(scratch)
        _keep(scratch / "matplotlib", fonts)
        return outcome(snippet, scratch, key_of(snippet))


def _end_all(scratch: Path) -> None:
    """Ends what the run left where the process that watched it was killed."""
    from .watch import GONE, marked  # a build that runs nothing needs no psutil

    for process in marked(str(scratch)):
        with suppress(*GONE):
            process.kill()


def _keep(made: Path, fonts: Path) -> None:
    """Keeps what matplotlib found out about the machine's fonts; a lock that an ended run left is not kept."""
    with suppress(OSError):
        fonts.mkdir(parents=True, exist_ok=True)
        for path in made.glob("fontlist-*.json"):
            if not (fonts / path.name).exists():
                part = fonts / f"{made.parent.name}.part"
                shutil.copy(path, part)
                part.replace(fonts / path.name)


def _prepare(snippet: Snippet, root: Path, fonts: Path, scratch: Path) -> Path:
    """Lays out the folder of a run, and the job beside it that says what to run."""
    folder = program_folder(scratch, snippet)
    for place in (folder, scratch / "home", scratch / "tmp", scratch / "matplotlib"):
        place.mkdir(parents=True, exist_ok=True)
    write_files(snippet.files, folder)
    for path in fonts.glob("fontlist-*.json"):
        shutil.copy(path, scratch / "matplotlib")
    (scratch / "matplotlibrc").write_bytes(snippet.style)
    for name in ("stdout", "stderr", "report"):
        (scratch / name).touch()
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    readable = [*SYSTEM.split(), sys.prefix, sys.exec_prefix, sys.base_prefix]
    job = {
        "folder": str(folder),
        "program": snippet.path.name,
        "cells": [
            (c.first_line, c.first_line + c.source.count("\n")) for c in snippet.cells
        ],
        "project": str((root / "snippets").resolve()),
        **{name: str(scratch / name) for name in ("stdout", "stderr", "report")},
        "environment": {
            **passed,
            **STEADY,
            "HOME": str(scratch / "home"),
            "TMPDIR": str(scratch / "tmp"),
            "MPLCONFIGDIR": str(scratch / "matplotlib"),
            "MATPLOTLIBRC": str(scratch / "matplotlibrc"),
        },
        "places": {
            os.sep: "",
            **{os.path.realpath(place): "r" for place in readable},
            str(root.resolve()): "",
            str(WATCH.parent): "r",  # a traceback or a warning may look into child.py
            **{place: "w" for place in (str(scratch), *DEVICES.split())},
        },
        **snippet.limits.allowed(),
    }
    path = scratch / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path
