"""Times what a reader of the source waits for: `make bench`. Prints each figure, with its target where it has one.

Everything happens in a copy of the project, so that the records of the real one stay. The yardstick for the rebuild is
mkdocs-jupyter alone: the same chapters in both languages as notebooks that already hold their outputs, so that it only has
to render them, as with a warm cache.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(ROOT / "overrides/hooks"),
    str(ROOT / "tests"),
    str(ROOT / "tests/chapters"),
]

import nbformat
from chapter_files import LANGUAGES, body, file, pages
from records import ensure_records
from runner import Record, Snippet

ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
PARTS = (
    "docs",
    "snippets",
    "overrides",
    "mkdocs.yml",
    "mkdocs.zh.yml",
    "requirements.txt",
)
PATIENCE = 300  # seconds


def report(what: str, value: str, target: str = "") -> None:
    print(f"{what:<58} {value:>12}   {target}", flush=True)


def mkdocs(*words: str, folder: Path) -> float:
    """Seconds that a command takes; it has to succeed."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "mkdocs", *words]
    subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True
    )
    return time.perf_counter() - started


def best(times: int, action: Callable[[], float]) -> float:
    return min(action() for _ in range(times))


def copy_project(target: Path) -> None:
    target.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(
                source, target / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(source, target / part)


def as_notebooks(records: dict[str, Record], target: Path) -> None:
    """The chapters as notebooks with their outputs, and a site of mkdocs-jupyter alone around them."""
    include = re.compile(r'```python\n--8<-- "([\w-]+)\.py:([\w-]+)"\n```')
    for language in LANGUAGES:
        for page in pages(language):
            cells = []
            parts = include.split(body(file(language, page))[0])
            for position in range(0, len(parts), 3):
                cells.append(nbformat.v4.new_markdown_cell(parts[position]))
                if position + 2 < len(parts):
                    cell = records[parts[position + 1]].cell(parts[position + 2])
                    cells.append(nbformat.from_dict({**cell, "id": f"cell-{position}"}))
            notebook = nbformat.v4.new_notebook(cells=cells)
            path = (target / "docs" / language / page).with_suffix(".ipynb")
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)
    (target / "mkdocs.yml").write_text(
        "site_name: The same chapters as notebooks\n"
        "theme: {name: material, font: false}\n"
        "plugins: [{mkdocs-jupyter: {execute: false}}]\n"
        "markdown_extensions: [admonition, attr_list, footnotes, tables]\n"
    )


class Server:
    """`mkdocs serve` in a folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "mkdocs",
            "serve",
            "--dev-addr",
            f"127.0.0.1:{self.port}",
        ]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command, cwd=folder, env=ENVIRONMENT, stdout=quiet, stderr=quiet
        )

    def wait_for(self, words: str, path: str) -> None:
        """Returns once the page says `words`."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.port}/{path}", timeout=PATIENCE
                ) as page:
                    if words in page.read().decode():
                        return
            except OSError:
                pass
            time.sleep(0.02)
        raise TimeoutError(f"'{words}' did not show on /{path}")

    def seconds_to_show(self, file: Path, old: str, new: str, *paths: str) -> float:
        """Edits a file and waits until all these pages show it."""
        text = file.read_text(encoding="utf-8")
        assert old in text
        time.sleep(1)
        file.write_text(text.replace(old, new), encoding="utf-8")
        started = time.perf_counter()
        for path in paths:
            self.wait_for(new, path)
        return time.perf_counter() - started

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        project, notebooks = Path(scratch) / "project", Path(scratch) / "notebooks"
        copy_project(project)

        cold = mkdocs("build", folder=project)
        rebuild = best(3, lambda: mkdocs("build", folder=project))
        anew = best(
            2,
            lambda: mkdocs(
                "build", "--site-dir", tempfile.mkdtemp(dir=scratch), folder=project
            ),
        )
        records = ensure_records(project, project / ".cache/records")
        seconds = sum(record.provenance["seconds"] for record in records.values())
        cores = os.cpu_count() or 1
        ideal = seconds / cores + anew
        report(
            "cold build",
            f"{cold:.1f} s",
            f"ideal {ideal:.1f} s: {seconds:.1f} s of snippets on {cores} processors, and all pages once",
        )

        report("all pages of both languages, no snippet", f"{anew:.1f} s")
        report("  processor time of all programs", f"{seconds:.0f} s", "at most 600 s")
        room = {
            name: Snippet.read(project / f"snippets/{name}.py", project).limits.time
            / record.provenance["seconds"]
            for name, record in records.items()
        }
        tightest = min(room, key=room.__getitem__)
        report(
            f"  the tightest time limit, over what it takes: {tightest}",
            f"{room[tightest]:.1f}",
            "at least 3, on an idle machine",
        )

        as_notebooks(records, notebooks)
        mkdocs("build", folder=notebooks)
        alone = best(3, lambda: mkdocs("build", folder=notebooks))
        report(
            "rebuild, nothing changed",
            f"{rebuild:.2f} s",
            f"{rebuild / alone:.0%} of mkdocs-jupyter's; to reach: under 60%",
        )
        report("  mkdocs-jupyter alone, the same chapters", f"{alone:.2f} s")

        server = Server(project)
        server.wait_for("numpy_network", "mathematics/")
        chapter = project / "docs/en/mathematics.md"
        chapter.write_text(
            chapter.read_text(encoding="utf-8") + "\nEdit 0.\n", encoding="utf-8"
        )
        server.wait_for("Edit 0.", "mathematics/")
        edits = sorted(
            server.seconds_to_show(
                chapter, f"Edit {n}.", f"Edit {n + 1}.", "mathematics/"
            )
            for n in range(5)
        )
        report(
            "prose edit to page (median of 5)",
            f"{edits[2]:.2f} s",
            "to reach: under 1.5 s",
        )
        program = project / "snippets/numpy_network.py"
        snippet = server.seconds_to_show(
            program, "held out:", "held aside:", "mathematics/", "zh/mathematics/"
        )
        report("snippet edit to page, both languages", f"{snippet:.2f} s")
        server.stop()

        usage = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        megabytes = usage / (1024 if sys.platform != "darwin" else 1024**2)
        report("peak memory of any one process", f"{megabytes:.0f} MB")
        missed = [rebuild > 0.6 * alone, edits[2] > 1.5]
        missed += [seconds > 600, room[tightest] < 3]
        if any(missed):
            sys.exit("A target was missed.")


if __name__ == "__main__":
    main()
