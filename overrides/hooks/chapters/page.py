"""A page on its way: the marks in its text, numbered before Python-Markdown reads it, and the parts that it is made of then.

Each mark becomes one private character. What Python-Markdown then meets as text or as a block is what the mark asks for;
what it takes for code or for a comment gets its source back, character for character; a mark anywhere else is refused.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from runner import Place

TOKEN = re.compile("[\U000f0000-\U000ffffd]")  # a private plane of Unicode
FIRST = 0xF0000
BULLETS = r"(?:(?:\[\^[^\]\s]+\]:|[-*+:]|\d+[.)])[ \t]+)*"
INDENTED = re.compile(rf"(?m)(?:^([ \t>]*)({BULLETS}))?({TOKEN.pattern})")
MARKS = rf"""(?mx)
^(?P<indent>[ \t>]*) (?P<directive>:::.*(?:\n(?:[ \t>]*\n)*(?P=indent)(?:[ ]{{4}}|\t).*)*)
| ^[ \t>]* {BULLETS} (?P<first>:::.*(?:\n[ \t>]*[ ]{{6}}.*)*)
| ^[ \t>]* (?P<include>-+[ ]*8[ ]*<[ ]*-+.*)$
| (?P<value>(?<!\\)\{{\{{(?!\{{)[^{{}}]*\}}\}})
| (?P<citation>\[@[^\]\n]*\](?![(\[]))
| (?P<stray>:::(?=[ ]+[\w-])|--8<--)
"""
# Zero-width, where a line ends between letters that have no blank between them, through emphasis, links and code.
GAP = r"""
| (?<=[{0}]) [*_~]{{0,3}} (?P<gap>(?=[ ]?\n[ \t>]*[*_~]{{0,3}}(?:[{0}]|`|\[(?![@^]))))
| (?<=[)\]`]) [*_~]{{0,3}} (?P<end>(?=[ ]?\n[ \t>]*[*_~]{{0,3}}[{0}]))
"""
JOINT = "\U0010fffd"  # it only lasts while YAML folds the lines of a text


PROGRAM = re.compile(r'(?:--8<-- "|::: +[\w-]+ +|\{\{\s*)([\w-]+)(?:\.py|:)')


@dataclass
class Mark:
    """One mark: its kind, its text as it was written, and where."""

    kind: str  # "directive", "include", "value", "citation", "gap" or "stray"
    source: str
    place: Place
    indent: int = 0  # how far its lines are indented

    @property
    def program(self) -> str:
        """The program that it names, "" where it names none."""
        match = PROGRAM.match(self.source)
        return match[1] if match else ""

    @property
    def lines(self) -> list[str]:
        """Its lines without what they are indented by."""
        first, *rest = self.source.split("\n")
        return [first, *(line[self.indent :] for line in rest)]


class Marks:
    """All marks of one page.

    Args:
        joined: the letters of its language between which no blank stands, as a set of a regular expression.
    """

    def __init__(self, joined: str) -> None:
        self.all: list[Mark] = []
        gaps = GAP.format(joined) if joined else ""
        self.pattern = re.compile(MARKS + f"| (?P<private>{TOKEN.pattern})" + gaps)

    def number(self, text: str, place: Place) -> str:
        """`text` with a character of its own for each mark; `place` is where the text begins.

        What in it was numbered before stays so.
        """
        known = len(self.all)

        def token(match: re.Match[str]) -> str:
            kind = match.lastgroup or ""
            source = match[kind]
            if kind == "private" and ord(source) - FIRST < known:
                return source
            before = match[0][: len(match[0]) - len(source)]
            kind = {"first": "directive", "end": "gap"}.get(kind, kind)
            line = text.count("\n", 0, match.end() - len(source))
            width = len(before) - len(before.lstrip(" \t>"))
            self.all.append(Mark(kind, source, place.at(line), width))
            return before + chr(FIRST + len(self.all) - 1)

        return self.pattern.sub(token, text)

    def of(self, token: str) -> Mark:
        """The mark that a character stands for."""
        return self.all[ord(token) - FIRST]

    def restored(self, text: str) -> str:
        """`text` as it was written, for what Markdown takes for code."""

        def back(match: re.Match[str]) -> str:
            indent, bullets = match[1] or "", match[2] or ""
            return indent + bullets + f"\n{indent}".join(self.of(match[3]).lines)

        return INDENTED.sub(back, text)

    def replaced(self, text: str, write: Callable[[Mark], str]) -> str:
        """A numbered text with what `write` makes of each value, and its gaps closed."""

        def one(match: re.Match[str]) -> str:
            mark = self.of(match[0][0])
            if mark.kind == "value" and ":" in mark.source:
                return write(mark) + match[0][1:]
            return "" if mark.kind == "gap" else match[0]

        return re.sub(rf"{TOKEN.pattern}\s*", one, text)


def with_joints(yaml: str, joined: str) -> str:
    """The text of a YAML file with a sign where `without_joints` takes the blank away that YAML makes of a line's end."""
    gaps = rf"(?x)(?<=[{joined}])[*_~]{{0,3}}(?=[ ]?\n[ ]*[*_~]{{0,3}}(?:[{joined}`]|\[(?![@^])))"
    return re.sub(gaps, rf"\g<0>{JOINT}", yaml) if joined else yaml


def without_joints(data: Any) -> Any:
    """What YAML read from such a text, its lines joined."""
    if isinstance(data, dict):
        return {without_joints(k): without_joints(v) for k, v in data.items()}
    if isinstance(data, list):
        return [without_joints(one) for one in data]
    return re.sub(rf"{JOINT}\s*", "", data) if isinstance(data, str) else data


class Part(str):
    """A piece of a page that is not prose, as HTML; it knows itself as Markdown, too.

    Args:
        html: as it stands in the page.
        kind: "code", "output", "figure", "steps", "diagram", "formula" or "provenance".
        markdown: the same for readers of plain text; a formula with its dollar signs.
        sections: of programs, what it shows: (program, section), or (program, "") for the whole file.
        prose: what of it has links, as an element: behind its Markdown.
    """

    kind: str
    markdown: str
    sections: tuple[tuple[str, str], ...]
    prose: Element | None

    def __new__(
        cls,
        html: str,
        kind: str,
        markdown: str,
        sections: tuple[tuple[str, str], ...] = (),
        prose: Element | None = None,
    ) -> Part:
        part = super().__new__(cls, html)
        part.kind, part.markdown = kind, markdown
        part.sections, part.prose = sections, prose
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
