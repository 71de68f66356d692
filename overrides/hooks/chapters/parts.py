"""What a page is made of once Markdown has read it: an element tree, and the pieces in it that are not prose."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from runner import Place

from .marks import Marks


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


@dataclass
class Text:
    """A page's text on its way through the parse, and what that made of it. Copies and notebooks are written from it.

    Args:
        uri: its path below the folder of its language.
        source: its numbered text.
        place: where that begins.
        marks: all that it and the data in it write.
        url: its address below that of its language.
        title: without markup.
        description: one sentence.
        section: of the list of all pages.
        counts: how often each id was given.
        figures: the files of its figures, as standalone SVG by name.
        tree: its elements, links as the chapter writes them; `\\x02wzxhzdk:N\\x03` stands for stash[N].
        stash: parts, and raw HTML.
        failed: an error that waits to be told.
    """

    uri: str
    source: str
    place: Place
    marks: Marks
    url: str = ""
    title: str = ""
    description: str = ""
    section: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    tree: Element = field(default_factory=lambda: Element("div"))
    stash: list[str] = field(default_factory=list)
    failed: Exception | None = None

    def __post_init__(self) -> None:
        self.own = list(self.marks.all)  # those of the text, without its data's

    @property
    def written(self) -> tuple[object, ...]:
        """All that the author has written in it."""
        return self.uri, self.source, [mark.source for mark in self.own]

    @property
    def shown(self) -> list[str]:
        """What other pages may show of it: its directives, its values and the programs that it names."""
        kinds = ("directive", "value", "include")
        return [mark.source for mark in self.own if mark.kind in kinds]

    def figure(self, id_: str) -> str:
        """The file of a figure, as a link from the page's copy."""
        name = posixpath.basename(self.uri)
        stem = "" if name == "index.md" else name.removesuffix(".md")
        return posixpath.join(stem, f"{id_}.svg")
