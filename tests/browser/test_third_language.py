"""A third language is data: Japanese, added to a copy of the project, and what that changes of the other two."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import japanese
import pytest
from bs4 import BeautifulSoup, Tag
from conftest import Once, Say
from patience import PATIENCE
from playwright.sync_api import Browser
from runner import Record

# What lists languages, or what there is in each of them; anything else of the other two has to stay byte for byte.
LISTS = re.compile(
    r"(zh/)?(404\.html|glossary(/index\.html|\.md|\.ipynb)|llms(-full)?\.txt|changes\.xml|search/titles\.js|sitemap\.xml(\.gz)?)"
    r"|assets/site\.css|foundation-models\.zip"
)
# What of every page does.
LISTED = re.compile(
    r'\n?<a class="md-header__button language-switch" href="[^"]*" hreflang="ja" lang="ja">日本語</a>'
    r'|<meta property="og:locale:alternate" content="ja_JP">\n?'
    r'|<link rel="alternate " hreflang="ja" href="[^"]*">\n?'
    r'|, \{"@id": "[^"]*/ja/[^"]*", "inLanguage": "ja"\}'
)
# When a page was changed: the copy has no history.
UNTOLD = re.compile(r'(?<=class="report">)[^<]*')
OWN = ("index.md", "random-targets.md")


@pytest.fixture(scope="session")
def added(once: Once, say: Say, records: dict[str, Record]) -> Path:
    """The project with Japanese, built; what the build said is in `told`."""

    def build(folder: Path) -> None:
        say("Building the site in three languages")
        project = japanese.added(japanese.copied(folder / "project"))
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
        built = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=10 * PATIENCE)  # fmt: skip
        assert built.returncode == 0, built.stderr
        (folder / "told").write_text(built.stderr, encoding="utf-8")

    return once("three", build) / "project"


def page(project: Path, address: str) -> BeautifulSoup:
    path = project / "site" / address / "index.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def article(project: Path, address: str) -> Tag:
    found = page(project, address).select_one("article")
    assert found is not None
    return found


def test_nothing_of_the_others_changes_but_what_lists_languages(
    site: Path, added: Path
) -> None:
    three = added / "site"
    names = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    more = {p.relative_to(three).as_posix() for p in three.rglob("*") if p.is_file()}
    assert names == {name for name in more if not name.startswith("ja/")}
    changed = {n for n in names if (site / n).read_bytes() != (three / n).read_bytes()}
    for name in sorted(changed):
        if name.endswith(".html"):
            now = LISTED.sub("", (three / name).read_text(encoding="utf-8"))
            before = (site / name).read_text(encoding="utf-8")
            if UNTOLD.sub("", now) == UNTOLD.sub("", before):
                continue
        assert LISTS.fullmatch(name), name
        if not name.endswith((".zip", ".gz")):
            before, now = (UNTOLD.sub("", (s / name).read_text(encoding="utf-8")) for s in (site, three))  # fmt: skip
            assert not list(missing(before, now)), name


def missing(before: str, now: str) -> Iterator[str]:
    """The words that a text had and has no more, in their order."""
    words = iter(re.findall(r"\w+|[^\w\s]", now))
    yield from (w for w in re.findall(r"\w+|[^\w\s]", before) if w not in words)


def test_its_pages_speak_it(added: Path) -> None:
    """Outputs, figures, notes and what stands around them; a figure's labels, a diagram's words, a formula, a number."""
    for uri in OWN:
        address = uri.removesuffix(".md").removesuffix("index")
        found = page(added, f"ja/{address}")
        assert found.html and found.html["lang"] == "ja"
        body = found.select_one("article")
        assert body and not body.select(".lent, a.run:empty")
        text = body.get_text()
        assert "実行の記録" in text and re.search("この(ページ|サイト)を引用", text)
        assert body.select("a.run") and body.select("svg.plot")
    home = article(added, "ja/")
    assert "訓練損失" in {text.get_text() for text in home.select("svg.plot text")}
    assert "プログラム" in " ".join(t.get_text() for t in home.select("svg.diagram text"))  # fmt: skip
    targets = article(added, "ja/random-targets/")
    assert targets.select("math") and "学習率 0.1" in targets.get_text()
    term = next(t for t in targets.select("a.term") if t.get_text() == "学習率")
    assert term["title"] == "勾配に掛けて歩幅を決める数。"
    gloss = term.find_next_sibling("span", class_="gloss")
    assert gloss and gloss.get_text() == "（learning rate）"


def test_its_references_and_punctuation_are_its_own(added: Path) -> None:
    targets = article(added, "ja/random-targets/")
    note = targets.select_one('[id="fn:safran2018spurious"]')
    assert note is not None
    text = note.get_text()
    assert "「Spurious local minima" in text and "2018 年。" in text
    assert "、" in text and ", and" not in text
    lent = article(added, "ja/working-together/").select(".footnote li")
    read = [li.get_text() for li in lent if "閲覧" in li.get_text()]
    assert len(read) > 10
    assert all(re.search(r"（\d{4}-\d\d-\d\d 閲覧）。", one) for one in read)


def test_its_copies_and_notebooks_are_its_own(added: Path) -> None:
    site = added / "site/ja"
    copy = (site / "random-targets.md").read_text(encoding="utf-8")
    assert (
        'language: "ja"' in copy and "# 無作為な目標値" in copy and "乱数の種：" in copy
    )
    notebook = json.loads((site / "random-targets.ipynb").read_text(encoding="utf-8"))
    prose = "".join(c["source"] for c in notebook["cells"] if c["cell_type"] == "markdown")  # fmt: skip
    assert "## 出典" in prose and "CC BY 4.0" in prose
    assert "# NumPy で書いたネットワーク" in (site / "notebooks/numpy_network.ipynb").read_text(encoding="utf-8")  # fmt: skip
    index = (site / "llms.txt").read_text(encoding="utf-8")
    assert "[無作為な目標値](random-targets.md)" in index and "## ほかの言語" in index


def test_what_it_lacks_is_said_and_is_in_english(added: Path) -> None:
    """On the page, in its own words and with the language of what follows; on a program's page, and in a box."""
    risks = article(added, "ja/risks/")
    (said,) = risks.select(".lent")
    assert (
        said.get_text()
        == "このページはまだ日本語に訳されていません。以下は英語版です。"
    )
    heading = risks.h1
    assert heading and heading["lang"] == "en" and heading.find_next_sibling() is said
    assert all(one.get("lang") == "en" for one in risks.select(":scope > h2"))
    copy = (added / "site/ja/risks.md").read_text(encoding="utf-8")
    assert said.get_text() in copy
    assert article(added, "ja/notebooks/vision/").select_one(".lent")
    assert not article(added, "ja/notebooks/numpy_network/").select_one(".lent")
    boxes = article(added, "ja/random-targets/").select(".correction")
    lent = ["まだ英語" in box.get_text() for box in boxes]
    assert lent == [False, True, True]
    assert "（deployment）" not in risks.get_text()  # no term is explained by itself


def test_what_it_lacks_is_counted(added: Path) -> None:
    told = (added.parent / "told").read_text(encoding="utf-8")
    pages = len(list((added / "docs/en").rglob("*.md"))) - len(OWN)
    programs = len(list((added / "snippets").glob("*.py"))) - 2
    said = re.search(r"日本語 has from en: (\d+) pages, (\d+) programs, (\d+) corrections, (\d+) terms, (\d+) words", told)  # fmt: skip
    assert said and (int(said[1]), int(said[2])) == (pages, programs), told
    assert int(said[5]) == 3  # play, pause, steps_table
    assert told.count(" has from ") == 1


def test_its_faces_are_its_own(added: Path, browser: Browser) -> None:
    """As the words file asks; those of the others stay."""
    context = browser.new_context()
    opened = context.new_page()
    faces = {}
    for language in ("", "zh/", "ja/"):
        opened.goto((added / "site" / language / "index.html").as_uri())
        faces[language] = opened.evaluate("getComputedStyle(document.querySelector('article p')).fontFamily + getComputedStyle(document.querySelector('article p')).lineBreak")  # fmt: skip
    context.close()
    assert "Hiragino Sans" in faces["ja/"] and "strict" in faces["ja/"]
    assert "Hiragino" not in faces[""] + faces["zh/"]


@pytest.fixture(scope="module")
def small(addressed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with its address and a page in Japanese."""
    import shutil

    folder = tmp_path_factory.mktemp("small") / "project"
    shutil.copytree(addressed.parent, folder)
    shutil.copy(japanese.HERE / "mkdocs.ja.yml", folder)
    configuration = folder / "mkdocs.yml"
    text = configuration.read_text(encoding="utf-8")
    text = text.replace(japanese.BEFORE, japanese.ENTRY + japanese.BEFORE)
    configuration.write_text(text, encoding="utf-8")
    (folder / "docs/ja").mkdir()
    (folder / "docs/ja/other.md").write_text("# ほか { #other }\n\n本文。\n", encoding="utf-8")  # fmt: skip
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    environment = {**os.environ, "SITE_URL": "https://example.org/book/"}
    built = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)  # fmt: skip
    assert built.returncode == 0, built.stderr
    return folder


def test_with_an_address_only_hreflang_and_the_sitemap_name_it(
    addressed: Path, small: Path
) -> None:
    three = small / "site"
    for path in sorted(addressed.rglob("*.html")):
        name = path.relative_to(addressed).as_posix()
        now = (three / name).read_text(encoding="utf-8")
        if not name.endswith("404.html"):
            assert now.count('hreflang="ja"') == 2, name  # the link and the switch
            assert LISTED.sub("", now) == path.read_text(encoding="utf-8"), name
    sitemap = (three / "sitemap.xml").read_text(encoding="utf-8")
    assert sitemap.count("<loc>https://example.org/book/ja/") == 4
    assert 'hreflang="ja" href="https://example.org/book/ja/other/"' in sitemap


def test_another_generator_gets_it_too(small: Path, tmp_path: Path) -> None:
    """Its words, its style, and what it lacks with what is said of it."""
    environment = {**os.environ, "PYTHONPATH": str(small / "overrides/hooks")}
    command = [sys.executable, "-m", "copies", str(tmp_path / "out")]
    written = subprocess.run(command, cwd=small, env=environment, capture_output=True, text=True)  # fmt: skip
    assert written.returncode == 0, written.stderr
    lent = (tmp_path / "out/docs/ja/index.md").read_text(encoding="utf-8")
    assert "このページはまだ日本語に訳されていません" in lent and "# Small {" in lent
    configuration = (tmp_path / "out/mkdocs.ja.yml").read_text(encoding="utf-8")
    assert "assets/style/ja.css" in configuration and "language: ja" in configuration
    assert "Hiragino" in (tmp_path / "out/docs/ja/assets/style/ja.css").read_text(encoding="utf-8")  # fmt: skip
