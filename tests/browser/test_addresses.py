"""Addresses stay alive: what the first edition (0b33e3a) published still leads to its content.

addresses.txt has a line for each page: its address, and the anchors of its headings, corrections, terms, labs and sections.
What has moved leads on, as docs/moved.yml says. What only counts the blocks of code on a page (code-3) counts those that are
there now: behind the last one, a browser shows the page's top.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import Project
from playwright.sync_api import Browser

from .test_not_found import host

LINES = Path(__file__).with_name("addresses.txt").read_text(encoding="utf-8")
ADDRESSES = {page: anchors for page, *anchors in map(str.split, LINES.splitlines())}
COUNTED = re.compile(r"(code|cell)-\d+")


def anchors_at(folder: Path) -> set[str]:
    """The anchors that lead somewhere at the address of this folder, on its page or on the one to which it leads on."""
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    content = page.article or page.body
    assert content is not None
    here = {str(element["id"]) for element in content.find_all(id=True)}
    if page.select_one('meta[http-equiv="refresh"]'):
        link = page.select_one("a")
        assert link is not None
        here |= anchors_at(folder / str(link["href"]).partition("#")[0])
    return here


@pytest.mark.parametrize("page", ADDRESSES)
def test_an_address_leads_to_its_content(site: Path, page: str) -> None:
    named = {anchor for anchor in ADDRESSES[page] if not COUNTED.fullmatch(anchor)}
    assert named <= anchors_at(site / page.strip("/"))


def test_all_of_the_first_edition_is_listed() -> None:
    assert len(ADDRESSES) == 112
    assert sum(map(len, ADDRESSES.values())) > 1800


@pytest.fixture(scope="module")
def moved(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the small project, of which something has moved."""
    folder = tmp_path_factory.mktemp("moved") / "project"
    shutil.copytree(built.folder, folder)
    project = Project(folder)
    project.write(
        "docs/moved.yml",
        "old/: other/\nold/#sum: notebooks/small/#sum\nother/#before: '#small'\n",
    )
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert anchors_at(folder / "site/old") >= {"other", "sum"}
    return folder / "site"


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("folder", ["", "zh/"])
def test_an_old_address_leads_on(
    browser: Browser, moved: Path, folder: str, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    with host(moved, "/") as address:
        for old, new in (
            ("old/", "other/"),
            ("old/#other", "other/#other"),
            ("old/#sum", "notebooks/small/#sum"),
        ):
            page.goto(address + folder + old)
            # Without scripts a browser leads to the page: it does not say which anchor was asked for.
            expected = new if scripts else "other/"
            page.wait_for_url(address + folder + expected)
            assert page.locator("h1").count() == 1
        page.goto(f"{address}{folder}other/#before")
        page.click("#before a")
        page.wait_for_url(f"{address}{folder}#small")
    assert complaints == []
    context.close()


def test_an_old_address_leads_on_in_files(
    browser: Browser, moved: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(moved / "foundation-models.zip") as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / "foundation-models/zh"
    page = browser.new_context().new_page()
    for old, new in (("#other", "other/index.html#other"), ("", "other/index.html")):
        page.goto((folder / "old/index.html").as_uri() + old)
        page.wait_for_url((folder / "other/index.html").as_uri() + new[16:])
    page.context.close()
