"""Where the article was wrong: each correction stands once, in docs/corrections/, in both languages.

A chapter shows one as a box; the page of corrections lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import Place, is_source, nearest

from chapters.values import read_yaml

VERDICTS = ("wrong", "imprecise", "unsupported", "missing")
PARTS = ("title", "claim", "holds")


@dataclass(frozen=True)
class Correction:
    """One correction, in one language."""

    id: str
    page: str  # the chapter that shows it, without its ending
    section: str  # of the article; "0" for its title, keywords and abstract
    verdict: str
    title: str
    claim: str
    holds: str


def read_corrections(
    folder: Path, languages: list[str]
) -> dict[str, dict[str, Correction]]:
    """All corrections, by language and id, in the order of the article.

    Raises:
        SourceError: a part, a language or a verdict is missing or unknown, or an id stands twice.
    """
    found: dict[str, dict[str, Correction]] = {language: {} for language in languages}
    for path in sorted(filter(is_source, folder.glob("*.yml"))):
        name = f"{folder.parent.name}/{folder.name}/{path.name}"
        entries = read_yaml(path.read_text(encoding="utf-8")) or {}
        for id_, entry in entries.items():
            place = Place(name, _line(path, id_))
            if id_ in found[languages[0]]:
                place.fail(f"there is a second correction '{id_}'.", "rename one.")
            if entry.get("verdict") not in VERDICTS:
                place.fail(
                    f"'{id_}' has no known verdict.",
                    f"use one of: {', '.join(VERDICTS)}.",
                )
            for language in languages:
                texts: dict[str, Any] = entry.get(language) or {}
                missing = [part for part in PARTS if not texts.get(part)]
                if missing:
                    place.fail(
                        f"'{id_}' has no {missing[0]} in '{language}'.",
                        f"add {language}: {missing[0]}: …",
                    )
                found[language][id_] = Correction(
                    id_,
                    path.stem,
                    str(entry.get("section", "")),
                    entry["verdict"],
                    *(str(texts[part]).strip() for part in PARTS),
                )
    order = {
        id_: (_number(correction.section), position)
        for position, (id_, correction) in enumerate(found[languages[0]].items())
    }
    return {
        language: dict(sorted(entries.items(), key=lambda item: order[item[0]]))
        for language, entries in found.items()
    }


class CorrectionWriter:
    """Writes the Markdown of corrections in one language.

    Args:
        corrections: those of this language, by id.
        words: the page's words (`extra.words`).
    """

    def __init__(
        self, corrections: dict[str, Correction], words: dict[str, str]
    ) -> None:
        self.corrections = corrections
        self.words = words

    def box(self, id_: str, place: Place, uri: str) -> str:
        """The box that a chapter shows."""
        if id_ not in self.corrections:
            place.fail(
                f"there is no correction '{id_}'.",
                nearest(id_, self.corrections, "corrections"),
            )
        one = self.corrections[id_]
        title = f"{self.words['correction']}{self.words['colon']}{one.title}".replace(
            '"', "”"
        )
        return (
            f'<div id="correction-{id_}"></div>\n\n!!! correction "{title}"\n'
            + _indented(f"{one.claim}\n\n{one.holds}\n\n{self._verdict(one)}")
        )

    def listing(self, argument: str, place: Place, uri: str) -> str:
        """All corrections, in the order of the article, each with its verdict and its chapter."""
        parts = []
        for verdict in VERDICTS:
            count = sum(one.verdict == verdict for one in self.corrections.values())
            parts.append(f"{self.words[verdict]}{self.words['colon']}{count}")
        blocks = [" · ".join(parts)]
        for one in self.corrections.values():
            link = f"[{self.words['in_chapter']}]({one.page}.md#correction-{one.id})"
            blocks.append(
                f"## {one.title} {{ #{one.id} }}\n\n{self._verdict(one)[:-1]} · {link}*"
                f"\n\n{one.claim}\n\n{one.holds}"
            )
        return "\n\n".join(blocks)

    def _verdict(self, one: Correction) -> str:
        words = self.words
        where = words["section_of_article"].format(section=one.section)
        if one.section in ("", "0"):
            where = words["whole_article"]
        return f"*{words['verdict']}{words['colon']}{words[one.verdict]} · {where}*"


def _indented(text: str) -> str:
    return "\n".join("    " + line if line else "" for line in text.splitlines())


def _number(section: str) -> tuple[int, ...]:
    """Sections in the article's order; the article as a whole comes first."""
    return tuple(int(part) for part in section.split(".") if part.isdigit())


def _line(path: Path, id_: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{id_}:")), 0)
