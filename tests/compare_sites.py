"""Compares MkDocs' site with the one that another generator made of `make markdown`, page by page, in what a reader reads.

    python tests/compare_sites.py site markdown/site

prints where they differ, and the table that CONTRIBUTING.md has of what the pages of each have and have not. Ends with status 1
where an article differs, a page is missing, or something was published that nobody has read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

# What a template puts into an article: MkDocs' site has these in its own way, the other one in another or not at all.
FURNITURE = ".headerlink, .take, .cite, .report, .md-code__nav, .md-content__button, #__skip"  # fmt: skip
# Marks of ours, as they would look if nobody had read them.
UNREAD = re.compile(r":::|\{\{|\}\}|\[@|--8<--|\{ ?[.#:][\w .#-]*\}|⟦|[\U000f0000-\U0010fffd]")  # fmt: skip


def words(tag: Tag) -> str:
    return "".join(tag.get_text().split())


def drawn(tag: Tag) -> str:
    """A drawing or a formula, whatever blanks stand between its tags."""
    return re.sub(r"\s+(?=[</>])|(?<=>)\s+", "", str(tag))


def link(tag: Tag) -> str:
    return f"{words(tag)} → {tag['href']}"


def attributed(*names: str) -> Callable[[Tag], str]:
    return lambda tag: " ".join(
        [tag.name, *(str(tag.get(name)) for name in names), words(tag)]
    )


# What is compared of each article: where it stands, and what of it has to be the same.
COMPARED: Mapping[str, tuple[str, Callable[[Tag], str]]] = {
    "text": ("article", words),
    "headings": ("h1, h2, h3, h4, h5, h6", attributed("id")),
    "code": (".highlight code", lambda tag: tag.get_text().rstrip()),
    "outputs": (".output", lambda tag: tag.get_text().rstrip()),
    "figures": ("svg.plot", drawn),
    "steps": ("figure.steps svg", drawn),
    "captions": ("figcaption", words),
    "diagrams": ("svg.diagram", drawn),
    "formulas": ("math", drawn),
    "linked numbers": ("a.run", link),
    "terms": ("a.term", lambda tag: f"{link(tag)} {tag.get('title')}"),
    "links": ("a[href]", link),
    "notes": (".footnote li", attributed("id")),
    "marks of notes": ("a.footnote-ref", link),
    "cells of tables": ("th, td", attributed("scope", "data-head", "class")),
    "words in another language": ("[lang]", attributed("lang")),
    "boxes": ("div[class], details, figure, p[class], span[class]", attributed("class")),
}  # fmt: skip
# What those boxes are that a generator makes for itself.
OWN = re.compile(r"(div|span) (\['highlight'\]|\['filename'\]|\[('\w{1,3}'(, )?)+\] )")


class Difference(NamedTuple):
    """Where two sites differ: a page, what of it, and both sides of the first place."""

    page: str
    what: str
    ours: str
    theirs: str


class Page:
    """A finished page."""

    def __init__(self, path: Path, site: Path) -> None:
        self.address = f"/{path.parent.relative_to(site).as_posix()}/".replace("./", "")
        html = path.read_text(encoding="utf-8")
        head, self.body = html.split("</head>")
        self.soup = BeautifulSoup(head, "html.parser")

    @cached_property
    def article(self) -> Tag:
        begin, end = self.body.index("<article"), self.body.index("</article>")
        found = BeautifulSoup(self.body[begin:end], "html.parser").article
        assert found is not None
        for tag in found.select(FURNITURE):
            tag.decompose()
        for tag in found.select("a[href]"):  # the same place has many names
            tag["href"] = urljoin(self.address, str(tag["href"]))
        return found

    def said(self, name: str) -> list[str]:
        """What the article has of one of `COMPARED`."""
        if name == "text":
            return [words(self.article)]
        selector, says = COMPARED[name]
        return [says(tag) for tag in self.article.select(selector)]

    @property
    def anchors(self) -> list[str]:
        """The ids of the article that somebody may link to: not those of code, which each generator counts in its own way."""
        ids = (str(tag["id"]) for tag in self.article.select("[id]"))
        return sorted(one for one in ids if not re.match(r"code-\d|__", one))

    @property
    def head(self) -> dict[str, str]:
        """What the page says of itself."""
        told = {
            "title": self.soup.select_one("title"),
            "description": self.soup.select_one("meta[name=description]"),
            "language": self.soup.select_one("html"),
        }
        names = {"title": "", "description": "content", "language": "lang"}
        return {
            what: " ".join(str(tag.get(names[what]) if names[what] else tag.get_text()).split())
            for what, tag in told.items()
            if tag
        }  # fmt: skip

    def unread(self) -> list[str]:
        """What was published of marks, outside of code."""
        for tag in self.article.select("code, pre, samp, script, style"):
            tag.decompose()
        return UNREAD.findall(self.article.get_text())


def pages(site: Path) -> dict[str, Path]:
    """The pages of a site by their address; those that only lead on have no article."""
    found = {p.relative_to(site).parent.as_posix(): p for p in site.rglob("index.html")}
    return {
        page: path
        for page, path in sorted(found.items())
        if "<article" in path.read_text(encoding="utf-8")
    }


def leading_on(site: Path) -> dict[str, list[str]]:
    """The pages of a site that only lead on, by address, and where to."""
    found = {p.relative_to(site).parent.as_posix(): p for p in site.rglob("index.html")}
    return {
        page: [str(a["href"]) for a in BeautifulSoup(text, "html.parser").select("a")]
        for page, path in sorted(found.items())
        if "<article" not in (text := path.read_text(encoding="utf-8"))
    }


def differences(ours: Path, theirs: Path) -> Iterator[Difference]:
    """All of them, page by page; of each kind the first one of a page."""
    here, there = pages(ours), pages(theirs)
    for page in sorted(here.keys() ^ there.keys()):
        yield Difference(page, "page", *("there" if page in s else "missing" for s in (here, there)))  # fmt: skip
    if leading_on(ours) != leading_on(theirs):
        yield Difference("", "redirects", str(leading_on(ours)), str(leading_on(theirs)))  # fmt: skip
    for page in sorted(here.keys() & there.keys()):
        one, other = Page(here[page], ours), Page(there[page], theirs)
        for what in [*COMPARED, "anchors", "head"]:
            yield from _differences(page, what, one, other)
        for mark in other.unread():
            yield Difference(page, "unread", "", mark)


def _differences(page: str, what: str, one: Page, other: Page) -> Iterator[Difference]:
    both: list[list[Any]]
    if what == "head":
        both = [sorted(side.head.items()) for side in (one, other)]
    elif what == "anchors":
        both = [side.anchors for side in (one, other)]
    else:
        both = [[s for s in side.said(what) if what != "boxes" or not OWN.match(s)] for side in (one, other)]  # fmt: skip
    if both[0] != both[1]:
        left, right = ([str(one) for one in side] for side in both)
        at = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))  # fmt: skip
        a, b = ("".join(side[at : at + 1]) for side in (left, right))
        start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)  # fmt: skip
        start = max(0, start - 40)
        counts = f"{what} ({len(left)}, {len(right)})"
        yield Difference(page, counts, a[start : start + 200], b[start : start + 200])


GIVEN = "no event gives its templates what is known of a page; front matter could"
# What may stand around an article, where, and why the other generator's pages have it or not.
AROUND = (
    ("a policy of what a page may load and run", 'http-equiv="Content-Security-Policy"', "its scripts stand in the pages, and no event is left to count their digests; a host can send a header"),
    ("a switch to the same page in another language", 'class="md-header__button language-switch"', "its own switch leads to the first page, or by a script to the same one"),
    ("our search, which finds any part of a word", '<dialog id="search"', "it has one of its own"),
    ("light or dark, chosen before anything is painted", 'scheme-switch" type="button"', "its own switch needs a palette of two schemes"),
    ("the page as a notebook and as Markdown", '<p class="take">', f"{GIVEN}; the programs' own notebooks are there"),
    ("the page as a BibTeX entry", '<details class="cite">', GIVEN),
    ("the report of an error", '<p class="report">', GIVEN),
    ("link previews", 'property="og:title"', GIVEN),
    ("structured data", 'type="application/ld+json"', GIVEN),
    ("names by which a search may find the page", '<meta name="keywords"', "they stand in the front matter; its template does not write them"),
)  # fmt: skip
FILES = (
    ("one style sheet, of the rules that pages need", "assets/site.css", "its own and ours, each whole"),
    ("copies of all pages in Markdown, and their lists", "llms.txt", "its plugin llmstxt writes such lists"),
    ("the site as a zip that opens from files", "*.zip", "`offline.py` knows files only, and can be given any site"),
    ("the records of all programs", "records.zip", "nothing asks for them there"),
    ("a page for an unknown address", "404.html", "its own"),
)  # fmt: skip


def table(ours: Path, theirs: Path) -> str:
    """What the pages of each have around their articles, as Markdown; rows in which both are the same are left out."""
    both = ours, theirs
    lines = ["| | MkDocs | Zensical | because |", "| --- | --- | --- | --- |"]
    texts = [[p.read_text(encoding="utf-8") for p in pages(s).values()] for s in both]
    for what, piece, why in AROUND:
        has = [_share([piece in text for text in side]) for side in texts]
        if has[0] != has[1]:
            lines.append(f"| {what} | {has[0]} | {has[1]} | {why} |")
    for what, name, why in FILES:
        has = ["there" if any(site.glob(name)) else "missing" for site in both]
        if has[0] != has[1]:
            lines.append(f"| {what} | {has[0]} | {has[1]} | {why} |")
    return "\n".join(lines)


def _share(found: list[bool]) -> str:
    if all(found):
        return "every page"
    return "some pages" if any(found) else "no page"


def main(ours: Path, theirs: Path) -> int:
    found = list(differences(ours, theirs))
    for one in found:
        print(f"{one.page} {one.what}\n  MkDocs: {one.ours}\n  other:  {one.theirs}")
    print(
        f"{len(pages(ours))} pages, {len({one.page for one in found})} of them differ."
    )
    print(f"\n{table(ours, theirs)}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
