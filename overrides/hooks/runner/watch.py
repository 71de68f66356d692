"""The process that starts one run, holds it to its limits and ends all that it started: `python watch.py job.json`.

It stands between the build and the run: where the build ends in whatever way, its standard input closes, and it ends the
run. Its answer, in the job's folder, says how the run ended and what it took.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

CHILD = Path(__file__).with_name("child.py")
INTERVAL = 0.05  # seconds between two looks, or more: looking takes at most a twentieth of the time
GONE = (psutil.NoSuchProcess, psutil.AccessDenied)


class Tree:
    """All processes of a run, also those that left their group, their session and their parent.

    On Linux what loses its parent becomes a child of this process. Elsewhere it is known by a variable of its environment.

    Args:
        mark: the value of RUN in the environment of the run.
    """

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.me = psutil.Process()
        self.seen: dict[psutil.Process, float] = {}  # seconds of each, when last seen
        linux = sys.platform == "linux"  # 36: PR_SET_CHILD_SUBREAPER
        self.adopts = linux and ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0

    def members(self) -> set[psutil.Process]:
        """The processes that live, those of a fork that nobody waited for included."""
        others = set() if self.adopts else marked(self.mark)
        return {*self.me.children(recursive=True), *others} - {self.me}

    def look(self) -> tuple[float, float]:
        """Seconds of processor time that the run has used, and bytes of memory that it holds."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        known, memory = ended.ru_utime + ended.ru_stime, 0.0
        for process in self.members():
            with suppress(*GONE), process.oneshot():
                times = process.cpu_times()
                self.seen[process] = times.user + times.system
                known += sum(times[:4])  # with that of the children it waited for
                memory += process.memory_info().rss
        # Where the system does not tell of who was waited for, it counts as it was when last seen.
        return max(known, sum(self.seen.values())), memory

    def end(self, first: int) -> None:
        """Ends every process; `first` is waited for elsewhere."""
        while living := [p for p in self.members() if _alive(p, first)]:
            # All are halted first, so that none starts another.
            for act in (psutil.Process.suspend, psutil.Process.kill):
                for process in living:
                    with suppress(*GONE):
                        act(process)
            time.sleep(0.01)


def marked(mark: str) -> set[psutil.Process]:
    """The processes that have RUN=`mark` in their environment."""
    found = set()
    for process in psutil.process_iter():
        with suppress(*GONE):
            if process.environ().get("RUN") == mark:
                found.add(process)
    return found


def end_marked(mark: str) -> None:
    """Ends what a run left where the process that watched it was killed."""
    for process in marked(mark):
        with suppress(*GONE):
            process.kill()


def _alive(process: psutil.Process, first: int) -> bool:
    with suppress(*GONE):
        if process.status() != psutil.STATUS_ZOMBIE:
            return True
        if process.ppid() == os.getpid() and process.pid != first:
            os.waitpid(process.pid, 0)
    return False


def watch(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Runs the job to its end or its limits; how it ended and what it took."""
    tree, started = Tree(str(folder)), time.monotonic()
    with (folder / "stdout").open("ab") as out, (folder / "stderr").open("ab") as err:
        process = subprocess.Popen(
            [sys.executable, CHILD, folder / "job.json"],
            cwd=job["folder"],
            env={**job["environment"], "RUN": tree.mark},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
    over, interval = "", INTERVAL
    try:
        while not over and not build_has_ended():
            with suppress(subprocess.TimeoutExpired):
                process.wait(interval)
                break
            used = time.thread_time()
            seconds, memory = tree.look()
            wall = time.monotonic() - started
            taken = {"time": seconds, "memory": memory, "wall": wall}
            for name, file in (("output", "stdout"), ("errors", "stderr")):
                taken[name] = (folder / file).stat().st_size
            over = next((name for name in taken if taken[name] > job[name]), "")
            interval = max(INTERVAL, 20 * (time.thread_time() - used))
    finally:
        tree.end(process.pid)
    return {"status": process.wait(), "over": over, "seconds": tree.look()[0]}


def build_has_ended() -> bool:
    """The build holds the other end of standard input as long as it lives, and writes nothing."""
    return bool(select.select([sys.stdin], [], [], 0)[0])


def main() -> None:
    """Watches the run of which the command line names the settings."""
    for sign in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(sign, lambda *_: sys.exit(1))  # by way of `finally`
    folder = Path(sys.argv[1]).parent
    try:
        job = json.loads(Path(sys.argv[1]).read_bytes())
        (folder / "answer.json").write_text(json.dumps(watch(job, folder)))
    finally:
        if build_has_ended():
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
