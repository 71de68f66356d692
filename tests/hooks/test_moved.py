"""Addresses stay alive: docs/moved.yml."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Project
from publish.moved import Moved, keep_addresses, read_moved
from runner import SourceError

MOVED = """\
old/page/: other/
old/page/#figure: '#small'
first/: ''
other/#previous: other/#other
other/#elsewhere: notebooks/small/#sum
"""
WORDS = {"": "This is now here:", "zh/": "内容已移到："}


@pytest.fixture(scope="module")
def moved(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small project, of which something has moved, built for an address."""
    folder = tmp_path_factory.mktemp("moved") / "project"
    shutil.copytree(built.folder, folder)
    project = Project(folder)
    project.write("docs/moved.yml", MOVED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", "https://example.org/book/")
        result = project.build()
    assert result.returncode == 0, result.stderr
    return project


@pytest.mark.parametrize("folder", WORDS)
def test_a_page_that_has_moved_leads_on(moved: Project, folder: str) -> None:
    text = moved.page(f"{folder}old/page")
    page = BeautifulSoup(text, "html.parser")
    assert page.html["lang"] == (folder[:2] or "en")
    home = f"https://example.org/book/{folder}"
    assert page.select_one("link[rel=canonical]")["href"] == f"{home}other/"
    assert page.select_one("meta[name=robots]")["content"] == "noindex"
    refresh = page.select_one("noscript meta[http-equiv=refresh]")["content"]
    assert refresh == "0; url=../../other/"
    first, second = page.select("a")
    assert first["href"] == "../../other/"
    assert (second["id"], second["href"]) == ("figure", "../../#small")
    assert WORDS[folder] in page.get_text()
    target = BeautifulSoup(moved.page(f"{folder}other"), "html.parser")
    assert first.get_text() == target.title.get_text()
    script = (
        moved.folder / "site" / folder / "old/page" / page.script["src"]
    ).resolve()
    assert script == (moved.folder / "site/assets/moved.js").resolve()
    assert script.is_file()
    policies = "meta[http-equiv=Content-Security-Policy]"
    assert page.select_one(policies) == target.select_one(policies)
    home_page = BeautifulSoup(moved.page(f"{folder}first"), "html.parser")
    assert home_page.a["href"] == "../"


@pytest.mark.parametrize("folder", WORDS)
def test_an_anchor_that_has_moved_is_found(moved: Project, folder: str) -> None:
    page = BeautifulSoup(moved.page(f"{folder}other"), "html.parser")
    assert page.find(id="previous").parent == page.find(id="other")
    line = page.article.find(id="elsewhere")
    assert line.name == "p" and WORDS[folder] in line.get_text()
    assert line.a["href"] == "../notebooks/small/#sum"


def test_what_has_moved_is_in_no_sitemap_and_leads_on_offline(moved: Project) -> None:
    assert "old/" not in (moved.folder / "site/sitemap.xml").read_text("utf-8")
    with zipfile.ZipFile(moved.folder / "site/foundation-models.zip") as packed:
        page = packed.read("foundation-models/zh/old/page/index.html").decode()
    assert 'url=../../other/index.html"' in page
    assert 'href="../../index.html#small"' in page
    assert "Content-Security-Policy" not in page


def test_it_is_the_same_when_nothing_else_changes(moved: Project) -> None:
    """Also where a language is taken from the published site."""
    before = moved.page("zh/other")
    moved.replace("docs/en/other.md", "Text.", "Another text.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", "https://example.org/book/")
        result = moved.build()
    assert result.returncode == 0, result.stderr
    assert moved.page("zh/other") == before
    assert 'id="previous"' in moved.page("other")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("other/: ''", "the old address is in use"),
        ("other/#other: '#small'", "the old address is in use"),
        ("gone/: nowhere/", "the new address is not there"),
        ("gone/: other/#nothing", "the new address is not there"),
        ("gone/: old/", "the new address is not there"),
        ("gone/#here: other/", "there is no page 'gone/'"),
        ("/gone/: other/", "does not say once"),
        ("gone: other/", "does not say once"),
        ("old/: other/", "the key 'old/' stands here again"),
        ("gone/: gone/", "does not say once"),
        ("gone/: [other/]", "does not say once"),
        ("gone/: {", "this YAML cannot be read"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    project: Project, line: str, problem: str
) -> None:
    path = project.write("docs/moved.yml", f"# Comment\nold/: other/\n{line}\n")
    place = f"docs/moved.yml:{3 + line.endswith('{')}"
    with pytest.raises(SourceError) as caught:
        keep(project, read_moved(path, "docs/moved.yml"))
    assert str(caught.value).startswith(f"{place}: ")
    assert problem in str(caught.value)


def keep(project: Project, moved: list[Moved]) -> None:
    keep_addresses(project.folder / "site", moved, "", lambda **_: "")


def test_a_build_with_a_mistake_publishes_nothing(project: Project) -> None:
    project.write("docs/moved.yml", "# Comment\ngone/: nowhere/\n")
    before = project.published()
    result = project.build()
    assert result.returncode != 0
    assert "docs/moved.yml:2: " in result.stderr, result.stderr
    assert "the new address is not there" in result.stderr
    assert "Traceback" not in result.stderr
    assert project.published() == before


def test_the_list_of_the_site_can_be_read() -> None:
    assert isinstance(read_moved(ROOT / "docs/moved.yml", "docs/moved.yml"), list)
