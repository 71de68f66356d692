"""What the pages tell machines: search engines, link previews, bibliographies, and the browser about its links."""

from __future__ import annotations

import functools
import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Project
from PIL import Image
from playwright.sync_api import Browser
from publish.cards import HEIGHT, WIDTH, card
from publish.finishing import TYPES
from pybtex.database import parse_string
from runner import Record

from .conftest import ADDRESS, page_paths

LENGTHS = {"en": range(50, 171), "zh": range(25, 91)}  # of a description, in characters


@functools.cache
def read(file: Path) -> Any:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Any]:
    """Every page of the site, parsed, by its path."""
    return {path: read(site / path / "index.html") for path in page_paths(site)}


def meta(page: Any, name: str) -> str | None:
    found = page.select_one(f'meta[name="{name}"], meta[property="{name}"]')
    return str(found["content"]) if found else None


def data(page: Any) -> dict[str, Any]:
    (script,) = page.select("script[type='application/ld+json']")
    return dict(json.loads(script.string))


def test_every_page_has_a_title_and_a_description_of_its_own(
    pages: dict[str, Any], site: Path
) -> None:
    files = {
        **pages,
        "404": read(site / "404.html"),
        "zh/404": read(site / "zh/404.html"),
    }
    titles = {path: page.title.string for path, page in files.items()}
    assert len(set(titles.values())) == len(titles)
    descriptions = {path: meta(page, "description") for path, page in pages.items()}
    assert len(set(descriptions.values())) == len(descriptions)
    for path, text in descriptions.items():
        language = pages[path].html["lang"]
        assert text and len(text) in LENGTHS[language], f"{path}: {text}"
        assert bool(re.search("[一-鿿]", text)) == (language == "zh"), path
        assert not re.search(r"[<{⟦]|&\w+;", text), f"{path}: plain words"


def test_a_preview_says_what_the_page_says(pages: dict[str, Any]) -> None:
    for path, page in pages.items():
        assert meta(page, "og:description") == meta(page, "description"), path
        assert page.title.string.startswith(meta(page, "og:title")), path
        home = pages["zh/" if path.startswith("zh/") else ""]
        assert meta(page, "og:site_name") == home.title.string, path
        locales = [meta(page, name) for name in ("og:locale", "og:locale:alternate")]
        own = ["zh_CN", "en_GB"] if path.startswith("zh/") else ["en_GB", "zh_CN"]
        assert locales == own, path


def test_without_an_address_nothing_is_absolute(
    pages: dict[str, Any], site: Path
) -> None:
    for path, page in pages.items():
        assert not page.select("link[rel~=alternate][hreflang], link[rel=canonical]"), (
            path
        )
        assert meta(page, "og:url") is meta(page, "og:image") is None, path
        assert not {"@id", "url", "image"} & data(page).keys(), path
    assert not (site / "assets/cards").exists()


def test_structured_data_tells_each_kind_of_page(pages: dict[str, Any]) -> None:
    kinds = {path: data(page)["@type"] for path, page in pages.items()}
    for folder in ("", "zh/"):
        assert kinds[folder] == "WebSite"
        assert kinds[f"{folder}faq/"] == "FAQPage"
        assert kinds[f"{folder}mathematics/"] == "TechArticle"
        assert kinds[f"{folder}labs/optimisers/"] == "TechArticle"
        assert kinds[f"{folder}corrections/"] == "WebPage"
        assert kinds[f"{folder}notebooks/numpy_network/"] == "SoftwareSourceCode"
    for path, page in pages.items():
        known = data(page)
        assert known["inLanguage"] == page.html["lang"], path
        assert known["description"] == meta(page, "description"), path
        assert known.get("headline", known.get("name")) == meta(page, "og:title"), path
        assert ("isPartOf" in known) is (path not in ("", "zh/")), path
        code = known["@type"] == "SoftwareSourceCode"
        assert ("mit" if code else "by/4.0") in known["license"], path
        assert "author" not in known, "nobody has put a name to it"


def test_every_page_can_be_cited(pages: dict[str, Any]) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    keys = set()
    for path, page in pages.items():
        if re.search(r"notebooks/.", path):
            assert not page.select(".cite"), "a program is cited by its chapter"
            continue
        (entry,) = page.select("details.cite pre > code")
        ((key, cited),) = parse_string(entry.get_text(), "bibtex").entries.items()
        keys.add(key)
        assert re.fullmatch(r"[a-z-]+", key), path
        assert cited.fields["title"].strip("{}") == meta(page, "og:title"), path
        assert cited.fields["year"] in (ROOT / "LICENSE").read_text()
        assert version in cited.fields["note"], path
        chinese = path.startswith("zh/")
        assert cited.fields["language"] == ("chinese" if chinese else "english")
        assert ("中文" if chinese else "English") in cited.fields["note"], path
        assert len(cited.persons["author"]) == 1, "a name that no style takes apart"
    assert len(keys) > 50
    assert len(keys) == sum(bool(page.select(".cite")) for page in pages.values())


def test_signs_of_latex_in_a_title(project: Project) -> None:
    project.replace("docs/en/other.md", "# Other {", "# 50% of R&D_x costs #1 {")
    assert project.build().returncode == 0
    page = BeautifulSoup(project.page("other"), "html.parser")
    entry = page.select_one("details.cite code").get_text()
    assert r"title = {{50\% of R\&D\_x costs \#1}}" in entry
    assert parse_string(entry, "bibtex").entries
    assert meta(page, "og:title") == data(page)["headline"] == "50% of R&D_x costs #1"


@pytest.mark.parametrize("path", ["", "other/", "notebooks/picture/"])
@pytest.mark.parametrize("folder", ["", "zh/"])
def test_with_an_address_a_page_names_its_twins_and_its_picture(
    addressed: Path, folder: str, path: str
) -> None:
    page = read(addressed / folder / path / "index.html")
    own = ADDRESS + folder + path
    assert page.select_one("link[rel=canonical]")["href"] == own
    assert meta(page, "og:url") == data(page)["@id"] == own
    alternates = {
        link["hreflang"]: link["href"]
        for link in page.select("link[rel~=alternate][hreflang]")
    }
    twins = {"en": ADDRESS + path, "zh": f"{ADDRESS}zh/{path}"}
    assert alternates == {**twins, "x-default": twins["en"]}

    relation = "translationOfWork" if folder else "workTranslation"
    (twin,) = data(page)[relation]
    assert twin["@id"] == twins["en" if folder else "zh"]

    picture = meta(page, "og:image")
    assert picture == data(page)["image"] == f"{ADDRESS}assets/cards/picture/line.png"
    assert (addressed / picture.removeprefix(ADDRESS)).is_file()
    assert meta(page, "og:image:alt") == (
        "一条上升的直线。" if folder else "A line that rises."
    )
    if not path.startswith("notebooks/"):
        assert f"url = {{{own}}}" in page.select_one("details.cite code").get_text()


def test_a_page_is_pictured_by_its_own_first_figure(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = "::: figure picture:again\n    alt: {}\n    labels: {{epoch: epoch}}\n"
    for language, alt in (("en", "The same line."), ("zh", "同一条线。")):
        name = f"docs/{language}/other.md"
        chapter = (project.folder / name).read_text(encoding="utf-8")
        project.write(name, f"{chapter}\n{figure.format(alt)}")
    program = (project.folder / "snippets/picture.py").read_text(encoding="utf-8")
    section = program[program.index("# --8<--") :].replace("line]", "again]")
    project.write("snippets/picture.py", f"{program}\n{section}")
    monkeypatch.setenv("SITE_URL", ADDRESS)
    result = project.build()
    assert result.returncode == 0, result.stderr
    page = BeautifulSoup(project.page("zh/other"), "html.parser")
    assert meta(page, "og:image") == f"{ADDRESS}assets/cards/picture/again.png"
    assert meta(page, "og:image:alt") == "同一条线。"
    cards = project.folder / "site/assets/cards"
    assert {str(file.relative_to(cards)) for file in cards.rglob("*.png")} == {
        "picture/again.png",
        "picture/line.png",
    }


def test_pictures_are_of_the_size_that_previews_ask_for(
    records: dict[str, Record], tmp_path: Path
) -> None:
    """Each is drawn once for its figure, as in a build."""
    seen = 0
    for name, record in records.items():
        for section in record.sections:
            for source in record.figures(section):
                made = card(f"{name}-{section}", source, ROOT / ".cache" / "cards")
                picture = Image.open(io.BytesIO(made))
                assert picture.size == (WIDTH, HEIGHT) == (1200, 630)
                assert len(made) < 70_000, name
                if not seen:
                    assert card(name, source, tmp_path / "two") == made, "repeatable"
                seen += 1
                margin = picture.convert("L").crop((0, 0, WIDTH, 30))
                assert margin.getextrema() == (255, 255), "light, with a margin"
    assert seen > 10


def test_words_are_drawn_without_fonts_of_the_machine(tmp_path: Path) -> None:
    def ink(text: str) -> int:
        source = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><text x="9" y="30" '
            f"style=\"font-size: 11px; font-family: 'DejaVu Sans', sans-serif\">{text}</text></svg>"
        )
        picture = Image.open(io.BytesIO(card("words", source, tmp_path)))
        return sum(picture.convert("L").histogram()[:128])

    assert ink("") == 0
    assert ink("epoch") > ink("e") > 500
    assert len(list(tmp_path.iterdir())) == 1, "of a figure only the last is kept"


@pytest.mark.parametrize("folder", ["", "zh/"])
def test_a_browser_can_search_the_site(
    addressed: Path, site: Path, folder: str
) -> None:
    """Where the site knows its address: the browser's own search bar leads to ours."""
    link = read(addressed / folder / "other/index.html").select_one("link[rel=search]")
    assert link
    assert link["href"] == "../opensearch.xml"
    name = "{http://a9.com/-/spec/opensearch/1.1/}Url"
    found = ElementTree.parse(addressed / folder / "opensearch.xml").find(name)
    assert found is not None
    assert found.get("template") == f"{ADDRESS}{folder}?q={{searchTerms}}"
    assert not (site / folder / "opensearch.xml").exists()


@pytest.mark.parametrize("folder", ["", "zh/"])
def test_sitemap(addressed: Path, folder: str) -> None:
    """The one at the root has all pages of both languages, each with all its twins."""
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    entries = ElementTree.parse(addressed / folder / "sitemap.xml").findall(
        "s:url", names
    )
    listed = {}
    for entry in entries:
        twins = {link.get("hreflang"): link.get("href") for link in entry[1:]}
        listed[entry.findtext("s:loc", "", names)] = twins
    paths = [path for path in page_paths(addressed) if path.startswith(folder)]
    assert sorted(listed) == sorted(ADDRESS + path for path in paths)
    for address, twins in listed.items():
        page = urljoin(ADDRESS, address.removeprefix(ADDRESS).removeprefix("zh/"))
        chinese = page.replace(ADDRESS, f"{ADDRESS}zh/")
        assert twins == {"en": page, "x-default": page, "zh": chinese}


def test_the_browser_asks_for_no_sitemap(browser: Browser, addressed: Path) -> None:
    """Material's script would, below each alternate, if it found them; HTML finds them."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        path = addressed / urlsplit(asked[-1]).path.removeprefix("/book/")
        file = path / "index.html" if path.is_dir() else path
        route.fulfill(path=file) if file.is_file() else route.fulfill(status=404)

    page.route("**/*", answer)
    for path in ("", "other/", "zh/other/"):
        page.goto(ADDRESS + path)
        page.wait_for_load_state("networkidle")
        links = "[...document.querySelectorAll('link')].filter(l => l.hreflang && l.relList.contains('alternate')).length"
        assert page.evaluate(links) == 3
    assert any("bundle" in url for url in asked), "the script has run"
    assert not [url for url in asked if "sitemap" in url or "cards" in url]
    context.close()


def test_links_to_other_sites_say_so(pages: dict[str, Any]) -> None:
    seen = 0
    for path, page in pages.items():
        for link in page.select("a[href]"):
            outside = urlsplit(link["href"]).netloc != ""
            relation = link.get("rel", [])
            assert ({"external", "noopener"} <= set(relation)) is outside, (
                f"{path}: {link}"
            )
            seen += outside
    assert seen > 500


def test_a_link_to_the_site_itself_is_not_external(addressed: Path) -> None:
    for path in page_paths(addressed):
        for link in read(addressed / path / "index.html").select("a[rel~=external]"):
            assert not link["href"].startswith(ADDRESS), path


def test_downloads_say_what_they_are(pages: dict[str, Any]) -> None:
    seen = set()
    for path, page in pages.items():
        for link in page.select("a[href]"):
            end = Path(urlsplit(link["href"]).path).suffix
            if urlsplit(link["href"]).netloc or end in ("", ".html"):
                continue
            if end in TYPES:
                assert link.has_attr("download"), f"{path}: {link}"
                assert link["type"], f"{path}: {link}"
                seen.add(end)
    assert seen >= {".ipynb", ".zip"}


@pytest.mark.parametrize("folder", ["", "zh/"])
def test_the_citation_is_copied_at_a_click(
    browser: Browser, address: str, folder: str
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}{folder}mathematics/")
    page.wait_for_load_state("networkidle")
    entry = page.locator("details.cite code")
    assert not entry.is_visible()
    page.click("details.cite summary")
    assert entry.is_visible()
    page.click("details.cite button")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == entry.inner_text().strip()
    context.close()
