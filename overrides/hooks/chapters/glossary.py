"""The terms of the field in both languages: their page, and a link where each first occurs in a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from runner import Place, read_text

from .data import entries, line_of, read_joined, texts

# Where no term is linked: code, links, headings, figures, formulas, notes, and what is hidden.
CLOSED = {"a", "code", "dl", "pre", "samp", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "sup", "summary", "th", "button", "label"}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """A term in one language."""

    id: str
    term: str
    definition: str
    also: tuple[str, ...]  # other forms that count as the same term
    other: str  # the term in the other languages
    refused: tuple[str, ...]  # rival translations that a test refuses
    place: Place


def read_glossary(
    path: Path, languages: list[str], joined: str = ""
) -> dict[str, list[Term]]:
    """All terms, by language, sorted by id; none where there is no file.

    Raises:
        SourceError: a language, a term or a definition is missing.
    """
    found: dict[str, list[Term]] = {language: [] for language in languages}
    name = f"docs/{path.name}"
    text = read_text(path, name) if path.exists() else ""
    for id_, entry in sorted(
        entries(read_joined(text, Place(name, 1), joined), Place(name))
    ):
        place = Place(name, line_of(text, id_))
        said = {
            language: texts(entry, language, ("term", "definition"), id_, place)
            for language in languages
        }
        for language, (term, definition) in said.items():
            own = entry[language]
            others = [said[o][0] for o in languages if o != language]
            forms, refused = tuple(own.get("also", ())), tuple(own.get("not", ()))
            found[language].append(
                Term(id_, term, definition, forms, ", ".join(others), refused, place)
            )
    return found


class Glossary:
    """The glossary of one language.

    Args:
        terms: all of them.
        plain: makes plain text of a definition.
    """

    def __init__(self, terms: list[Term], plain: Callable[[str, Place], str]) -> None:
        self.terms = terms
        self.by_form = {f.lower(): t for t in terms for f in (t.term, *t.also)}
        self.titles = {term.id: plain(term.definition, term.place) for term in terms}
        # A single character of a script without blanks is part of too many other words.
        forms = sorted((f for f in self.by_form if len(f) > 1), key=len, reverse=True)
        # Words that blanks divide end where their letters end; others have no such end.
        words = [
            rf"(?<![\w-]){f}(?![\w-])" if f.isascii() else f
            for f in map(re.escape, forms)
        ]
        self.pattern = re.compile("|".join(words) or r"(?!)", re.IGNORECASE)

    def link(self, root: Element, page: str) -> None:
        """Links the first occurrence of each term in a page to its definition.

        Args:
            root: the page's elements.
            page: the glossary's page, as a link from this one.
        """
        linked: set[str] = set()

        def links(text: str) -> Iterator[str | Element]:
            position = 0
            for match in self.pattern.finditer(text):
                term = self.by_form[match[0].lower()]
                if term.id not in linked:
                    linked.add(term.id)
                    yield text[position : match.start()]
                    link = {"class": "term", "href": f"{page}#{term.id}"}
                    element = Element("a", {**link, "title": self.titles[term.id]})
                    element.text = match[0]
                    yield element
                    position = match.end()
            yield text[position:]

        _replace_texts(root, links)


def _replace_texts(
    element: Element, replaced: Callable[[str], Iterator[str | Element]]
) -> None:
    """Puts what `replaced` makes of each text of a page in its place, in the order of the page."""
    if element.tag in CLOSED or element.get("class") == "footnote":
        return
    children = list(element)
    text, element.text = element.text or "", None
    for child in children:
        element.remove(child)
    _fill(element, replaced(text))
    for child in children:
        tail, child.tail = child.tail or "", None
        element.append(child)
        _replace_texts(child, replaced)
        _fill(element, replaced(tail))


def _fill(element: Element, pieces: Iterator[str | Element]) -> None:
    for piece in pieces:
        if isinstance(piece, Element):
            element.append(piece)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + piece
        else:
            element.text = (element.text or "") + piece
