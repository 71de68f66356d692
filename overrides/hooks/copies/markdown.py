"""Every page once more as plain Markdown: `mathematics/` is `mathematics.md`, too; and the lists of these copies.

A copy has the path that its chapter has below docs/<language>, so that links between chapters hold as they are.
`llms.txt` lists the copies (https://llmstxt.org), `llms-full.txt` holds them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chapters.page import Text
from runner import Record

from .writer import HEADINGS, Writer, is_anchor

ABSOLUTE = re.compile(r"[a-z][a-z+.-]*:|//")
LATER = "\U0010fffc"  # around an id that may not be there
OPEN = re.compile(f"#([^#{LATER}]*){LATER}([^{LATER}]*){LATER}")


@dataclass(frozen=True)
class Site:
    """What all copies of one language share.

    Args:
        url: its address, "" where it has none.
        words: of the language.
        records: of all programs.
    """

    name: str
    description: str
    licence: str
    language: str
    url: str
    words: Mapping[str, str]
    records: Mapping[str, Record]


def copy_of(page: Text, site: Site) -> str:
    """The copy of a page, the facts about it in front."""
    return f"{_facts(page, site)}\n{Writer(page, site.words).written()}\n"


def _facts(page: Text, site: Site) -> str:
    facts = {
        "title": page.title,
        "description": page.description,
        "language": site.language,
        "address": site.url and site.url + page.url.removeprefix("./"),
        "licence": site.licence,
    }
    told = {name: json.dumps(f, ensure_ascii=False) for name, f in facts.items() if f}
    return "\n".join(["---", *(f"{n}: {f}" for n, f in told.items()), "---\n"])


class Chapter(NamedTuple):
    """A page's part of the language's llms-full.txt, its links to other pages still open, and the ids that it has there."""

    text: str
    ids: list[str]


def chapter_of(page: Text, site: Site, uris: Collection[str]) -> Chapter:
    """A page's part of the one file of all copies, which those of these `uris` are in, too.

    The ids and notes of a page are its own there.
    """
    elements = page.tree.iter()
    ids = (e.get("id", "") for e in elements if e.tag in HEADINGS or is_anchor(e))
    text = _InWhole(page, site.words, uris).written()
    head = f'{_facts(page, site)}\n<div id="{_name(page.uri)}"></div>\n\n'
    return Chapter(f"{head}{text}\n", sorted(set(ids)))


def whole(chapters: Mapping[str, Chapter]) -> str:
    """The language's llms-full.txt, from the part of each page, by uri; a link to another page leads to where that stands."""
    ids = {f"{_name(uri)}:{id_}" for uri, one in chapters.items() for id_ in one.ids}

    def closed(link: re.Match[str]) -> str:
        whole = f"{link[1]}:{link[2]}"
        return f"#{whole if whole in ids else link[1]}"

    return "\n".join(OPEN.sub(closed, one.text) for one in chapters.values())


class _InWhole(Writer):
    """Writes a page as one of several in a file; `uris` are all of them."""

    def __init__(
        self, page: Text, words: Mapping[str, str], uris: Collection[str]
    ) -> None:
        super().__init__(page, words)
        self.uris = uris

    def own(self, id_: str) -> str:
        return f"{_name(self.page.uri)}:{id_}"

    def address(self, target: str) -> str:
        if ABSOLUTE.match(target):
            return target
        uri, id_ = self.target(target)
        if uri not in self.uris:
            return f"{uri}#{id_}" if id_ else uri
        # Whether that page writes the id is known when all are written.
        return f"#{_name(uri)}{LATER}{id_}{LATER}"


def _name(uri: str) -> str:
    """What a page is called in a file with others."""
    return uri.removesuffix(".md").replace("/", ".")


def index_of(pages: Sequence[Text], site: Site, languages: Mapping[str, str]) -> str:
    """The language's llms.txt.

    Args:
        pages: all pages, in the order of the navigation.
        site: what they share.
        languages: the other languages' names, and where their lists are.
    """
    sections: dict[str, list[str]] = {}
    for page in pages:
        item = f"- [{page.title}]({site.url}{page.uri}): {page.description}"
        sections.setdefault(page.section, []).append(item)
    others = [f"- [{name}]({link})" for name, link in languages.items()]
    sections[site.words["languages"]] = others
    lines = [f"# {site.name}", f"> {site.description}"]
    for title, items in sections.items():
        lines += [f"## {title}", "\n".join(items)]
    return "\n\n".join(lines) + "\n"
