"""The way out of Material: what `make markdown` writes, and the site that Zensical makes of it, beside MkDocs' site."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from compare_sites import differences, pages, table
from conftest import ROOT, Once, Project, Say
from patience import PATIENCE
from runner import Record

ZENSICAL = Path(sys.executable).parent / "zensical"


def exported(project: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """What `make markdown` runs."""
    command = [sys.executable, "-m", "copies", str(target)]
    environment = {**os.environ, "PYTHONPATH": str(project / "overrides/hooks")}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=10 * PATIENCE)  # fmt: skip


def make_site(folder: Path) -> None:
    """What `make zensical` runs then."""
    for name in sorted(path.name for path in folder.glob("mkdocs*.yml")):
        command = [str(ZENSICAL), "build", "--strict", "--config-file", name]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=10 * PATIENCE)  # fmt: skip
        assert made.returncode == 0, made.stdout + made.stderr


@pytest.fixture(scope="session")
def elsewhere(once: Once, say: Say, records: dict[str, Record]) -> Path:
    """The whole site, as Zensical makes it."""

    def build(folder: Path) -> None:
        say(f"Building the site with Zensical {version('zensical')}")
        written = exported(ROOT, folder / "markdown")
        assert written.returncode == 0, written.stderr
        make_site(folder / "markdown")

    return once("zensical", build) / "markdown"


@pytest.fixture
def small(project: Project, tmp_path: Path) -> tuple[Project, Path]:
    """The small project, and where its Markdown goes; two pages have moved."""
    project.write(
        "docs/moved.yml",
        "gone/: other/\ngone/#part: '#small'\nother/#old: other/#other\nother/#away: notebooks/small/#sum\n",
    )
    return project, tmp_path / "markdown"


def test_every_article_is_as_that_of_mkdocs(site: Path, elsewhere: Path) -> None:
    """Text, code, outputs, figures, numbers, notes, diagrams, formulas, anchors, titles; and no mark was left unread."""
    found = [one._asdict() for one in differences(site, elsewhere / "site")]
    assert not found, found[:5]
    assert len(pages(site)) > 180


def test_contributing_says_what_else_differs(site: Path, elsewhere: Path) -> None:
    """The table is that of the comparison: python tests/compare_sites.py prints it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert table(site, elsewhere / "site") in text


def test_the_chapters_are_plain_markdown(elsewhere: Path) -> None:
    """Prose is Markdown, and code a fence; numbers are links, citations notes."""
    text = (elsewhere / "docs/en/mathematics.md").read_text(encoding="utf-8")
    assert re.search(r"\[0\.\d{4}\]\(notebooks/numpy_network\.md\)\{ \.run \}", text)
    assert "[^brown2020language]: Tom B. Brown" in text
    assert "\n## The derivation { #derivation }\n" in text
    assert "\n```python\n" in text and "--8<--" not in text
    assert '(glossary.md#gradient "' in text and "<math" in text


def test_what_has_moved_leads_on(small: tuple[Project, Path]) -> None:
    """As in MkDocs' site: a page that is no more, an anchor in its page, an anchor that went to another page."""
    project, target = small
    assert project.build().returncode == 0
    written = exported(project.folder, target)
    assert written.returncode == 0, written.stderr
    make_site(target)
    found = [
        one
        for one in differences(project.folder / "site", target / "site")
        if one.what != "head (3, 3)"  # the first page's heading is not the site's name here
    ]  # fmt: skip
    assert not found, found[:5]
    other = (target / "site/other/index.html").read_text(encoding="utf-8")
    assert 'id="old"' in other and 'id="away"' in other
    gone = (target / "site/gone/index.html").read_text(encoding="utf-8")
    assert 'href="../other/"' in gone and 'id="part" href="../#small"' in gone


def test_an_address_that_is_not_there_is_an_error(small: tuple[Project, Path]) -> None:
    project, target = small
    project.write("docs/moved.yml", "gone/: nowhere/\n")
    written = exported(project.folder, target)
    assert written.returncode == 1
    assert "docs/moved.yml:1" in written.stderr
    assert "the new address is not there" in written.stderr


def test_a_folder_that_holds_something_else_stays(small: tuple[Project, Path]) -> None:
    project, target = small
    target.mkdir()
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    written = exported(project.folder, target)
    assert written.returncode == 1 and "it holds something else" in written.stderr
    assert (target / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert exported(project.folder, project.folder).returncode == 1
    assert (project.folder / "docs/en/index.md").exists()


# By what somebody changes in a finished page: the difference that has to be told.
BROKEN = {
    "a number": ('class="run" href="', 'class="run" href="../../', "linked numbers"),
    "an output": ("<samp>total", "<samp>Total", "outputs"),
    "a figure": ('<svg class="plot"', '<svg class="plot" data-x="1"', "figures"),
    "a formula": ("<math><mi>s</mi>", "<math><mi>t</mi>", "formulas"),
    "a diagram": ('<svg class="diagram"', '<svg class="drawing"', "diagrams"),
    "an anchor": ('id="small"', 'id="large"', "anchors"),
    "a title": ("<title>", "<title>X", "head"),
    "a mark": ("<p>The sum is", "<p>::: output small:sum {{ x }} The sum is", "unread"),
    "a note": ("Ann Someone", "Bob Someone", "notes"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_the_comparison_sees(what: str, built: Project, tmp_path: Path) -> None:
    site = built.folder / "site"
    shutil.copytree(site, tmp_path / "other")
    page = tmp_path / "other/index.html"
    old, new, told = BROKEN[what]
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")
    found = list(differences(site, tmp_path / "other"))
    assert any(one.what.startswith(told) for one in found), found
    assert {one.page for one in found} == {"."}


def test_the_comparison_misses_a_page(built: Project, tmp_path: Path) -> None:
    site = built.folder / "site"
    shutil.copytree(site, tmp_path / "other")
    (tmp_path / "other/other/index.html").unlink()
    (found,) = differences(site, tmp_path / "other")
    assert (found.page, found.what, found.theirs) == ("other", "page", "missing")
