"""What a page is made of once Markdown has read it: an element tree, and the pieces in it that are not prose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element


class Part(str):
    """A piece of a page that is not prose, as HTML; it knows itself as Markdown, too.

    Args:
        html: as it stands in the page.
        kind: "code", "output", "figure", "steps", "diagram", "formula" or "provenance".
        markdown: the same for readers of plain text; a formula with its dollar signs.
        sections: of programs, what it shows: (program, section), or (program, "") for the whole file.
    """

    kind: str
    markdown: str
    sections: tuple[tuple[str, str], ...]

    def __new__(
        cls,
        html: str,
        kind: str,
        markdown: str,
        sections: tuple[tuple[str, str], ...] = (),
    ) -> Part:
        part = super().__new__(cls, html)
        part.kind, part.markdown, part.sections = kind, markdown, sections
        return part


@dataclass(frozen=True)
class Page:
    """A page as it was read; copies and notebooks are written from it.

    Args:
        uri: its path below the folder of its language.
        url: its address below that of its language.
        title: without markup.
        description: one sentence.
        section: of the list of all pages.
        tree: its elements, links as the chapter writes them; `\\x02wzxhzdk:N\\x03` stands for stash[N].
        stash: parts, and raw HTML.
        figures: the files of its figures, as standalone SVG by name.
    """

    uri: str
    url: str
    title: str
    description: str
    section: str
    tree: Element
    stash: Sequence[str]
    figures: Mapping[str, str]
