"""A page of the small project, read as the build reads it, without a build around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from chapters.data import Source, read_source, read_titles
from chapters.edition import Edition, Project
from chapters.page import Marks, Text
from chapters.reading import Reading
from chapters.values import Records
from conftest import ROOT, SMALL, alone
from copies.configuration import read_languages
from copies.leaving import parser, read_pages
from markdown import Markdown
from records import ensure_records, read_modules
from runner import Place, Record

SMALL_RECORDS = ROOT / ".cache" / "small-records"


@dataclass(frozen=True)
class OnePage:
    """What the build makes of a page.

    Args:
        html: its content.
        text: its elements and parts.
        records: of all programs.
    """

    html: str
    text: Text
    records: dict[str, Record]

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")


def read(markdown: str, uri: str = "other.md", language: str = "en") -> OnePage:
    """Reads a page of the small project.

    Raises:
        SourceError: as the build would.
    """
    source = Source(uri, f"docs/{language}/{uri}", {}, markdown)
    (page,) = _pages(SMALL, language, small_records(), [source])
    return page


class Reader:
    """Reads pages of the small project one after the other, as a build does, with one parser.

    Args:
        records: of the programs, if others than those of the small project.
    """

    def __init__(self, records: dict[str, Record] | None = None) -> None:
        self.records = records or small_records()
        source = Source("other.md", "docs/en/other.md", {}, "# O { #o }\n")
        self.edition = edition_of(SMALL, "en", self.records, [source])
        self.md, self.reading = _parser(self.edition)

    def read(self, markdown: str) -> OnePage:
        """Reads a page. Raises SourceError as the build would."""
        place, marks = Place("docs/en/other.md", 1), Marks(self.edition.joined)
        text = Text("other.md", marks.number(markdown, place), place, marks, "other/")
        self.md.reset()
        html = self.md.convert(self.reading.begin(text))
        return OnePage(html, text, self.records)


def small_records() -> dict[str, Record]:
    """The records of the small project, kept in SMALL_RECORDS."""
    with alone(SMALL_RECORDS.with_suffix(".lock")):
        return ensure_records(SMALL, SMALL_RECORDS)


def read_all(
    root: Path, language: str, records: dict[str, Record]
) -> tuple[dict[str, str], list[Text]]:
    """The words of a language, and all its chapters."""
    folder = root / "docs" / language
    paths = sorted(path for path in folder.rglob("*.md"))
    uris = [path.relative_to(folder).as_posix() for path in paths]
    sources = [
        read_source(path, uri, str(path.relative_to(root)), _extra(language)["joined"])
        for path, uri in zip(paths, uris, strict=True)
    ]
    pages = _pages(root, language, records, sources)
    return _extra(language)["words"], [page.text for page in pages]


def _extra(language: str) -> dict[str, Any]:
    return dict(read_languages(ROOT)[language]["extra"])


def edition_of(
    root: Path, language: str, records: dict[str, Record], sources: list[Source]
) -> Edition:
    """What the pages of a language share, with these chapters."""
    extra, languages = _extra(language), ["en", "zh"]
    titles = read_titles(root, list(records), languages)
    project = Project(root, Records(records), read_modules(root), titles, languages)
    return Edition(project, language, extra["words"], extra["joined"], sources)


def _parser(edition: Edition) -> tuple[Markdown, Reading]:
    return parser(edition, read_languages(ROOT)["en"]["markdown_extensions"])


def chapters_of(root: Path, sources: list[Source]) -> dict[str, OnePage]:
    """The English chapters of a project without programs, by uri."""
    pages = _pages(root, "en", {}, sources)
    return {page.text.uri: page for page in pages}


def _pages(
    root: Path, language: str, records: dict[str, Record], sources: list[Source]
) -> list[OnePage]:
    edition = edition_of(root, language, records, sources)
    extensions = read_languages(ROOT)[language]["markdown_extensions"]
    read = read_pages(edition, edition.texts.values(), extensions)
    return [OnePage(page.html, page.text, records) for page in read]
