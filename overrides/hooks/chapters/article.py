"""The map from the article's sections to their places on this site, kept in docs/article-map.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from runner import Place

from chapters.values import read_yaml

HEADING = re.compile(
    r"^#{1,6} (?P<text>.+?) *\{ *#(?P<id>[\w-]+)[^}]*\} *$", re.MULTILINE
)


def read_map(path: Path) -> dict[str, str]:
    """`page.md#id` by section of the article ("1.1"); empty where there is no map."""
    if not path.exists():
        return {}
    entries = read_yaml(path.read_text(encoding="utf-8")) or {}
    return {str(section): str(place) for section, place in entries.items()}


def headings(text: str) -> dict[str, str]:
    """The headings of a chapter's Markdown, by id."""
    return {match["id"]: match["text"] for match in HEADING.finditer(text)}


class ArticleMap:
    """Writes the map's page in one language.

    Args:
        places: as `read_map` gives them.
        chapters: the Markdown of every chapter of this language, by its uri.
        words: the page's words (`extra.words`).
    """

    def __init__(
        self,
        places: Mapping[str, str],
        chapters: Mapping[str, str],
        words: Mapping[str, str],
    ) -> None:
        self.places = places
        self.chapters = chapters
        self.words = words

    def page(self, argument: str, place: Place, uri: str) -> str:
        """A table of all sections and where each is on this site."""
        rows = [
            f"| {self.words['article_section']} | {self.words['place_here']} |",
            "| --- | --- |",
        ]
        for section, target in self.places.items():
            page, _, id_ = target.partition("#")
            title = headings(self.chapters.get(page, "")).get(id_)
            if title is None:
                place.fail(
                    f"docs/article-map.yml sends section {section} to '{target}', which is not there.",
                    "name a page and the id of one of its headings.",
                )
            rows.append(f"| {section} | [{title}]({target}) |")
        return "\n".join(rows)
