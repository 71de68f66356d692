"""Every page once more as plain Markdown: `mathematics/` is `mathematics.md`, too; and the lists of these copies.

A copy has the path that its chapter has below docs/<language>, so that links between chapters hold as they are.
`llms.txt` lists the copies (https://llmstxt.org), `llms-full.txt` holds them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chapters.page import Text
from runner import Record

from .writer import HEADINGS, Writer, is_anchor

ABSOLUTE = re.compile(r"[a-z][a-z+.-]*:|//")


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


def whole(pages: Sequence[Text], site: Site) -> str:
    """The language's llms-full.txt: all copies in one file.

    The ids and notes of each page are its own there, and a link to another page leads to where that stands.
    """
    ids = {page.uri: _ids(page) for page in pages}
    texts = [
        f'{_facts(page, site)}\n<div id="{_name(page.uri)}"></div>\n\n'
        f"{_Chapter(page, site.words, ids).written()}\n"
        for page in pages
    ]
    return "\n".join(texts)


class _Chapter(Writer):
    """Writes a page as one of several in a file; `ids` are those that each page writes, by uri."""

    def __init__(
        self, page: Text, words: Mapping[str, str], ids: Mapping[str, set[str]]
    ) -> None:
        super().__init__(page, words)
        self.ids = ids

    def own(self, id_: str) -> str:
        return f"{_name(self.page.uri)}:{id_}"

    def address(self, target: str) -> str:
        if ABSOLUTE.match(target):
            return target
        uri, id_ = self.target(target)
        if uri not in self.ids:
            return f"{uri}#{id_}" if id_ else uri
        known = id_ in self.ids[uri]
        return f"#{_name(uri)}:{id_}" if known else f"#{_name(uri)}"


def _ids(page: Text) -> set[str]:
    elements = page.tree.iter()
    return {e.get("id", "") for e in elements if e.tag in HEADINGS or is_anchor(e)}


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
