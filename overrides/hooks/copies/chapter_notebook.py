"""A chapter as a notebook that runs from top to bottom: its prose, the programs that it shows, and what they printed.

All programs of a chapter share one kernel. Each runs in the order of its snippet, and none begins before the one above it
has run as far as the chapter shows it: so each finds its own names as it left them. What a chapter shows a second time, or
later than its program ran, is shown as text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chapters.page import Part, Text
from drawing.output import provenance_text

from .markdown import Site
from .notebook import as_ipynb, file_cells, markdown_cell, runnable_cells
from .writer import Block, Writer, joined

IMAGE = re.compile(r"!\[(.*)\]\(([^()]*)\)", re.DOTALL)


def chapter_notebook(page: Text, site: Site, urls: Mapping[str, str]) -> str:
    """A chapter as the text of an .ipynb file.

    Args:
        page: the chapter.
        site: what all pages share.
        urls: the address of each page below that of the language, by uri.
    """
    writer = NotebookWriter(page, site, urls)
    blocks = [*writer.blocks(page.tree)]
    cells = _Cells(blocks, writer).cells
    notebook = [*cells, markdown_cell("closing", writer.closing())]
    return as_ipynb([cell for cell in notebook if cell["source"]])


class NotebookWriter(Writer):
    """Writes what Jupyter's Markdown knows: no notes, no ids, no links to places that a download has not, no lone dollar signs."""

    def __init__(self, page: Text, site: Site, urls: Mapping[str, str]) -> None:
        super().__init__(page.stash, site.words)
        self.page, self.site, self.urls = page, site, urls
        self.numbers: dict[str, int] = {}
        self.notes: dict[str, str] = {}

    def address(self, target: str) -> str:
        """The address on the site of a link's target; "" where the site has none yet."""
        if re.match(r"[a-z]+:|//", target):
            return target
        if not self.site.url:
            return ""
        path, _, fragment = target.partition("#")
        folder = posixpath.dirname(self.page.uri)
        uri = posixpath.normpath(posixpath.join(folder, path)) if path else self.page.uri  # fmt: skip
        url = self.urls.get(uri, uri).removeprefix("./")
        return f"{self.site.url}{url}" + (f"#{fragment}" if fragment else "")

    def link(self, text: str, address: str, title: str) -> str:
        """A link to the site, or only its words."""
        there = self.address(address)
        return super().link(text, there, title) if there else text

    def image(self, text: str, address: str, title: str) -> str:
        """A picture of the site, or only its words."""
        there = self.address(address)
        return super().image(text, there, title) if there else text

    def note(self, key: str) -> str:
        """The number of a source."""
        return f"[{self.numbers.setdefault(key, len(self.numbers) + 1)}]"

    def heading(self, level: int, text: str, id_: str) -> str:
        """A heading; Jupyter gives it an id."""
        return f"{'#' * level} {text}"

    def anchor(self, id_: str) -> str:
        """Nothing leads to it."""
        return ""

    def plain(self, text: str) -> str:
        """Text in which a dollar sign opens no formula."""
        return re.sub(r"(?<!\\)\$", r"\\$", text)

    def noted(self, key: str, blocks: list[Block]) -> list[Block]:
        """Sources are listed at the end."""
        self.notes[key] = joined(blocks)
        return []

    def closing(self) -> str:
        """The sources, and where the page comes from."""
        lines = [f"[{number}] {self.notes[key]}" for key, number in self.numbers.items()]  # fmt: skip
        if lines:
            lines.insert(0, f"## {self.site.words['sources']}")
        own = f"{self.site.name}. {self.site.licence}. {self.address('')}".strip()
        return "\n\n".join([*lines, "---", own])


class _Cells:
    """Turns the blocks of a chapter into cells, one after the other."""

    def __init__(self, blocks: list[Block], writer: NotebookWriter) -> None:
        self.site, self.writer = writer.site, writer
        self.cells: list[dict[str, Any]] = []
        self.prose: list[Block] = []
        self.cut = ""  # how far what follows a cell inside a list is indented
        self.programs: dict[str, list[dict[str, Any]]] = {}
        self.shown: dict[str, int] = {}  # how many cells the chapter needs
        self.ran: dict[str, int] = {}  # how many stand in the notebook so far
        for snippet, section in self._shown_by(blocks):
            if snippet not in self.programs:
                self.programs[snippet] = runnable_cells(self.site.records[snippet])
            needed = self._position(snippet, section) + 1
            self.shown[snippet] = max(needed, self.shown.get(snippet, 0))
        for block in blocks:
            self._add(block)
        self._end_prose()

    def _shown_by(self, blocks: list[Block]) -> list[tuple[str, str]]:
        """The sections of programs that the blocks show; modules and whole files have none."""
        return [s for block in blocks for s in self._sections(block.part)]

    def _sections(self, part: Part | None) -> list[tuple[str, str]]:
        sections = part.sections if part else ()
        return [s for s in sections if s[0] in self.site.records and s[1]]

    def _add(self, block: Block) -> None:
        part, sections = block.part, self._sections(block.part)
        if part and part.kind == "provenance":
            # What stands above it, a cell says itself.
            if self.prose and self.prose[-1].part:
                self._add_prose(replace(block, text=self._origin(*sections[0])))
            return
        if part and part.kind == "figure" and (shown := IMAGE.fullmatch(part.markdown)):
            block = replace(block, text=self.writer.image(shown[1], shown[2], ""))
        whole = part and len(sections) == len(part.sections)
        new = [
            (snippet, position)
            for snippet, section in sections
            if (position := self._position(snippet, section))
            >= self.ran.get(snippet, 0)
        ]
        if new and whole:
            for snippet, position in new:
                self._run(snippet, position + 1)
            self.cut = block.rest
        elif part and part.kind == "output" and self._is_above(sections):
            self.cut = block.rest
        else:
            self._add_prose(block)

    def _add_prose(self, block: Block) -> None:
        if not block.rest.startswith(self.cut):
            self.cut = ""
        width = len(self.cut)
        first = block.first[width:] if width else block.first
        self.prose.append(replace(block, first=first, rest=block.rest[width:]))

    def _origin(self, snippet: str, section: str = "") -> str:
        """Where a result comes from, with the address of its run where it has one."""
        folder = posixpath.dirname(self.writer.page.uri) or "."
        page = posixpath.relpath(f"notebooks/{snippet}.md", folder)
        address = self.writer.address(f"{page}#{section}" if section else page)
        record, words = self.site.records[snippet], self.site.words
        text = provenance_text(record, words, address or page)
        return (
            text
            if address
            else text.replace(f"[{snippet}.py]({page})", f"`{snippet}.py`")
        )

    def _is_above(self, sections: list[tuple[str, str]]) -> bool:
        """Whether an output is that of the very last cell, and so already there."""
        if self.prose or not self.cells or not sections:
            return False
        snippet, section = sections[0]
        return (
            self.cells[-1] is self.programs[snippet][self._position(snippet, section)]
        )

    def _end_prose(self) -> None:
        """Closes the cell of prose that is being written."""
        text = joined(self.prose).strip("\n")
        if text.strip():
            self.cells.append(markdown_cell(f"text-{len(self.cells)}", text))
        self.prose = []

    def _run(self, snippet: str, end: int) -> None:
        """Adds the cells of a program up to `end`, which is not included."""
        if snippet not in self.ran:
            for other in self.ran:
                self._run(other, self.shown[other])
            self.ran[snippet] = 0
            self.prose.append(Block(self._origin(snippet)))
            self._end_prose()
            self.cells += file_cells(self.site.records[snippet])
        self._end_prose()
        for cell in self.programs[snippet][self.ran[snippet] : end]:
            cell["id"] = f"{snippet}-{cell['id']}"
            self.cells.append(cell)
        self.ran[snippet] = max(end, self.ran[snippet])

    def _position(self, snippet: str, section: str) -> int:
        return next(
            number
            for number, cell in enumerate(self.programs[snippet])
            if cell["metadata"].get("section") == section
        )
