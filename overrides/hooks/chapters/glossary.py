"""The terms of the field in both languages: their page, and a link where each first occurs in a page."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import Place

from chapters.values import read_yaml

TAG = re.compile(r"<(/?)(\w+)[^>]*>")
# Where no term is linked: code, links, headings, figures, formulas, and what is hidden.
FOOTNOTES = '<div class="footnote">'
CLOSED = {"a", "code", "dl", "pre", "samp", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "math", "svg", "script", "summary", "title", "th", "button", "label"}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """A term in one language."""

    id: str
    term: str
    definition: str
    also: tuple[str, ...]  # other forms that count as the same term
    other: str  # the term in the other language
    refused: tuple[str, ...]  # rival translations that a test refuses


def read_glossary(path: Path, languages: list[str]) -> dict[str, list[Term]]:
    """All terms, by language, sorted as in the file.

    Raises:
        SourceError: a language, a term or a definition is missing.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    entries: dict[str, Any] = read_yaml(text) or {}
    place = Place(f"{path.parent.name}/{path.name}", 0)
    terms: dict[str, list[Term]] = {language: [] for language in languages}
    for id_, entry in entries.items():
        for language in languages:
            texts = entry.get(language) or {}
            for part in ("term", "definition"):
                if not texts.get(part):
                    place.fail(
                        f"'{id_}' has no {part} in '{language}'.",
                        f"add {language}: {part}: …",
                    )
            others = [
                entry[o]["term"] for o in languages if o != language and o in entry
            ]
            terms[language].append(
                Term(
                    str(id_),
                    texts["term"],
                    texts["definition"],
                    tuple(texts.get("also", ())),
                    ", ".join(others),
                    tuple(texts.get("not", ())),
                )
            )
    return terms


class Glossary:
    """The glossary of one language."""

    def __init__(self, terms: list[Term]) -> None:
        self.terms = {
            form.lower(): term for term in terms for form in (term.term, *term.also)
        }
        # A single Chinese character is part of too many other words.
        forms = sorted((f for f in self.terms if len(f) > 1), key=len, reverse=True)
        # Latin words end at a letter; Chinese has no such end.
        words = [
            rf"(?<![\w-]){f}(?![\w-])" if f.isascii() else f
            for f in map(re.escape, forms)
        ]
        self.pattern = re.compile("|".join(words), re.IGNORECASE) if words else None
        self.sorted = sorted(terms, key=lambda term: term.id)

    @property
    def words(self) -> list[str]:
        """Each term in all its forms."""
        return list(self.terms)

    def page(self, argument: str, place: Place, uri: str) -> str:
        """The Markdown of the glossary's page."""
        return "\n".join(
            f'<span id="{term.id}"></span>**{term.term}** · {term.other}\n:   {term.definition}\n'
            for term in self.sorted
        )

    def link_terms(self, content: str, page: str) -> str:
        """Links the first occurrence of each term in a page's HTML to its definition.

        Args:
            content: the page's HTML.
            page: the address of the glossary's page, relative to this one.
        """
        if self.pattern is None:
            return content
        content, footnotes, rest = content.partition(FOOTNOTES)
        linked: set[str] = set()

        def link(match: re.Match[str]) -> str:
            term = self.terms[match[0].lower()]
            if term.id in linked:
                return match[0]
            linked.add(term.id)
            title = html.escape(term.definition)
            return f'<a class="term" href="{page}#{term.id}" title="{title}">{match[0]}</a>'

        parts: list[str] = []
        closed: list[str] = []
        position = 0
        for tag in TAG.finditer(content):
            text = content[position : tag.start()]
            parts.append(text if closed else self.pattern.sub(link, text))
            parts.append(tag[0])
            position = tag.end()
            if tag[2] in CLOSED:
                if not tag[1]:
                    closed.append(tag[2])
                elif closed:
                    closed.pop()
        parts.append(content[position:])
        return "".join(parts) + footnotes + rest
