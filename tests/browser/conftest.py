"""The whole site, built and served, and a real browser to look at it."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NoReturn

import pytest
from conftest import ROOT, Once, Project, Say
from kept import kept
from patience import PATIENCE, happens
from playwright.sync_api import Browser, Page, expect, sync_playwright
from runner import Record

ADDRESS = "https://example.org/book/"
BUILD = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir"]  # a folder
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
MISSING = "no Chromium or Chrome here; on Debian: apt-get install chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str | None:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or (MAC if Path(MAC).exists() else None)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def site(once: Once, say: Say, records: dict[str, Record]) -> Path:
    """The folder of the built site."""

    def build(folder: Path) -> None:
        say("Building the site, as its readers get it")
        result = subprocess.run(
            [*BUILD, str(folder / "site")],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr

    return once("site", build) / "site"


@pytest.fixture(scope="session")
def addressed(once: Once, built: Project) -> Path:
    """The small project, built for the address ADDRESS."""

    def build(folder: Path) -> None:
        shutil.copytree(built.folder, folder / "project")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SITE_URL", ADDRESS)
            result = Project(folder / "project").build()
        assert result.returncode == 0, result.stderr

    return once("addressed", build) / "project" / "site"


@contextmanager
def served(handler: Callable[..., SimpleHTTPRequestHandler]) -> Iterator[str]:
    """The address at which a handler answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with served(functools.partial(Quiet, directory=str(site))) as address:
        yield address


@pytest.fixture(scope="package")
def browser(records: dict[str, Record]) -> Iterator[Browser]:
    """Chromium or Chrome, whichever is there.

    Playwright keeps an event loop running as long as it lives, and the runner starts one of its own:
    the records come before it, and it ends with this folder's tests.
    """
    found = find_browser()
    if not found:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        expect.set_options(timeout=1000 * PATIENCE)
        browser = playwright.chromium.launch(
            executable_path=found, args=FLAGS, timeout=1000 * PATIENCE
        )
        browser.on("context", lambda one: one.set_default_timeout(1000 * PATIENCE))
        yield browser
        browser.close()


def wait_for(page: Page, question: str, argument: object = None) -> None:
    """Until this function says yes; a page's policy forbids the `eval` of Playwright's own `wait_for_function`."""
    assert happens(lambda: bool(page.evaluate(question, argument))), question


# Until ten frames have gone by in which the page has neither moved nor changed its height; its argument are milliseconds.
SETTLED = """patience => new Promise(done => {
  const end = performance.now() + patience
  let before = "", still = 0
  const look = () => {
    const now = `${scrollX} ${scrollY} ${document.documentElement.scrollHeight}`
    still = now === before ? still + 1 : 0
    before = now
    still < 10 && performance.now() < end ? requestAnimationFrame(look) : done(null)
  }
  look()
})"""


def let_it_settle(page: Page) -> None:
    """Until the page lies still."""
    page.evaluate(SETTLED, 1000 * PATIENCE)


def is_missing(message: str, demanded: bool) -> NoReturn:
    """Skips a test for want of a program, or has it fail where that is demanded."""
    if demanded:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def from_npm(package: str, version: str, demanded: bool) -> Path:
    """The folder of a package that npm has installed; without npm, the same as `is_missing`."""
    folder = ROOT / ".cache" / f"{package.partition('/')[2] or package}-{version}"
    found = folder / "node_modules" / package
    if found.is_dir():
        return found
    if not shutil.which("npm"):
        is_missing("no npm here; on Debian: apt-get install npm", demanded)
    command = "npm install --no-save --ignore-scripts --no-audit --no-fund --prefix"
    result = subprocess.run(
        [*command.split(), str(folder), f"{package}@{version}"],
        capture_output=True,
        text=True,
    )
    if result.returncode or not found.is_dir():
        why = result.stderr.strip()
        is_missing(f"npm did not install {package}@{version}: {why}", demanded)
    return found


def look_at(
    pages: Iterable[str],
    site: Path,
    decides: tuple[str, ...],
    look: Callable[[list[str]], Mapping[str, Any]],
    good: Callable[[Any], bool],
) -> dict[str, Any]:
    """What there is to see on each page; where it was good, it is looked at again once something has changed.

    Args:
        pages: their addresses, relative to the site.
        site: the folder of the built site.
        decides: what decides it beside the page and what all pages load: the file of the test, the version of the browser.
        look: looks at some of the pages; what it finds can be written as JSON.
        good: whether what it has found on a page is right.
    """
    shared = hashlib.sha256()
    for path in sorted(p for p in (site / "assets").rglob("*") if p.is_file()):
        shared.update(f"{path.relative_to(site)} ".encode() + path.read_bytes())
    test = Path(decides[0])
    same = [shared.hexdigest(), test.read_text(encoding="utf-8"), *decides[1:]]
    names, keys = {}, {}
    for page in pages:
        file = site / page / ("" if page.endswith(".html") else "index.html")
        name = page.replace("/", "+") or "+"
        names[name] = page
        keys[name] = [hashlib.sha256(file.read_bytes()).hexdigest(), *same]

    def make(missing: list[str]) -> dict[str, Any]:
        found = look([names[name] for name in missing])
        return {name: found[names[name]] for name in missing}

    found = kept(ROOT / ".cache" / test.stem, keys, make, good)
    return {names[name]: one for name, one in found.items()}


def page_paths(site: Path) -> list[str]:
    """The address of every page, relative to the site, "" for the first; without those that only lead on."""
    return sorted(
        "" if path.parent == site else f"{path.parent.relative_to(site)}/"
        for path in site.rglob("index.html")
        if 'http-equiv="refresh"' not in path.read_text(encoding="utf-8")
    )
