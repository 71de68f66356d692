"""An author's mistake in any file that an author writes: its file and line, what to do, no traceback, the last site untouched.

Each is built; what is told as a page is read, without a build, is in test_refused.py and test_markdown.py.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable

import pytest
from conftest import Project

Change = Callable[[Project], object]
PAGE, ZH = "docs/en/other.md", "docs/zh/other.md"
CORRECTIONS = "docs/corrections/other.yml"
TEXTS = "en: {title: T, claim: C., holds: H.}, zh: {title: T, claim: C., holds: H.}"
DIAGRAM = "```mermaid\nflowchart TB\naccTitle: T\naccDescr: D\n{}\n```"


def file(name: str, text: str | bytes) -> Change:
    """Writes a file."""

    def change(project: Project) -> None:
        path = project.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return change


def both(name: str, text: str = "# New { #new }\n") -> Change:
    """Writes a page in both languages."""

    def change(project: Project) -> None:
        for language in ("en", "zh"):
            file(f"docs/{language}/{name}", text)(project)

    return change


def head(text: str) -> Change:
    """Writes the front matter of a page."""
    return file(PAGE, f"---\n{text}\n---\n# Other {{ #other }}\n")


def line(text: str) -> Change:
    """Adds a paragraph to a page; it begins on line 5."""
    return lambda p: p.write(PAGE, f"# Other {{ #other }}\n\nText.\n\n{text}\n")


def more(name: str, text: str) -> Change:
    """Adds lines to a file."""
    return lambda p: p.write(name, (p.folder / name).read_text("utf-8") + text)


def link(name: str, target: str) -> Change:
    def change(project: Project) -> None:
        (project.folder / name).unlink(missing_ok=True)
        (project.folder / name).symlink_to(target)

    return change


# By kind: what is done, and where the message begins
MISTAKES: dict[str, tuple[Change, str]] = {
    # Front matter
    "front matter without an end": (file(PAGE, "---\ndescription: a\n# O { #o }\n"), f"{PAGE}:1: the front matter has no end"),
    "a description that is a list": (head("description: [a, b]"), f"{PAGE}:2: 'description' says"),
    "a title that is a mapping": (head("a: 1\ntitle: {a: b}"), f"{PAGE}:3: 'title' says"),
    "keywords that are a number": (head("keywords: 3"), f"{PAGE}:2: 'keywords' is no list"),
    "keywords that are a word": (head("keywords: a b"), f"{PAGE}:2: 'keywords' is no list"),
    "what is hidden is a number": (head("hide: 3"), f"{PAGE}:2: 'hide' is no list"),
    "a template that is not there": (head("template: nope.html"), f"{PAGE}:2: there is no template 'nope.html'"),
    "a lab that is a word": (head("lab: word"), f"{PAGE}:2: 'lab' says"),
    # Text
    "another encoding": (file(PAGE, "# Oü { #o }\n".encode("latin-1")), f"{PAGE}:1: this is not UTF-8"),
    "another encoding in Chinese": (file(ZH, "# 中 { #o }\n".encode("gbk")), f"{ZH}:1: this is not UTF-8"),
    "an empty page": (file(PAGE, ""), f"{PAGE}:1: the page is empty"),
    "a page without a title": (file(PAGE, "Text.\n"), f"{PAGE}:1: the page has no title"),
    "an element that does not end": (line("<div markdown>\n\nText."), f"{PAGE}:5: what begins here"),
    "the same id twice": (line("Text.\n{ #other }"), f"{PAGE}: the id 'other' stands twice"),
    "an anchor that is not there": (line("[a](#gone)"), f"{PAGE}: '#gone' leads to no anchor"),
    # What the policy forbids
    "a link that runs": (line("[a](javascript:alert(1))"), f"{PAGE}:5: 'javascript:alert(1)'"),
    # Formulas and diagrams
    "a box around a formula": (line(r"$\boxed{x}$"), rf"{PAGE}:5: the formula '\boxed{{x}}'"),
    "an empty diagram": (line(DIAGRAM.format("")), f"{PAGE}:5: the diagram cannot be drawn: nothing is in it"),
    # References
    "a reference twice": (more("docs/references.bib", "@misc{a, title={A}, author={B}, year=2020}\n" * 2), "docs/references.bib:"),
    "a reference cut off": (file("docs/references.bib", "@misc{a, title={A"), "docs/references.bib:1: the entry"),
    "a reference of no kind": (file("docs/references.bib", "@nokind{a, title={A}, author={B}, year=2020}"), "docs/references.bib:1: 'nokind'"),
    "a name that is none": (file("docs/references.bib", "@misc{a, title={x}, author={, , , ,}, year=2020}"), "docs/references.bib:1: the entry"),
    "no references": (file("docs/references.bib", ""), "docs/en/index.md:6: docs/references.bib has no entry"),
    # Data
    "titles that are a list": (file("snippets/titles.yml", "- a\n"), "snippets/titles.yml: it does not hold"),
    "a summary that is a list": (file("snippets/titles.yml", "picture: {en: {title: 3, summary: [a]}}"), "snippets/titles.yml:1: 'picture' has no summary"),
    "other names that are a number": (file("docs/glossary.yml", "a: {en: {term: b, definition: c, also: 3}, zh: {term: d, definition: e}}"), "docs/glossary.yml:1: 'also' is no list"),
    "a section that is a list": (file(CORRECTIONS, f"a: {{verdict: wrong, section: [1], {TEXTS}}}"), f"{CORRECTIONS}:1: 'a' has no section"),
    "a verdict that is a list": (file(CORRECTIONS, f"a: {{verdict: [wrong], {TEXTS}}}"), f"{CORRECTIONS}:1: 'a' has no known verdict"),
    "a correction that is never shown": (file(CORRECTIONS, f"\na: {{verdict: wrong, section: 1, {TEXTS}}}"), f"{CORRECTIONS}:2: other.md does not show"),
    "a correction without a chapter": (file("docs/corrections/none.yml", f"a: {{verdict: wrong, section: 1, {TEXTS}}}"), "docs/corrections/none.yml:1: there is no chapter none.md"),
    "a map that is a list": (file("docs/article-map.yml", "- a\n"), "docs/article-map.yml: it is no map"),
    "a map that is a word": (file("docs/article-map.yml", "a\n"), "docs/article-map.yml: it is no map"),
    "moved, in another encoding": (file("docs/moved.yml", "ü".encode("latin-1")), "docs/moved.yml:1: this is not UTF-8"),
    "words of cases": (file("docs/finder.yml", "say: {en: 3}\n"), "docs/finder.yml:1: 'say' has no words"),
    "a case without its words": (file("docs/cases.yml", "a: {en: {name: x}}\n"), "docs/cases.yml:1: 'a' has no who"),
    # Settings, templates, styles
    "a key twice": (more("mkdocs.yml", "site_name: Twice\n"), "mkdocs.yml:4: 'site_name' stands here twice"),
    "a page that the navigation lacks": (more("mkdocs.yml", "nav:\n  - index.md\n"), "mkdocs.yml:"),
    "a page that is not there": (more("mkdocs.yml", "nav:\n  - index.md\n  - other.md\n  - gone.md\n"), "mkdocs.yml:"),
    "a language without words": (file("mkdocs.zh.yml", ""), "mkdocs.zh.yml: it has no words"),
    "a template that does not end": (file("overrides/main.html", "{% block x %}"), "overrides/main.html:1: this template cannot be used"),
    "a template that asks for nothing": (file("overrides/main.html", "\n{{ no.thing.here }}"), "overrides/main.html:2: this template cannot be used"),
    "a template of no template": (file("overrides/main.html", '{% extends "nope.html" %}'), "overrides/main.html:1: this template cannot be used"),
    "a template in another encoding": (file("overrides/main.html", "ü".encode("latin-1")), "overrides/main.html:1: this is not UTF-8"),
    "a broken style sheet": (file("overrides/assets/style/runs.css", "\n}}} .a{b}\n"), "overrides/assets/style/runs.css:2: this style sheet"),
    "no TOML": (file("pyproject.toml", "x = ["), "pyproject.toml: this is not TOML"),
    "no version": (file("pyproject.toml", "[project]\n"), "pyproject.toml: it tells no version"),
    # Two sources for one address
    "a page where another language lies": (both("zh.md"), "docs/en/zh.md: its address 'zh/index.html'"),
    "a file where another language lies": (file("docs/en/zh/x.txt", "x"), "docs/en/zh/x.txt: its address"),
    "a page and a folder's page": (both("other/index.md"), "docs/en/other/index.md: its address"),
    "a large and a small letter": (both("Other.md"), "docs/en/other.md: its address"),
    "a page of a program": (both("notebooks/small.md"), "docs/en/notebooks/small.md: its address"),
    "a notebook": (file("docs/en/other.ipynb", "{}"), "docs/en/other.ipynb: its address"),
    "a list that the build writes": (file("docs/en/llms.txt", "x"), "docs/en/llms.txt: its address"),
    "records": (file("docs/en/records.zip", "x"), "docs/en/records.zip: its address"),
    "the search": (file("docs/zh/search/titles.js", "x"), "docs/zh/search/titles.js: its address"),
    # What nobody meant to publish
    "a link out of the project": (link("docs/en/passwd.txt", "/etc/passwd"), "docs/en/passwd.txt: this is no file of the project"),
    "a page out of the project": (link(PAGE, "/etc/passwd"), f"{PAGE}: this is no file of the project"),
    "a folder out of the project": (link("docs/en/elsewhere", "../../snippets"), "docs/en/elsewhere/"),
    "a folder in a circle": (link("docs/en/loop", "."), "docs/en/loop/index.md: a link leads round"),
    "a page in a circle": (link("docs/en/loop.md", "loop.md"), "docs/en/loop.md: "),
    "a pipe": (lambda p: os.mkfifo(p.folder / "docs/en/pipe.txt"), "docs/en/pipe.txt: this is no file"),
    "a pipe of data": (lambda p: os.mkfifo(p.folder / "docs/glossary.yml"), "docs/glossary.yml: this is no file"),
    "a file that nobody links to": (file("docs/en/x.bak", "x"), "docs/en/x.bak: no page links to this file"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_where_it_was_made(project: Project, name: str) -> None:
    change, expected = MISTAKES[name]
    before = project.published()
    change(project)
    result = project.build()
    said = result.stderr
    assert result.returncode == 1, said
    assert "Remedy" not in result.stdout
    assert expected in said
    assert "Traceback" not in said and len(said.splitlines()) <= 12
    assert "  Remedy: " in said
    assert project.published() == before
    assert not list(project.folder.glob(".site*"))


def test_what_is_hidden_is_not_published(project: Project) -> None:
    before = set(project.published())
    for name in (".env", ".git/config", "x.txt~", ".hidden/page.md"):
        file(f"docs/en/{name}", "SECRET")(project)
    file("overrides/hooks/notes.txt", "of the build, not of the site")(project)
    result = project.build()
    assert (result.returncode, result.stderr) == (0, "")
    assert set(project.published()) == before


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "a changed byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]) if data else data,
    "emptied": lambda data: b"",
    "something else": lambda data: b"3",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_made_anew(project: Project, damage: str) -> None:
    """All that is kept but for the records, of which test_failures.py tells."""
    project.replace(PAGE, "Text.", "Another text.")
    result = project.build()
    assert (result.returncode, result.stderr) == (0, "")
    right = project.published()
    kept = [p for p in (project.folder / ".cache").rglob("*") if p.is_file()]
    kept = [p for p in kept if "records" not in p.parts]
    assert {p.parent.name for p in kept} >= {"templates", "read", "styles"}
    for path in kept:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    shutil.rmtree(project.folder / "site")
    result = project.build()
    assert (result.returncode, result.stderr) == (0, "")
    assert project.published() == right


def test_whatever_else_goes_wrong_names_its_page(project: Project) -> None:
    """An error that nobody has foreseen: the page that was made, and where all of it can be read."""
    before = project.published()
    project.replace(
        "overrides/hooks/chapters/reading.py",
        "        if self.page.failed:\n",
        '        if "other" in self.page.uri:\n            {}["gone"]\n        if self.page.failed:\n',
    )
    result = project.build()
    said = result.stderr
    assert result.returncode == 1
    assert f"{PAGE}: the build failed here: KeyError: 'gone'." in said
    assert "Remedy: undo the last edit" in said and "Traceback" not in said
    trace = (project.folder / ".cache/traceback.txt").read_text(encoding="utf-8")
    assert re.search(r'reading\.py", line \d+, in _cite', trace)
    assert project.published() == before
