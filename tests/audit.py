"""Lighthouse's marks for the site, as a phone sees it: `make audit`. Prints them all; fails below the targets.

Its mark for performance differs by some points from one run to the next. A page that misses a target is visited four
times more, and its middle marks count.

The site is built for the address where it is then served, compressed and with the headers that static hosts send.
"""

from __future__ import annotations

import functools
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(ROOT / part) for part in ("overrides/hooks", "tests", "tests/chapters")
]

from browser.conftest import BUILD, FLAGS, MISSING, find_browser, served
from chapter_files import LANGUAGES, pages

LIGHTHOUSE = "lighthouse@13.5.0"
TARGETS = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".md", ".ipynb"}


class Host(SimpleHTTPRequestHandler):
    """A static host: compresses text, names its character set, allows caching, knows its page for what is not there."""

    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map,
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".woff2": "font/woff2",
    }

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        found = path.is_file()
        if not found:
            path = Path(self.directory) / "404.html"
        body = path.read_bytes()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in COMPRESSED:
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def audited() -> list[str]:
    """Home, each chapter with the FAQ, a lab and a notebook, in each language."""
    chapters = [page for page in pages() if "/" not in page]
    chosen = [*chapters, "labs/attention.md", "notebooks/numpy_network.md"]
    paths = [
        "" if page == "index.md" else f"{page.removesuffix('.md')}/" for page in chosen
    ]
    return [
        path if language == "en" else f"{language}/{path}"
        for language in LANGUAGES
        for path in sorted(paths)
    ]


def marks(url: str, chrome: str, folder: Path) -> tuple[dict[str, int], list[str]]:
    """Lighthouse's marks of a page, and the audits that cost it marks."""
    report = folder / "report.json"
    command = [
        *("npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json"),
        f"--output-path={report}",
        f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
        f"--only-categories={','.join(TARGETS)}",
    ]
    environment = {**os.environ, "CHROME_PATH": chrome}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{LIGHTHOUSE} failed on {url}:\n{result.stderr}")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    if error := found.get("runtimeError"):
        sys.exit(f"{LIGHTHOUSE} failed on {url}: {error['message']}")
    scores = {name: round(100 * found["categories"][name]["score"]) for name in TARGETS}
    lost = [
        f"{name}: {found['audits'][audit['id']]['title']}"
        for name in TARGETS
        if scores[name] < TARGETS[name]
        for audit in found["categories"][name]["auditRefs"]
        if audit["weight"]
        and (found["audits"][audit["id"]]["score"] or 0) < 0.9
        and found["audits"][audit["id"]]["scoreDisplayMode"]
        in ("binary", "numeric", "metricSavings")
    ]
    return scores, lost


def middle_marks(
    url: str, chrome: str, folder: Path
) -> tuple[dict[str, int], list[str]]:
    """As `marks`; the middle ones of five visits where the first one misses a target."""
    scores, lost = marks(url, chrome, folder)
    if any(scores[name] < target for name, target in TARGETS.items()):
        visits = [(scores, lost), *(marks(url, chrome, folder) for _ in range(4))]
        scores = {name: sorted(one[name] for one, _ in visits)[2] for name in TARGETS}
        lost = sorted({reason for _, reasons in visits for reason in reasons})
    return scores, lost


def main() -> None:
    if not shutil.which("npx"):
        sys.exit(
            "make audit needs Node 22 or newer; on Debian: apt-get install nodejs npm"
        )
    chrome = find_browser()
    if not chrome:
        sys.exit(MISSING)
    missed: list[str] = []
    with (
        tempfile.TemporaryDirectory() as scratch,
        served(functools.partial(Host, directory=f"{scratch}/site")) as home,
    ):
        subprocess.run(
            [*BUILD, f"{scratch}/site"],
            cwd=ROOT,
            env={**os.environ, "SITE_URL": home},
            check=True,
        )
        chosen = [
            path for path in audited() if not sys.argv[1:] or path in sys.argv[1:]
        ]
        print(f"{'':<34}{''.join(f'{name:>16}' for name in TARGETS)}")
        for path in chosen:
            scores, lost = middle_marks(home + path, chrome, Path(scratch))
            print(
                f"/{path:<33}{''.join(f'{scores[name]:>16}' for name in TARGETS)}",
                flush=True,
            )
            short = [
                f"/{path} {name}: {scores[name]}, to reach: {target}"
                for name, target in TARGETS.items()
                if scores[name] < target
            ]
            if short:
                missed += short + [f"/{path} {reason}" for reason in lost]
    if missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
