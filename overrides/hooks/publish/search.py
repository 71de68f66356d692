"""What the search reads: every place of a language that a reader may look for, with its title, its names and its text.

There is no index. A reader's browser looks through the texts themselves (assets/search.js), so whatever stands on a page is
found by any part of it, in any script, and nothing has to cut words here as it does there.

A place is a page, a section of it, or a term of the glossary. They are written as scripts, since a page that is a file may
load those, in two parts: titles and names, which answer at once, and the texts, which follow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

TITLES, TEXTS = "search/titles.js", "search/texts.js"
# What a place is, by the address of its page and by how deep it is: 1 is the page itself.
KINDS = (
    ("labs/.+", 1, "lab"),
    ("notebooks/.+", 1, "program"),
    ("corrections/", 2, "correction"),
    ("cases/.+", 2, "case"),
    (".*", 1, "page"),
    (".*", 0, "term"),
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
SKIPPED_TAGS = re.compile(r"annotation|button|script|style|svg|template")
SKIPPED_CLASSES = re.compile(
    r"headerlink|footnote-(back)?ref|provenance|notebook-facts|cite|take|report"
)
# What begins no new word; formulas are read as one.
INLINE = re.compile(
    r"a|abbr|b|bdi|cite|code|del|em|ins|kbd|mark|q|s|samp|small|span|strong|su[bp]|var"
    r"|math|semantics|m(i|n|o|s|frac|over|padded|root|row|space|sqrt|style|text|under|underover|sub|sup|subsup)"
)


@dataclass
class Entry:
    """A place: its anchor, how deep it is, its title, other names of it, separated by line ends, and its text."""

    anchor: str
    level: int
    title: str = ""
    names: str = ""
    text: str = ""


class _Reader(HTMLParser):
    """Divides the article of a finished page at its headings and at the terms of a glossary."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.told: dict[str, str] = {}  # by the page's head: keywords, description
        self.article = False
        self.field = "text"  # of the last entry, which what comes belongs to
        self.until = ""  # the tag that ends that field
        self.skipped: list[str] = []  # the tag that is left out, once for each depth

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "meta" and "name" in given:
            self.told[given["name"]] = given.get("content", "")
        if tag == "article" and "md-content__inner" in classes:
            self.article = True
        if self.skipped:
            self.skipped += [tag] * (tag == self.skipped[0])
            return
        if SKIPPED_TAGS.fullmatch(tag) or any(map(SKIPPED_CLASSES.fullmatch, classes)):
            self.skipped = [tag]
        elif self.article and tag in HEADINGS and "id" in given:
            self.entries.append(Entry(given["id"], HEADINGS[tag]))
            self.field, self.until = "title", tag
        elif self.until == "dt" and "id" in given:
            names = given.get("data-names", "").replace(", ", "\n")
            self.entries.append(Entry(given["id"], 0, names=f"{names}\n"))
            self.field = "title"
        elif tag == "dt":
            self.field, self.until = "text", tag
        self._space(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            if tag == self.skipped[0]:
                self.skipped.pop()
            return
        if tag == "article":
            self.article = False
        if tag == self.until:
            self.field, self.until = "text", ""
        elif tag == "strong" and self.until == "dt" and self.field == "title":
            self.field = "names"  # the term in another language
        self._space(tag)

    def handle_data(self, data: str) -> None:
        if self.article and self.entries and not self.skipped:
            entry = self.entries[-1]
            setattr(entry, self.field, getattr(entry, self.field) + data)

    def _space(self, tag: str) -> None:
        if not INLINE.fullmatch(tag):
            self.handle_data(" ")


def read_page(html: str) -> list[Entry]:
    """The places of a finished page, the page itself first; none where it has no article with a title.

    Its own names are what its head gives as keywords, separated by commas; its text begins with its description.
    """
    reader = _Reader()
    head, _, body = html.partition("</head>")
    reader.feed(head)
    # Without the navigation, which is longer than most pages.
    reader.feed(body[body.find("<article") :])
    if reader.entries:
        page, told = reader.entries[0], reader.told
        page.names = told.get("keywords", "").replace(", ", "\n")
        page.text = f"{told.get('description', '')} {page.text}"
    for entry in reader.entries:
        entry.title = " ".join(entry.title.split())
        entry.text = " ".join(entry.text.split())
        names = (name.strip(" ·") for name in entry.names.splitlines())
        entry.names = "\n".join(filter(None, names))
    return reader.entries


def write_search(
    site: Path, pages: Mapping[str, list[Entry]], paths: list[str]
) -> None:
    """Writes what the search of each language reads; a place also has the title of its twins as names.

    Args:
        site: the folder of all languages.
        pages: the places of each page, by its address, "zh/labs/" or "" for the first page of all.
        paths: where the languages lie in the site, "" for its root.
    """
    found: dict[str, dict[str, list[Entry]]] = {path: {} for path in paths}
    for address, entries in pages.items():
        path = max((p for p in paths if address.startswith(f"{p}/" * bool(p))), key=len)
        found[path][address[len(path) :].removeprefix("/")] = entries
    for path, own in found.items():
        twins: dict[tuple[str, str], list[str]] = {}
        for other in (each for name, each in found.items() if name != path):
            for address, entries in other.items():
                for entry in entries:
                    twins.setdefault((address, entry.anchor), []).append(entry.title)
        _write(site / path, own, twins)


def _write(
    folder: Path,
    pages: Mapping[str, list[Entry]],
    twins: Mapping[tuple[str, str], list[str]],
) -> None:
    places, texts = [], []
    for number, (address, entries) in enumerate(pages.items()):
        for entry in entries:
            names = [entry.names, *twins.get((address, entry.anchor), ())]
            named = "\n".join(n for n in dict.fromkeys(names) if n not in ("", entry.title))  # fmt: skip
            kind = _kind(address, entry.level)
            places.append([number, kind, entry.anchor, entry.title, named])
            texts.append(entry.text)
    (folder / TITLES).parent.mkdir(parents=True, exist_ok=True)
    titles = {"pages": list(pages), "places": places}
    for name, part, data in ((TITLES, "titles", titles), (TEXTS, "texts", texts)):
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        script = f"(self.searched ??= {{}}).{part} = {text}\n"
        (folder / name).write_text(script, encoding="utf-8")


def _kind(address: str, level: int) -> str:
    """What a place is; extra.words.search says how a language calls it."""
    kinds = (kind for where, deep, kind in KINDS if deep == level and re.fullmatch(where, address))  # fmt: skip
    return next(kinds, "section")
