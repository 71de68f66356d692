"""The Markdown copies, the notebooks of chapters and llms.txt, over the whole built site in both languages."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from chapter_files import file, pages
from markdown_it import MarkdownIt
from markdown_it.token import Token
from runner import Record

LANGUAGES = {"en": "", "zh": "zh/"}
OUTPUT = re.compile(r'<pre class="output"[^>]*><samp>(.*?)</samp></pre>', re.DOTALL)
SHOWN = re.compile(
    r'(?:--8<-- "|::: \w+ )(?P<snippet>\w+)(?:\.py)?:(?P<section>[\w-]+)'
)
LEFT_BEHIND = re.compile(
    r"⟦|⟧|\{\{ ?\w+:|--8<--|\[@|^ *:::|^ *!!!|^ *\?\?\?|\*\*|\{ ?\.[a-z]", re.MULTILINE
)
MARKDOWN = MarkdownIt("commonmark").enable("table")


def copies(site: Path) -> list[Path]:
    return sorted(site.rglob("*.md"))


def body(copy: Path) -> str:
    """A copy without its front matter."""
    return copy.read_text(encoding="utf-8").split("---\n", 2)[2]


def inline(text: str) -> Iterator[Token]:
    """Text, links, pictures and HTML of some Markdown; no code."""
    for token in MARKDOWN.parse(text):
        if token.type == "html_block":
            yield token
        yield from token.children or []


def fences(text: str) -> list[str]:
    """The code and the outputs in some Markdown."""
    return [t.content for t in MARKDOWN.parse(text) if t.type == "fence"]


def targets(text: str) -> Iterator[str]:
    """Where the relative links and the pictures of some Markdown lead."""
    for token in inline(text):
        target = str(token.attrs.get("href", token.attrs.get("src", "")))
        if target and "://" not in target:
            yield target


def cells(site: Path, language: str, page: str) -> list[nbformat.NotebookNode]:
    path = site / LANGUAGES[language] / page.replace(".md", ".ipynb")
    return list(nbformat.read(path, as_version=4).cells)


def test_every_page_has_a_copy_in_plain_markdown(site: Path) -> None:
    """An independent reader of CommonMark finds nothing in it that only this site's converter knows."""
    assert len(copies(site)) == len(list(site.rglob("index.html")))
    for copy in copies(site):
        words = "\n".join(t.content for t in inline(body(copy)) if t.type == "text")
        assert not LEFT_BEHIND.search(words), f"{copy}: {LEFT_BEHIND.search(words)}"
        assert "⟦" not in body(copy), copy
        assert "--8<--" not in body(copy), copy
        for token in inline(body(copy)):
            if token.type.startswith("html"):
                anchor = re.fullmatch(r'<div id="[\w-]+"></div>\n?', token.content)
                assert anchor, f"{copy}: {token.content}"
        marks = set(re.findall(r"(?<=\[\^)\w+(?=\])", body(copy)))
        notes = set(re.findall(r"^\[\^(\w+)\]: \S", body(copy), re.MULTILINE))
        assert marks == notes, copy


def test_every_link_of_a_copy_leads_somewhere(site: Path) -> None:
    lists = sorted(site.rglob("llms.txt"))
    seen = 0
    for copy in [*copies(site), *lists]:
        text = copy.read_text() if copy in lists else body(copy)
        for target in targets(text):
            path, _, fragment = target.partition("#")
            other = (copy.parent / path) if path else copy
            assert other.is_file(), f"{copy}: {target}"
            ids = (f"{{#{fragment}}}", f'id="{fragment}"')
            assert not fragment or any(one in other.read_text() for one in ids), (
                f"{copy}: {target}"
            )
            seen += 1
    assert seen > 1500


def test_what_a_page_shows_is_in_its_copy(
    site: Path, records: dict[str, Record]
) -> None:
    outputs = 0
    for copy in copies(site):
        folder = copy.parent if copy.stem == "index" else copy.with_suffix("")
        page = (folder / "index.html").read_text(encoding="utf-8")
        texts = fences(body(copy))
        for output in OUTPUT.findall(page):
            assert html.unescape(output) + "\n" in texts, copy
            outputs += 1
        for figure in re.findall(r'<svg class="plot".*?aria-label="(.*?)"', page):
            alt = html.unescape(figure)
            pictures = [t.content for t in inline(body(copy)) if t.type == "image"]
            assert " ".join(alt.split()) in pictures, f"{copy}: {alt}"
    assert outputs > 200
    for language in LANGUAGES:
        for page in pages():
            texts = fences(body(site / LANGUAGES[language] / page))
            for name, section in re.findall(
                r'--8<-- "(\w+)\.py:([\w-]+)"', file(language, page).read_text()
            ):
                code = records[name].cell(section)["source"]
                assert any(code in text for text in texts), f"{page}: {name}:{section}"


def test_figures_stand_alone(site: Path) -> None:
    """They need no style sheet, and say what the page's figures say."""
    figures = [path for path in site.rglob("*.svg") if "assets" not in path.parts]
    assert len(figures) > 50
    for path in figures:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("<svg "), path
        assert ' xmlns="http://www.w3.org/2000/svg"' in text, path
        assert "var(" not in text, path
        assert "currentColor" not in text, path
    assert "训练损失" in (site / "zh/numpy_network-curve.svg").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_name_every_copy_once(site: Path, language: str) -> None:
    folder = site / LANGUAGES[language]
    text = (folder / "llms.txt").read_text(encoding="utf-8")
    assert re.match(r"# \S.*\n\n> \S.*\n\n## \S", text)
    assert re.findall(r"^- \[.+\]\(\S+\): \S", text, re.MULTILINE)
    here = [
        copy.relative_to(folder).as_posix()
        for copy in copies(folder)
        if copy.relative_to(folder).parts[0] not in LANGUAGES
    ]
    named = [target for target in targets(text) if target.endswith(".md")]
    assert sorted(named) == sorted(here)
    whole = (folder / "llms-full.txt").read_text(encoding="utf-8")
    # In one file each page's ids, notes and links are its own; all else is the copy.
    own = re.compile(r"\{#[^}]*\}|\[\^[^\]]*\]|\]\([^)]*\)|<div id=\S*></div>\n\n")
    words = own.sub("", whole)
    for path in here:
        copy = (folder / path).read_text(encoding="utf-8")
        assert own.sub("", copy) in words, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notebook_of_a_chapter_has_its_programs_in_order(
    site: Path, records: dict[str, Record], language: str
) -> None:
    with_code = 0
    for page in pages():
        if posixpath.basename(page) == "index.md":
            continue
        notebook = cells(site, language, page)
        nbformat.validate(nbformat.v4.new_notebook(cells=notebook, nbformat_minor=5))
        code = [c for c in notebook if c.cell_type == "code"]
        prose = "\n".join(c.source for c in notebook if c.cell_type == "markdown")
        shown = SHOWN.findall(file(language, page).read_text(encoding="utf-8"))
        for name in dict.fromkeys(snippet for snippet, _ in shown):
            own = [c for c in code if c.id.startswith(f"{name}-")]
            whole = records[name].notebook["cells"]
            assert [c.source for c in own] == [c["source"] for c in whole[: len(own)]]
            assert [c.outputs for c in own] == [c["outputs"] for c in whole[: len(own)]]
            sections = {c.metadata.get("section") for c in own}
            assert {section for other, section in shown if other == name} <= sections
            assert f"{name}.py" in prose
        for cell in code:
            failed = any(o.output_type == "error" for o in cell.outputs)
            assert cell.metadata.get("tags", []) == ["raises-exception"] * failed
        assert not list(targets(prose)), page
        assert not re.search(r"\[\^|\{#|⟦", prose), page
        with_code += bool(code)
    assert with_code > 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chapter_ends_with_the_ways_to_take_it_along(
    site: Path, language: str
) -> None:
    folder = site / LANGUAGES[language]
    for page in pages():
        place = folder / page.removesuffix(".md")
        if posixpath.basename(page) == "index.md":
            text = (place.parent / "index.html").read_text(encoding="utf-8")
            assert '<p class="take">' not in text
            continue
        text = (place / "index.html").read_text(encoding="utf-8")
        line = text.partition('<p class="take">')[2].partition("</p>")[0]
        links = re.findall(r'href="(\S+)" download type="(\S+)"', line)
        assert [kind for _, kind in links] == [
            "application/x-ipynb+json",
            "text/markdown",
        ]
        assert all((place / target).is_file() for target, _ in links), page
