"""A chapter as a notebook that runs from top to bottom: its prose, the programs that it shows, and what they printed.

All programs of a chapter share one kernel. Each runs in the order of its snippet, and none begins before the one above it
has run as far as the chapter shows it: so each finds its own names as it left them. What a chapter shows a second time, or
later than its program ran, is shown as text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from drawing.output import provenance_text
from rebuilds import remember_content

from copies.markdown import Original, Part, Site, parts, quoted
from copies.notebook import as_ipynb, file_cells, markdown_cell, runnable_cells

HEADING_ID = re.compile(r"^( *#+ .*?) \{#[\w-]+\}$", re.MULTILINE)
ANCHOR = re.compile(r'^ *<div id="[^"]*"></div>\n?', re.MULTILINE)
LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:\\.|[^\[\]\\])*)\]\((?P<target>[^()\s]+)\)"
)
FOOTNOTE = re.compile(r"^\[\^(?P<key>[^\]]+)\]: (?P<text>.*)$", re.MULTILINE)
MARK = re.compile(r"\[\^(?P<key>[^\]\s]+)\]")


def chapter_notebook(page: Original, site: Site, urls: Mapping[str, str]) -> str:
    """A chapter as the text of an .ipynb file.

    Args:
        page: the chapter.
        site: what all pages share.
        urls: the address of each page, by uri.
    """
    key = f"notebook\n{site.context}\n{urls}\n{page}"
    return remember_content(key, lambda: _notebook(page, site, urls))


def _notebook(page: Original, site: Site, urls: Mapping[str, str]) -> str:
    chapter = _Cells(list(parts(page, site)), page, site)
    prose = _Prose(page, site, urls)
    cells = []
    for cell in chapter.cells:
        if cell["cell_type"] == "markdown":
            cell["source"] = prose.finished(cell["source"])
        if cell["source"]:
            cells.append(cell)
    return as_ipynb([*cells, markdown_cell("closing", prose.closing())])


class _Cells:
    """Turns the parts of a chapter into cells, one after the other."""

    def __init__(self, pieces: Sequence[Part], page: Original, site: Site) -> None:
        self.page, self.site = page, site
        self.cells: list[dict[str, Any]] = []
        self.text: list[str] = []
        self.indent = ""  # of a list or an answer that a cell has cut in two
        self.programs: dict[str, list[dict[str, Any]]] = {}
        self.shown: dict[str, int] = {}  # how many cells the chapter needs
        self.ran: dict[str, int] = {}  # how many stand in the notebook so far
        for part in pieces:
            for snippet, section in part.sections:
                if snippet not in self.programs:
                    self.programs[snippet] = runnable_cells(site.records[snippet])
                needed = self._position(snippet, section) + 1
                self.shown[snippet] = max(needed, self.shown.get(snippet, 0))
        for part in pieces:
            self._add(part)
        self._end_text()

    def _add(self, part: Part) -> None:
        new = [
            (snippet, position)
            for snippet, section in part.sections
            if (position := self._position(snippet, section))
            >= self.ran.get(snippet, 0)
        ]
        if new:
            for snippet, position in new:
                self._run(snippet, position + 1)
            self.indent = part.indent
            self._add_text(part.caption)
        elif not self._stands_above(part):
            self._add_text(part.text)

    def _end_text(self) -> None:
        """Closes the cell of prose that is being written."""
        text = quoted("\n".join(self.text)).strip("\n")
        if text.strip():
            self.cells.append(markdown_cell(f"text-{len(self.cells)}", text))
        self.text = []

    def _add_text(self, text: str) -> None:
        for line in text.split("\n"):
            if line.strip() and not line.startswith(self.indent):
                self.indent = ""
            self.text.append(line.removeprefix(self.indent))

    def _stands_above(self, part: Part) -> bool:
        """Whether this output is that of the very last cell, and so already there."""
        if part.kind != "output" or "".join(self.text).strip() or not self.cells:
            return False
        snippet, section = part.sections[0]
        return (
            self.cells[-1] is self.programs[snippet][self._position(snippet, section)]
        )

    def _run(self, snippet: str, end: int) -> None:
        """Adds the cells of a program up to `end`, which is not included."""
        if snippet not in self.ran:
            for other in self.ran:
                self._run(other, self.shown[other])
            self.ran[snippet] = 0
            record, run = self.site.records[snippet], f"notebooks/{snippet}.md"
            folder = posixpath.dirname(self.page.uri) or "."
            link = posixpath.relpath(run, folder)
            self.text += ["", provenance_text(record, self.site.words, link)]
            self._end_text()
            self.cells += file_cells(record)
        self._end_text()
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


class _Prose:
    """What Jupyter's Markdown does not know: footnotes, ids of headings, and links to places that a download has not."""

    def __init__(self, page: Original, site: Site, urls: Mapping[str, str]) -> None:
        self.page, self.site, self.urls = page, site, urls
        self.notes = dict(FOOTNOTE.findall(page.markdown))
        self.numbers: dict[str, int] = {}

    def finished(self, text: str) -> str:
        text = FOOTNOTE.sub("", text)
        text = ANCHOR.sub("", HEADING_ID.sub(r"\1", text))
        return LINK.sub(self._link, MARK.sub(self._number, text)).strip("\n")

    def closing(self) -> str:
        """The sources, and where the page comes from."""
        site = self.site
        lines = [f"[{n}] {self.notes[key]}" for key, n in self.numbers.items()]
        if lines:
            lines.insert(0, f"## {site.words['sources']}")
        address = self._address("") or ""
        return "\n\n".join(
            [*lines, "---", f"{site.name}. {site.licence}. {address}".strip()]
        )

    def _number(self, match: re.Match[str]) -> str:
        key = match["key"]
        if key not in self.notes:
            return match[0]
        return f"[{self.numbers.setdefault(key, len(self.numbers) + 1)}]"

    def _link(self, match: re.Match[str]) -> str:
        target = match["target"]
        if "://" in target or target.startswith("mailto:"):
            return match[0]
        address = self._address(target)
        return (
            f"{match['image']}[{match['text']}]({address})"
            if address
            else match["text"]
        )

    def _address(self, target: str) -> str:
        """The address on the site of a link's target; '' where the site has none yet."""
        if not self.site.url:
            return ""
        path, _, fragment = target.partition("#")
        folder = posixpath.dirname(self.page.uri)
        uri = (
            posixpath.normpath(posixpath.join(folder, path)) if path else self.page.uri
        )
        url = self.urls.get(uri, uri).removeprefix("./")
        return f"{self.site.url}{url}" + (f"#{fragment}" if fragment else "")
