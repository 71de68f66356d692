"""What a whole build publishes: the small project, with an address and a repository, built once.

`make mutants` asks these tests of what no quick test runs.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from bs4 import BeautifulSoup
from conftest import Once, Project, assemble
from one_page import SMALL_RECORDS, small_records

HOME, REPOSITORY = "https://example.org/book/", "https://github.com/someone/book"
CORRECTION = """small-sum:
  section: "1.1"
  verdict: wrong
  en: {title: The sum, claim: It is large., holds: 'It is {{ small:total | .1f }}.'}
  zh: {title: 总和, claim: 总和很大。, holds: '总和是 {{ small:total | .1f }}。'}
"""
GLOSSARY = """sum:
  en: {term: sum, definition: What all make together.}
  zh: {term: 总和, definition: 加在一起的结果。}
"""


@pytest.fixture(scope="session")
def whole(once: Once) -> Project:
    """The project, with a correction, a glossary and a page that has moved."""

    def build(folder: Path) -> None:
        project = assemble(folder / "project")
        small_records()
        shutil.copytree(SMALL_RECORDS, project.folder / ".cache/records")
        project.write("docs/corrections/other.yml", CORRECTION)
        project.write("docs/glossary.yml", GLOSSARY)
        project.write("docs/moved.yml", "old/: other/\n")
        for language in ("en", "zh"):
            project.write(f"docs/{language}/glossary.md", "# Terms { #terms }\n\n::: glossary\n")  # fmt: skip
            project.replace(f"docs/{language}/other.md", "# ", "---\nkeywords: [another]\n---\n# ")  # fmt: skip
            text = (project.folder / f"docs/{language}/other.md").read_text("utf-8")
            project.write(f"docs/{language}/other.md", f"{text}\n::: correction small-sum\n")  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SITE_URL", HOME)
            patch.setenv("REPO_URL", REPOSITORY)
            result = project.build()
        assert result.returncode == 0, result.stderr

    return Project(once("whole", build) / "project")


@pytest.fixture(params=["", "zh/"], ids=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Where a language lies in the site."""
    return str(request.param)


def soup(whole: Project, page: str) -> Any:
    text = (whole.folder / "site" / page).read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


OWN = """404.html glossary.ipynb glossary.md glossary/index.html index.html index.md llms-full.txt llms.txt notebooks/picture.ipynb
notebooks/picture.md notebooks/picture.zip notebooks/picture/index.html notebooks/picture/picture-line.svg notebooks/small.ipynb
notebooks/small.md notebooks/small.zip notebooks/small/index.html opensearch.xml old/index.html other.ipynb other.md other/index.html
picture-line.svg search/texts.js search/titles.js sitemap.xml changes.xml"""


def test_it_publishes_these_files(whole: Project) -> None:
    site = whole.folder / "site"
    found = {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and not path.is_relative_to(site / "assets")
    }
    expected = {"records.zip", "foundation-models.zip"}
    for folder in ("", "zh/"):
        expected |= {folder + name for name in OWN.split()}
    assert {f for f in found if not re.fullmatch(r".*cards?/.*|.*\.png|robots\.txt", f)} == expected  # fmt: skip
    assert not (site / "zh/assets").exists()
    assert {"site.css", "favicon.svg", "search.js"} <= {p.name for p in (site / "assets").iterdir()}  # fmt: skip


def test_a_page_knows_its_address_and_its_twin(whole: Project, language: str) -> None:
    page = soup(whole, f"{language}other/index.html")
    assert page.html["lang"] == ("zh" if language else "en")
    assert page.find("link", rel="canonical")["href"] == f"{HOME}{language}other/"
    twins = {
        one["hreflang"]: one["href"]
        for one in page.select("link[rel~=alternate][hreflang]")
    }
    assert twins["en"] == f"{HOME}other/" and twins["zh"] == f"{HOME}zh/other/"
    (switch,) = page.select("a.language-switch")
    assert switch["href"] == ("../../other/" if language else "../zh/other/")
    assert page.find("meta", attrs={"name": "keywords"})["content"] == "another"
    about = json.loads(page.find("script", type="application/ld+json").string)
    assert about["@id"] == f"{HOME}{language}other/"
    assert f"url = {{{HOME}{language}other/}}" in page.select_one("#cite").get_text()


def test_a_page_offers_what_it_can_be_taken_along_as(
    whole: Project, language: str
) -> None:
    links = {a["href"] for a in soup(whole, f"{language}other/index.html").select(".take a")}  # fmt: skip
    colab = f"https://colab.research.google.com/github/someone/book/blob/gh-pages/{language}other.ipynb"
    assert links == {"../other.ipynb", "../other.md", colab}
    assert not soup(whole, f"{language}index.html").select(".take a[href$='.ipynb']")


def test_an_error_can_be_reported(whole: Project, language: str) -> None:
    (link,) = soup(whole, f"{language}other/index.html").select(
        ".report > a[href*=issues]"
    )
    assert link["href"].startswith(f"{REPOSITORY}/issues/new?")


def test_programs_have_pages_that_the_navigation_leads_to(
    whole: Project, language: str
) -> None:
    page = soup(whole, f"{language}notebooks/small/index.html")
    assert "total -1.319425" in page.article.get_text()
    start = soup(whole, f"{language}index.html")
    assert [run.get_text() for run in start.select("article a.run")] == ["−1.3194"]
    assert len(start.select("article figure svg.plot")) == 1
    links = {
        a["href"]
        for a in soup(whole, f"{language}other/index.html").select("nav a[href]")
    }
    assert {"../notebooks/small/", "../notebooks/picture/"} & links


def test_what_all_languages_share_is_on_the_page(whole: Project, language: str) -> None:
    page = soup(whole, f"{language}other/index.html")
    text = page.article.get_text()
    assert ("总和是" if language else "It is ") in text
    assert [run.get_text() for run in page.select("article a.run")] == ["−1.3"]
    terms = soup(whole, f"{language}glossary/index.html")
    assert terms.find(id="sum") is not None
    assert ("加在一起" if language else "What all make") in terms.article.get_text()


def test_an_address_that_is_none_knows_where_the_site_lies(
    whole: Project, language: str
) -> None:
    page = soup(whole, f"{language}404.html")
    addresses = [
        one.get("href") or one.get("src")
        for one in page.find_all(["a", "link", "script"])
        if one.get("href") or one.get("src")
    ]
    own = [one for one in addresses if not re.match(r"https?:|#", one)]
    assert own and all(one.startswith("/book/") for one in own), own
    assert any(one.startswith("/book/assets/") for one in own)


def test_an_address_that_is_none_speaks_all_languages(
    whole: Project, language: str
) -> None:
    """Its own first."""
    found = soup(whole, f"{language}404.html").select(".not-found")
    languages = ["zh", "en"] if language else ["en", "zh"]
    assert [one["lang"] for one in found] == languages
    assert [one.find(["h1", "h2"]).name for one in found] == ["h1", "h2"]
    homes = {"en": "/book/", "zh": "/book/zh/"}
    assert [one["data-home"] for one in found] == [homes[name] for name in languages]
    assert len({one.p.get_text() for one in found}) == 2


def test_an_old_address_leads_on(whole: Project, language: str) -> None:
    page = soup(whole, f"{language}old/index.html")
    assert page.find("meta", attrs={"http-equiv": "refresh"})["content"].endswith("other/")  # fmt: skip


def test_the_sitemap_lists_every_page(whole: Project, language: str) -> None:
    text = (whole.folder / "site" / language / "sitemap.xml").read_bytes()
    found = {one.text for one in fromstring(text).iter() if one.tag.endswith("loc")}
    pages = ("", "other/", "glossary/", "notebooks/small/", "notebooks/picture/")
    folders = ("", "zh/") if not language else (language,)
    assert found == {f"{HOME}{folder}{page}" for folder in folders for page in pages}


def test_each_language_is_searched(whole: Project, language: str) -> None:
    text = (whole.folder / "site" / language / "search/titles.js").read_text("utf-8")
    titles = json.loads(text.partition(" = ")[2])
    assert {"", "other/", "glossary/"} <= {*titles["pages"]}
    assert len(titles["places"]) > 5


def test_what_can_be_taken_along_is_whole(whole: Project, language: str) -> None:
    site = whole.folder / "site"
    with zipfile.ZipFile(site / "records.zip") as records:
        assert {n.split("/")[1] for n in records.namelist()} == {"small", "picture"}
    with zipfile.ZipFile(io.BytesIO((site / "foundation-models.zip").read_bytes())) as pages:  # fmt: skip
        names = {name.partition("/")[2] for name in pages.namelist()}
    assert {f"{language}index.html", f"{language}other/index.html"} <= names
    with zipfile.ZipFile(site / language / "notebooks/small.zip") as folder:
        assert any(name.endswith("small.py") for name in folder.namelist())
    copy = (site / language / "other.md").read_text(encoding="utf-8")
    assert "−1.3" in copy
    listed = (site / language / "llms.txt").read_text(encoding="utf-8")
    assert all(f"{name}.md" in listed for name in ("index", "other", "glossary", "notebooks/small"))  # fmt: skip
    joined = (site / language / "llms-full.txt").read_text(encoding="utf-8")
    assert copy.split("---\n", 2)[-1].strip().splitlines()[-1][:20] in joined


def test_built_again_it_is_as_it_was(whole: Project) -> None:
    before = whole.published()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", HOME)
        patch.setenv("REPO_URL", REPOSITORY)
        result = whole.build()
    assert (result.returncode, result.stderr) == (0, "")
    assert whole.published() == before


def test_no_file_names_a_map_that_is_left_out(whole: Project) -> None:
    files = whole.published()
    scripts = [name for name in files if name.endswith((".js", ".css"))]
    assert any("javascripts/bundle" in name for name in scripts)
    assert [name for name in scripts if b"sourceMappingURL" in files[name]] == []
    assert not any(name.endswith(".map") for name in files)
