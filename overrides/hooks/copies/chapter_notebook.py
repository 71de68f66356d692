"""A chapter as a notebook that runs from top to bottom: its prose, the programs that it shows, and what they printed.

All programs of a chapter share one kernel. Each runs in the order of its snippet, and none begins before the one above it
has run as far as the chapter shows it: so each finds its own names as it left them. What a chapter shows a second time, or
later than its program ran, is shown as text.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

from chapters.page import Part, Text
from drawing.output import provenance_line

from .markdown import ABSOLUTE, Site
from .notebook import as_ipynb, file_cells, markdown_cell, runnable_cells
from .writer import Block, Holder, Writer, joined


def chapter_notebook(page: Text, site: Site, urls: Mapping[str, str]) -> str:
    """A chapter as the text of an .ipynb file.

    Args:
        page: the chapter.
        site: what all pages share.
        urls: the address of each page below that of the language, by uri.
    """
    writer = _Prose(page, site, urls)
    cells = _Cells(writer, writer.blocks(page.tree)).cells
    return as_ipynb([*cells, markdown_cell("closing", writer.closing())])


class _Prose(Writer):
    """Writes what Jupyter reads: no notes and no ids, and links to the site."""

    def __init__(self, page: Text, site: Site, urls: Mapping[str, str]) -> None:
        super().__init__(page, site.words)
        self.site, self.urls = site, urls
        self.numbers: dict[str, int] = {}
        self.notes: dict[str, str] = {}

    def own(self, id_: str) -> str:
        return ""

    def address(self, target: str) -> str:
        if ABSOLUTE.match(target):
            return target
        if not self.site.url:
            return ""
        uri, id_ = self.target(target)
        address = self.site.url + self.urls.get(uri, uri).removeprefix("./")
        return f"{address}#{id_}" if id_ else address

    def mark(self, key: str) -> str:
        return f"[{self.numbers.setdefault(key, len(self.numbers) + 1)}]"

    def note(self, key: str, blocks: list[Block], notes: Element) -> Iterator[Block]:
        self.notes[key] = joined(blocks)
        return iter(())

    def run_line(self, snippet: str) -> Block:
        """Which program follows, and how it ran."""
        folder = posixpath.dirname(self.page.uri) or "."
        link = posixpath.relpath(f"notebooks/{snippet}.md", folder)
        line = provenance_line(self.site.records[snippet], self.words, link)
        return Block(self.inline(line))

    def closing(self) -> str:
        """The sources, and where the page comes from."""
        lines = [f"[{n}] {self.notes[key]}" for key, n in self.numbers.items()]
        if lines:
            lines.insert(0, f"## {self.words['sources']}")
        own = f"{self.site.name}. {self.site.licence}. {self.address('')}".strip()
        return "\n\n".join([*lines, "---", own])


class _Cells:
    """Turns the blocks of a chapter into cells, one after the other."""

    def __init__(self, writer: _Prose, blocks: Iterable[Block]) -> None:
        self.writer, self.records = writer, writer.site.records
        self.cells: list[dict[str, Any]] = []
        self.prose: list[Block] = []
        self.cut: set[Holder] = set()  # what a cell of code has ended
        self.last: dict[str, Any] = {}  # cell of code
        self.programs: dict[str, list[dict[str, Any]]] = {}
        self.shown: dict[str, int] = {}  # how many cells the chapter needs
        self.ran: dict[str, int] = {}  # how many stand in the notebook so far
        blocks = list(blocks)
        for snippet, section in (one for b in blocks for one in self._sections(b.part)):
            if snippet not in self.programs:
                self.programs[snippet] = runnable_cells(self.records[snippet])
            needed = self._position(snippet, section) + 1
            self.shown[snippet] = max(needed, self.shown.get(snippet, 0))
        for block in blocks:
            self._add(block)
        self._end_prose()

    def _sections(self, part: Part | None) -> list[tuple[str, str]]:
        """The sections that a part shows, if it shows nothing else; modules and whole files have none."""
        sections = list(part.sections) if part else []
        return sections if all(n in self.records and s for n, s in sections) else []

    def _add(self, block: Block) -> None:
        sections = [(s, self._position(s, name)) for s, name in self._sections(block.part)]  # fmt: skip
        new = [one for one in sections if one[1] >= self.ran.get(one[0], 0)]
        for snippet, position in new:
            self._run(snippet, position + 1)
        if new or (block.part and sections and self._is_above(block.part, sections[0])):
            self.cut |= set(block.within)
        else:
            within = tuple(one for one in block.within if one not in self.cut)
            self.prose.append(replace(block, within=within))

    def _is_above(self, part: Part, cell: tuple[str, int]) -> bool:
        """Whether a result is that of the cell of code above, and so already there."""
        near = part.kind == "provenance" or (part.kind != "code" and not self.prose)
        return near and self.last is self.programs[cell[0]][cell[1]]

    def _end_prose(self) -> None:
        """Closes the cell of prose that is being written."""
        if text := joined(self.prose):
            self.cells.append(markdown_cell(f"text-{len(self.cells)}", text))
        self.prose = []

    def _run(self, snippet: str, end: int) -> None:
        """Adds the cells of a program up to `end`, which is not included."""
        if snippet not in self.ran:
            for other in self.ran:
                self._run(other, self.shown[other])
            self.ran[snippet] = 0
            self.prose.append(self.writer.run_line(snippet))
            self._end_prose()
            self.cells += file_cells(self.records[snippet])
        self._end_prose()
        for cell in self.programs[snippet][self.ran[snippet] : end]:
            cell["id"] = f"{snippet}-{cell['id']}"
            self.cells.append(cell)
            self.last = cell
        self.ran[snippet] = max(end, self.ran[snippet])

    def _position(self, snippet: str, section: str) -> int:
        """Which cell of a program is that of a section."""
        cells = (cell["metadata"] for cell in self.programs[snippet])
        return [metadata.get("section") for metadata in cells].index(section)
