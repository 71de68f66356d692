"""Every page once more as plain Markdown: `mathematics/` is `mathematics.md`, too; and the lists of these copies.

A copy has the path that its chapter has below docs/<language>, so that links between chapters hold as they are.
`llms.txt` lists the copies (https://llmstxt.org), `llms-full.txt` holds them all.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chapters.page import Text
from runner import Record

from .writer import Writer, joined

ID = re.compile(r'(?m)^([ >]*#{1,6} .* \{#)([\w-]+)(\})$|(<div id=")([\w-]+)("></div>)')
LINK = re.compile(r"\]\(([^()\s:#]*)(#[\w:-]+)?((?: \"[^\"]*\")?)\)")
NOTE = re.compile(r"\[\^([^\]\s]+)\]")
FENCED = re.compile(r"(?ms)^([ >]*)(`{3,}).*?^\1\2$|(`+)(?!`).+?(?<!`)\3(?!`)")


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


def text_of(page: Text, site: Site) -> str:
    """The Markdown of a page."""
    writer = Writer(page.stash, site.words)
    return joined([*writer.blocks(page.tree)]).strip() + "\n"


def copy_of(page: Text, text: str, site: Site) -> str:
    """The copy of a page: the facts about it, and its text."""
    facts = {
        "title": page.title,
        "description": page.description,
        "language": site.language,
        "address": site.url and site.url + page.url.removeprefix("./"),
        "licence": site.licence,
    }
    lines = [
        f"{name}: {json.dumps(fact, ensure_ascii=False)}\n"
        for name, fact in facts.items()
        if fact
    ]
    return f"---\n{''.join(lines)}---\n\n{text}"


def whole(texts: Mapping[str, str], copies: Mapping[str, str]) -> str:
    """All copies in one file, in which no id, no note and no link of one is taken for another's.

    Args:
        texts: of the pages, by uri.
        copies: the same with the facts in front.
    """
    parts = []
    for uri, copy in copies.items():
        front = copy.removesuffix(texts[uri])
        parts.append(f'{front}<div id="{_name(uri)}"></div>\n\n' + _own(texts[uri], uri, texts))  # fmt: skip
    return "\n".join(parts)


def _own(text: str, uri: str, pages: Mapping[str, str]) -> str:
    """A page's text with ids, notes and links of its own; code stays as it is."""
    name, folder = _name(uri), posixpath.dirname(uri)

    def link(match: re.Match[str]) -> str:
        path, anchor, title = match.groups()
        target = posixpath.normpath(posixpath.join(folder, path)) if path else uri
        if target not in pages:
            return f"]({target}{anchor or ''}{title})" if path else match[0]
        own = f"{_name(target)}--{anchor[1:]}" if anchor else _name(target)
        return f"](#{own}{title})"

    def prose(piece: str) -> str:
        piece = LINK.sub(link, piece)
        piece = NOTE.sub(rf"[^{name}--\1]", piece)
        return ID.sub(lambda m: f"{m[1] or m[4]}{name}--{m[2] or m[5]}{m[3] or m[6]}", piece)  # fmt: skip

    result, position = "", 0
    for code in FENCED.finditer(text):
        result += prose(text[position : code.start()]) + code[0]
        position = code.end()
    return result + prose(text[position:])


def _name(uri: str) -> str:
    return uri.removesuffix(".md").replace("/", "-")


def index_of(pages: Sequence[Text], site: Site, languages: Mapping[str, str]) -> str:
    """The language's llms.txt.

    Args:
        pages: all pages, in the order of the navigation.
        site: what they share.
        languages: the other languages' names, and where their lists are.
    """
    lines = [f"# {site.name}", f"> {site.description}"]
    sections: dict[str, list[str]] = {}
    for page in pages:
        item = f"- [{page.title}]({site.url}{page.uri}): {page.description}"
        sections.setdefault(page.section, []).append(item)
    sections[site.words["languages"]] = [
        f"- [{name}]({link})" for name, link in languages.items()
    ]
    for title, items in sections.items():
        lines += [f"## {title}", "\n".join(items)]
    return "\n\n".join(lines) + "\n"
