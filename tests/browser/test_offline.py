"""The site as files: opened from a folder, with no server, all of it works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from playwright.sync_api import Browser, Page

from .conftest import page_paths

LINK = re.compile(r' (?:href|src)="([^"#?:]+)(?=["#?])')


@pytest.fixture(scope="module")
def unpacked(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip that the site offers, unpacked."""
    folder = tmp_path_factory.mktemp("offline")
    with zipfile.ZipFile(site / "foundation-models.zip") as packed:
        packed.extractall(folder)
    return folder / "foundation-models"


def open_file(browser: Browser, path: Path) -> tuple[Page, list[str]]:
    page = browser.new_context().new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda request: troubles.append(request.url))
    page.on(
        "request",
        lambda request: (
            troubles.append(request.url)
            if not request.url.startswith(("file:", "data:", "about:"))
            else None
        ),
    )
    page.goto(path.as_uri())
    return page, troubles


def test_every_page_is_there_and_links_name_files(site: Path, unpacked: Path) -> None:
    assert page_paths(unpacked) == page_paths(site)
    folder_links = {
        f"{path.relative_to(unpacked)}: {link}"
        for path in unpacked.rglob("*.html")
        for link in links(path)
        if not (path.parent / link).is_file()
    }
    assert folder_links == set()


def links(path: Path) -> set[str]:
    """The files that a page links to, without the place in them."""
    return set(LINK.findall(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("language", "query", "expected"),
    [("", "back-propagation", "mathematics"), ("zh", "反向传播", "mathematics")],
)
def test_a_reader_without_a_network_reads_and_searches(
    browser: Browser, unpacked: Path, language: str, query: str, expected: str
) -> None:
    page, troubles = open_file(browser, unpacked / language / "index.html")
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px", "styled"
    page.click(".search-open")
    page.keyboard.insert_text(query)
    page.wait_for_selector(f".search li a[href*='{expected}']")
    found = page.locator(".search li a").all()
    addresses = [str(link.evaluate("a => a.href")) for link in found]
    best = next(address for address in addresses if expected in address)
    page.goto(best)
    assert page.locator("math").count() > 5
    with page.expect_navigation():
        page.click(".language-switch")
    assert page.locator("math").count() > 5
    assert page.evaluate("document.documentElement.lang") == (
        "en" if language else "zh"
    )
    assert troubles == []
    page.context.close()


def test_the_zip_is_the_same_each_time(site: Path, tmp_path: Path) -> None:
    """And `OFFLINE=1` publishes what the zip holds."""
    folder = tmp_path / "site"
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    with zipfile.ZipFile(site / "foundation-models.zip") as packed:
        held = {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}
    built = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert sorted(built) == sorted(held)
    assert [name for name in built if built[name] != held[name]] == []
