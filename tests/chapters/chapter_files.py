"""Chapters as the tests see them: both languages, split into sections by heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from conftest import ROOT

LANGUAGES = ("en", "zh")
HEADING = re.compile(r"^(#{1,6}) (.+?) *\{ *#([\w-]+)[^}]*\} *$")
FENCE = re.compile(r"^ *(```|~~~)")
VALUE = re.compile(r"\{\{ *([\w-]+:[\w\[\]-]+)")
CITATION = re.compile(r"\[@([^\]]+)\]")
KEY = re.compile(r"@([\w-]+)|^([\w-]+)")
DIRECTIVE = re.compile(r"^ *::: +([\w-]+(?: +\S+)?)", re.MULTILINE)
INCLUDE = re.compile(r'--8<-- "(.+?)"')


@dataclass
class Section:
    """A heading and what follows, up to the next heading of any level."""

    id: str
    level: int
    title: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def substance(self) -> str:
        """The text, whatever its line breaks."""
        return " ".join(f"{self.title} {self.text}".split())

    @property
    def values(self) -> set[str]:
        return set(VALUE.findall(self.text))

    @property
    def citations(self) -> set[str]:
        blocks = CITATION.findall(self.text)
        keys = [
            part.strip().lstrip("@") for block in blocks for part in block.split(";")
        ]
        return set(keys)

    @property
    def embeds(self) -> list[str]:
        """Outputs, figures, corrections and other directives, in order."""
        return [" ".join(found.split()) for found in DIRECTIVE.findall(self.text)]

    @property
    def code(self) -> list[str]:
        return INCLUDE.findall(self.text)


def front(path: Path) -> str:
    """A page's front matter, without the lines around it; "" where it has none."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return ""
    return text.removeprefix("---\n").partition("---\n")[0]


def body(path: Path) -> tuple[str, int]:
    """A chapter's Markdown without its front matter, and the line on which it begins."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return text, 1
    head, rest = text.split("\n---\n", 1)
    return rest, head.count("\n") + 3


def headings(path: Path) -> Iterator[tuple[int, str]]:
    """Each line that begins as a heading does, with its number; inside a fence there is none."""
    text, first = body(path)
    fence = False
    for number, line in enumerate(text.splitlines(), start=first):
        fence ^= bool(FENCE.match(line))
        if not fence and re.match(r"#{1,6} ", line):
            yield number, line


def sections(path: Path) -> list[Section]:
    """The sections of a chapter; a heading inside a fence is no heading."""
    text, first = body(path)
    found: list[Section] = []
    fence = ""
    for number, line in enumerate(text.splitlines(), start=first):
        mark = FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif fence and line.strip().startswith(fence) and not line.strip().strip("`~"):
            fence = ""
        heading = None if fence else HEADING.match(line)
        if heading:
            found.append(Section(heading[3], len(heading[1]), heading[2], number))
        elif found:
            found[-1].lines.append(line)
    return found


def pages(language: str = "en") -> list[str]:
    folder = ROOT / "docs" / language
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.md"))


def file(language: str, page: str) -> Path:
    return ROOT / "docs" / language / page


def labs() -> list[str]:
    """The pages that describe a lab in their front matter."""
    heads = {page: file("en", page).read_text(encoding="utf-8") for page in pages()}
    return [page for page, text in heads.items() if "\nlab:\n" in text]
