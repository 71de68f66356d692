"""The data in docs/ that both languages share and pages show: corrections, labs, the map of the article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import Place, Record, is_source, nearest, read_text, read_yaml

from .marks import with_joints, without_joints

if TYPE_CHECKING:
    from .source import Source

JUDGEMENTS = ("wrong", "imprecise", "unsupported", "missing")  # of the article
VERDICTS = ("holds", "holds when", "did not show")  # of a lab


def read_joined(text: str, place: Place, joined: str) -> Any:
    """What YAML says, the lines of its texts joined between the letters that have no blank between them.

    Raises:
        SourceError: as `read_yaml` does.
    """
    return without_joints(read_yaml(with_joints(text, joined), place))


@dataclass(frozen=True)
class Correction:
    """Where the article was wrong, in one language."""

    id: str
    page: str  # the chapter that shows it, without its ending
    section: str  # of the article; "0" for its title, keywords and abstract
    verdict: str
    title: str
    claim: str
    holds: str
    place: Place


def read_corrections(
    folder: Path, languages: list[str], joined: str = ""
) -> dict[str, dict[str, Correction]]:
    """All corrections, by language and id, in the order of the article.

    Raises:
        SourceError: a part, a language or a verdict is missing or unknown, or an id stands twice.
    """
    found: dict[str, dict[str, Correction]] = {language: {} for language in languages}
    for path in sorted(filter(is_source, folder.glob("*.yml"))):
        name = f"docs/{folder.name}/{path.name}"
        text = read_text(path, name)
        for id_, entry in entries(
            read_joined(text, Place(name, 1), joined), Place(name)
        ):
            place = Place(name, line_of(text, id_))
            if id_ in found[languages[0]]:
                place.fail(f"there is a second correction '{id_}'.", "rename one.")
            if entry.get("verdict") not in JUDGEMENTS:
                place.fail(
                    f"'{id_}' has no known verdict.",
                    f"use one of: {', '.join(JUDGEMENTS)}.",
                )
            for language in languages:
                parts = ("title", "claim", "holds")
                title, claim, holds = texts(entry, language, parts, id_, place)
                section, verdict = str(entry.get("section", "")), entry["verdict"]
                found[language][id_] = Correction(
                    id_, path.stem, section, verdict, title, claim, holds, place
                )
    return {
        language: {
            one.id: one
            for one in sorted(each.values(), key=lambda c: _order(c.section))
        }
        for language, each in found.items()
    }


def texts(
    entry: Mapping[str, Any],
    language: str,
    parts: tuple[str, ...],
    id_: str,
    place: Place,
) -> list[str]:
    """These parts of an entry in a language. Raises SourceError where one is missing."""
    own = entry.get(language)
    own = own if isinstance(own, dict) else {}
    for part in parts:
        if not own.get(part):
            place.fail(
                f"'{id_}' has no {part} in '{language}'.", f"add {language}: {part}: …"
            )
    return [str(own[part]).strip() for part in parts]


@dataclass(frozen=True)
class Lab:
    """A claim, the experiment that could refute it, and the verdict that the run itself reaches."""

    uri: str
    title: str
    snippet: str
    claim: str
    verdict: str
    finding: str
    also: tuple[str, ...]  # further programs of the lab
    place: Place


def read_lab(source: Source, records: Mapping[str, Record]) -> Lab | None:
    """The lab that a chapter's front matter describes; None where it describes none.

    Raises:
        SourceError: a part is missing, or the run reached another verdict.
    """
    if "lab" not in source.meta:
        return None
    lab, place = source.meta["lab"], source.place("lab:")
    parts = ("snippet", "claim", "verdict", "finding")
    missing = [p for p in parts if not (isinstance(lab, dict) and lab.get(p))]
    if missing:
        place.fail(f"the lab has no {missing[0]}.", f"add it: {', '.join(parts)}.")
    snippet, verdict = str(lab["snippet"]), lab["verdict"]
    if snippet not in records:
        place.fail(
            f"there is no snippet '{snippet}'.", nearest(snippet, records, "snippets")
        )
    if verdict not in VERDICTS:
        place.fail(
            f"'{verdict}' is no verdict.", nearest(str(verdict), VERDICTS, "verdicts")
        )
    reached = records[snippet].values.get("verdict")
    if reached != verdict:
        place.fail(
            f"the page's verdict is '{verdict}', that of {snippet}.py is '{reached}'.",
            "change the page's words to what was measured.",
        )
    claim, finding = (str(lab[part]).strip() for part in ("claim", "finding"))
    also = tuple(lab.get("also", ()))
    return Lab(source.uri, source.title, snippet, claim, verdict, finding, also, place)


def read_map(path: Path) -> dict[str, str]:
    """`page.md#id` by section of the article ("1.1"); empty where there is no map."""
    name = f"docs/{path.name}"
    if not path.exists():
        return {}
    entries = read_yaml(read_text(path, name), Place(name, 1)) or {}
    return {str(section): str(place) for section, place in entries.items()}


def entries(data: Any, place: Place) -> list[tuple[str, dict[str, Any]]]:
    """The entries of a file, by id. Raises SourceError where it holds anything else."""
    data = {} if data is None else data
    if not isinstance(data, dict) or not all(
        isinstance(e, dict) for e in data.values()
    ):
        place.fail("it does not hold entries.", "write each as 'id:', its parts below.")
    return [(str(id_), entry) for id_, entry in data.items()]


def _order(section: str) -> tuple[int, ...]:
    """Sections in the article's order; the article as a whole comes first."""
    return tuple(int(part) for part in section.split(".") if part.isdigit())


def line_of(text: str, key: str) -> int:
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)
