"""Times what a reader of the source waits for: `make bench`. Prints each figure, with its target where it has one.

Everything happens in copies, so that the records of the project stay. Three tables: this site; a generated project of its
size and one ten times as large (grown.py); and the same generated chapters built by other tools, those that install here
(others.py). `bench.py site`, `grown` or `others` makes one of them.
"""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "overrides/hooks"), str(ROOT / "tests")]

import others
import psutil
from grown import grow
from records import ensure_records, read_programs

PATIENCE = 600  # seconds
# Python keeps what it has compiled, as it does wherever nobody has told it not to.
ENVIRONMENT = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
SIZES = (1, 10)
# What is edited, the most seconds of a build after it, in which file, and from what to what.
BUILDS = (
    ("an English sentence", 2.5, "docs/en/faq.md", "\n## ", "\nAn edit.\n\n## "),
    ("a Chinese sentence", 2.5, "docs/zh/faq.md", "\n## ", "\n改了一句。\n\n## "),
    ("a style rule", 2.5, "overrides/assets/style/runs.css", "style: dotted", "style: dashed"),
    # Four of five references are cited by one page or two; this one in each language by one, and the next one by eight.
    ("a reference that one page cites", 2.5, "docs/references.bib", "Complementary", "Complementing"),
    ("one that eight pages cite", 5, "docs/references.bib", "Attention Is All You Need", "Attention Is All We Need"),
)  # fmt: skip
# The same in `serve`, with the page that shows it, what it says then, and the most seconds until it does.
SERVED = (
    ("an English sentence", "docs/en/faq.md", "\n## ", "\nAn edit.\n\n## ", "faq/", "An edit.", 1),
    ("a Chinese sentence", "docs/zh/faq.md", "\n## ", "\n改了一句。\n\n## ", "zh/faq/", "改了一句。", 1),
    ("a style rule", "overrides/assets/style/runs.css", "style: dotted", "style: wavy", "assets/site.css", "style:wavy", 1),
    ("a quick program's number", "snippets/numpy_network.py", "held out:", "held aside:", "mathematics/", "held aside:", 3),
)  # fmt: skip


def report(what: str, value: str, target: str = "") -> None:
    print(f"{what:<52} {value:>10}   {target}".rstrip(), flush=True)


def mkdocs(*words: str, folder: Path) -> float:
    """Seconds that a command takes; it has to succeed."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "mkdocs", *words]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return time.perf_counter() - started


def best(times: int, action: Callable[[], float]) -> float:
    return min(action() for _ in range(times))


def copy_project(target: Path) -> Path:
    """What git knows of this project, in a new folder."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT).decode()
    for name in filter(None, listed.split("\0")):
        if not name.startswith("tests/") and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target


class Server:
    """`mkdocs serve` in a folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder, self.started = folder, time.perf_counter()
        words = ["serve", "--dev-addr", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", *words],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_for(self, words: str, path: str, there: bool = True) -> None:
        """Returns once the page says `words`, or no longer does."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                address = f"http://127.0.0.1:{self.port}/{path}"
                with urllib.request.urlopen(address, timeout=PATIENCE) as page:
                    if (words in page.read().decode()) == there:
                        return
            except OSError:
                pass
            time.sleep(0.02)
        raise TimeoutError(f"'{words}' did not show on /{path}")

    def first(self) -> float:
        """Seconds until the first page is there."""
        self.wait_for("<html", "")
        return time.perf_counter() - self.started

    def seconds_to_show(self, file: str, old: str, new: str, path: str, seen: str) -> float:  # fmt: skip
        """Edits a file, waits until a page shows it, and undoes the edit."""
        source = self.folder / file
        text = source.read_text(encoding="utf-8")
        assert old in text, f"{file} does not say {old!r}"
        self.wait_for(seen, path, there=False)
        time.sleep(1)
        source.write_text(text.replace(old, new, 1), encoding="utf-8")
        started = time.perf_counter()
        self.wait_for(seen, path)
        took = time.perf_counter() - started
        source.write_text(text, encoding="utf-8")
        return took

    def megabytes(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def edited(folder: Path, file: str, old: str, new: str) -> float:
    """Seconds of the build after an edit, the best of three."""
    path, times = folder / file, []
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} does not say {old!r}"
    for _ in range(3):
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        times.append(mkdocs("build", folder=folder))
        path.write_text(text, encoding="utf-8")
        mkdocs("build", folder=folder)
    return min(times)


def forget(folder: Path) -> None:
    """Leaves of what a project remembers the records alone."""
    for kept in (folder / ".cache").iterdir():
        if kept.name != "records":
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()


def site(scratch: Path) -> bool:
    """The first table; whether a target was missed."""
    project, missed = copy_project(scratch / "project"), []

    def reach(what: str, value: float, most: float) -> None:
        report(what, f"{value:.2f} s", f"at most {most:g} s")
        missed.append(value > most)

    cold = mkdocs("build", folder=project)
    records = ensure_records(project, project / ".cache/records")
    forget(project)
    anew = mkdocs("build", "--site-dir", str(scratch / "anew"), folder=project)
    seconds = sum(record.provenance["seconds"] for record in records.values())
    report("all pages of both languages, records there", f"{anew:.1f} s")
    reach("processor time of all programs", seconds, 600)
    most = seconds / (os.cpu_count() or 1) * 1.25 + anew
    reach("cold build: programs / processors × 1.25, all pages", cold, round(most, 1))
    limits = {one.name: one.limits.time for one in read_programs(project)}
    room = {name: limits[name] / r.provenance["seconds"] for name, r in records.items()}
    tightest = min(room, key=room.__getitem__)
    report(f"the tightest time limit: {tightest}", f"× {room[tightest]:.1f}", "at least × 3, on an idle machine")  # fmt: skip
    missed.append(room[tightest] < 3)
    reach("nothing changed", best(3, lambda: mkdocs("build", folder=project)), 1.4)
    for what, most, *edit in BUILDS:
        reach(f"build after {what}", edited(project, *edit), most)
    server = Server(project)
    reach("serve: first page, records there", server.first(), 4)
    for what, file, old, new, path, seen, seconds in SERVED:
        times = [server.seconds_to_show(file, old, new, path, seen) for _ in range(5)]
        reach(f"serve: {what}, to the page", statistics.median(times), seconds)
    report("memory of serve", f"{server.megabytes():.0f} MB")
    server.stop()
    shutil.rmtree(project / ".cache")
    server = Server(project)
    reach("serve: first page, no record there", server.first(), 10)
    server.stop()
    return any(missed)


def grown(scratch: Path) -> bool:
    """The second table; whether a cost grew faster than the size."""
    found = [_costs(grow(scratch / f"grown-{size}", size).folder) for size in SIZES]
    most = {"build after a sentence, s": 3.0, "a page's HTML, kB gzipped": 1.2}
    missed = []
    for what, first in found[0].items():
        ratio = found[1][what] / first
        report(what, f"{first:.2f}", f"× {SIZES[1]}: {found[1][what]:.2f}, × {ratio:.1f}")  # fmt: skip
        missed.append(ratio > most.get(what, SIZES[1] * 1.1))
    return any(missed)


def _costs(folder: Path) -> dict[str, float]:
    page, path = "docs/en/part0/chapter-0.md", "part0/chapter-0/"
    edit = ("\n\n```python", "\n\nEdited.\n\n```python")
    found = {"cold build, programs included, s": mkdocs("build", folder=folder)}
    found["nothing changed, s"] = best(3, lambda: mkdocs("build", folder=folder))
    found["build after a sentence, s"] = edited(folder, page, *edit)
    server = Server(folder)
    found["serve: first page, s"] = server.first()
    times = [server.seconds_to_show(page, *edit, path, "Edited.") for _ in range(3)]
    found["serve: a sentence, to the page, s"] = statistics.median(times)
    found["memory of serve, MB"] = server.megabytes()
    server.stop()

    def weight(path: Path) -> float:
        return len(gzip.compress(path.read_bytes())) / 1000

    pages = [weight(path) for path in (folder / "site").rglob("chapter-*/index.html")]
    found["a page's HTML, kB gzipped"] = statistics.median(pages)
    found["before a first search answers, kB gzipped"] = weight(folder / "site/search/titles.js")  # fmt: skip
    found["all that a search reads, kB gzipped"] = weight(folder / "site/search/texts.js")  # fmt: skip
    return found


def main(asked: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        missed = []
        for name, table in (("site", site), ("grown", grown), ("others", others.table)):
            if not asked or name in asked:
                missed.append(table(Path(scratch)))
                print()
    if any(missed):
        sys.exit("A target was missed.")


if __name__ == "__main__":
    main(sys.argv[1:])
