"""Programs run in forks of one process that has imported what they import, so that each can be run many times.

Run as a program, it reads jobs from its standard input, one JSON object a line, and answers each with one:

    {"number": 3, "files": {"vision.py": "...", "shared/adam.py": "..."}, "program": "vision.py", "names": ["verdict"]}
    {"number": 3, "values": {"verdict": "holds"}, "ledgers": [{"train": 40, ..., "twice": 0}], "seconds": 1.2}

An error of the program is told under "error". `ledgers` are those of the run (snippets/shared/ledger.py): how many rows
served for what, and how many for two things.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import itertools
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

IMPORTED = [
    *("matplotlib.pyplot", "scipy.optimize", "scipy.stats", "sklearn.datasets"),
    *("dp_accounting.pld", "keras", "tensorflow"),
]
PATIENCE = 300  # seconds, for one program


def run_all(
    jobs: Iterable[dict[str, Any]], say: Callable[[str], None] = print
) -> list[dict[str, Any]]:
    """What came of each job, in their order; `say` hears of every twentieth."""
    lines = [json.dumps({**job, "number": n}) for n, job in enumerate(jobs)]
    one = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    one |= {f"TF_NUM_{kind}_THREADS": "1" for kind in ("INTRAOP", "INTEROP")}
    answers = []
    with tempfile.TemporaryFile("w+") as asked, tempfile.TemporaryFile("w+") as errors:
        asked.write("\n".join(lines))
        asked.seek(0)
        with subprocess.Popen(
            [sys.executable, __file__],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **one, "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3"},
            text=True,
        ) as running:
            for line in running.stdout or ():
                answers.append(json.loads(line))
                if len(answers) % 20 == 0:
                    say(f"{len(answers):4} of {len(lines)}")
        errors.seek(0)
        assert len(answers) == len(lines), errors.read()[-2000:]
    return sorted(answers, key=lambda answer: int(answer["number"]))


def keep_ledgers() -> list[Any]:
    """From now on, all ledgers that a program of this process begins, also those that it drops again."""
    kept: list[Any] = []
    with contextlib.suppress(ImportError):  # a program without one
        ledger = importlib.import_module("shared.ledger").Ledger
        begin = ledger.__init__

        def begin_and_keep(self: Any) -> None:
            begin(self)
            kept.append(self)

        ledger.__init__ = begin_and_keep
    return kept


def account(ledger: Any) -> dict[str, int]:
    """Of a ledger, the rows of each purpose, and those with two."""
    rows: dict[str, set[bytes]] = ledger.rows
    twice = [len(rows[a] & rows[b]) for a, b in itertools.combinations(rows, 2)]
    return {**{name: len(each) for name, each in rows.items()}, "twice": sum(twice)}


def run_here(script: Path, env: dict[str, str]) -> None:
    """Runs a script in this process and ends it."""
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # who started it waits for one of them
    os.environ.clear()
    os.environ.update(env)
    sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115
    sys.path.insert(0, str(script.parent))
    code = 1
    try:
        runpy.run_path(str(script), run_name="__main__")
        code = 0
    except Exception:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def start_by_forking() -> None:
    """From now on, a script that a program of this process starts runs in a fork, too: it need not import all anew."""
    started: Any = subprocess.Popen
    begin = started.__init__

    def fork(self: Any, command: Any, **how: Any) -> None:
        if command[0] == sys.executable:
            env = how.get("env") or dict(os.environ)
            how["preexec_fn"] = partial(run_here, Path(command[1]), env)
        begin(self, command, **how)

    started.__init__ = fork


def leave_uncompiled() -> None:
    """From now on, functions of TensorFlow are traced only: to compile one takes longer than a few short runs of it."""
    tensorflow: Any = importlib.import_module("tensorflow")
    trace = tensorflow.function

    def function(func: Any = None, **how: Any) -> Any:
        return trace(func, **{**how, "jit_compile": None})

    tensorflow.function = function


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Executes a program in a folder of its own, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in job["files"].items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        os.chdir(folder)
        sys.path.insert(0, folder)
        path = Path(folder, job["program"])
        names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
        answer: dict[str, Any] = {"number": job["number"]}
        kept = keep_ledgers()
        start_by_forking()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(path.read_text("utf-8"), str(path), "exec"), names)
        except Exception as error:
            answer["error"] = f"{type(error).__name__}: {error}"
            answer["trace"] = traceback.format_exc()[-1500:]
        answer["values"] = {name: names.get(name) for name in job["names"]}
        answer["ledgers"] = [account(ledger) for ledger in kept]
        times = os.times()  # of this process, and of those that it started
        answer["seconds"] = sum(times[:4])
        os.chdir("/")
    return answer


def serve() -> None:
    """Answers every job, as many at a time as there are processors."""
    for name in IMPORTED:
        importlib.import_module(name)
    leave_uncompiled()
    gc.freeze()
    running = 0
    for line in sys.stdin:
        if running == os.cpu_count():
            os.wait()
            running -= 1
        if line.strip() and os.fork() == 0:
            signal.alarm(PATIENCE)
            answer = outcome(json.loads(line))
            text = json.dumps(answer, default=lambda one: one.tolist()) + "\n"
            with open(1, "w", closefd=False) as stdout:
                stdout.write(text)
            os._exit(0)
        running += 1
    while running:
        os.wait()
        running -= 1


if __name__ == "__main__":
    serve()
