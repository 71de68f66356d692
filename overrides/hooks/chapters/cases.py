"""The cases of collaboration, from docs/cases.yml, and the words in which pages speak of them, from docs/finder.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import Place, nearest

from .data import NONE, Instead, entries, texts

CASES, WORDS = "docs/cases.yml", "docs/finder.yml"
TEXTS = ("who", "flows", "decides", "use", "size", "wrong")
CITED = re.compile(r"\[@[^\]\n]+\]")
Words = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A case of collaboration, in one language. The words of docs/finder.yml say which kinds of anything there are.

    Args:
        id: its anchor.
        group: the page in cases/ that tells it.
        years: when it began and ended; 0 where it goes on.
        flows: what each kind of partner gave and got, by "gave" and "got".
        decided: which kind of partner decides on the result.
        use: who may use the result today.
        terms: the changes of terms: (date, way), oldest first.
        lost: the kinds of what went wrong or was given up.
        outsiders: keys of sources that are no party to it.
        texts: what is told of it, by the names in TEXTS and "name".
        place: where it stands.
    """

    id: str
    group: str
    years: tuple[int, int]
    flows: Mapping[str, Mapping[str, tuple[str, ...]]]
    decided: str
    use: str
    terms: tuple[tuple[str, str], ...]
    lost: tuple[str, ...]
    outsiders: tuple[str, ...]
    texts: Mapping[str, str]
    place: Place


def read_words(root: Path, language: str, joined: str, instead: Instead = NONE) -> Words:  # fmt: skip
    """The words about cases in a language, by what they are about; none where there is no file.

    Raises:
        SourceError: a language is missing.
    """
    found: Words = {}
    for what, entry, place in entries(root / WORDS, WORDS, joined, instead):
        if not isinstance(entry.get(language), dict):
            problem = f"'{what}' has no words in '{language}'."
            place.fail(problem, f"add {language}: …")
        found[what] = entry[language]
    return found


def read_cases(root: Path, language: str, joined: str, words: Words, instead: Instead = NONE) -> dict[str, Case]:  # fmt: skip
    """All cases in a language, by id; none where there is no file.

    Raises:
        SourceError: something is missing, of no known kind, or told without a source.
    """
    told = entries(root / CASES, CASES, joined, instead)
    return {id_: _case(id_, one, language, words, place) for id_, one, place in told}


def _case(id_: str, entry: Any, language: str, words: Words, place: Place) -> Case:
    said = texts(entry, language, ("name", *TEXTS), id_, place)
    told = dict(zip(("name", *TEXTS), said, strict=True))
    nothing = words["say"]["nothing"]
    for part in TEXTS:
        if not CITED.search(told[part]) and nothing not in told[part]:
            place.fail(
                f"'{id_}' tells '{part}' without a source in '{language}'.",
                f"cite one, or write '{nothing}'.",
            )

    def given(value: Any, form: type) -> Any:
        if not isinstance(value or form(), form):
            problem = f"'{id_}' has '{value}' where another form is needed."
            place.fail(problem, "look at another case in the file.")
        return value or form()

    def known(value: Any, what: str) -> str:
        if value not in words[what]:
            problem = f"'{id_}' has '{value}', which is of no known kind."
            place.fail(problem, nearest(str(value), words[what], "kinds"))
        return str(value)

    def all_known(values: Any, what: str) -> tuple[str, ...]:
        return tuple(known(one, what) for one in given(values, list))

    flows = {
        known(who, "partner"): {
            way: all_known(given(flow, dict).get(way), "goods")
            for way in ("gave", "got")
        }
        for who, flow in given(entry.get("flows"), dict).items()
    }
    terms = [given(one, dict) for one in given(entry.get("terms"), list)]
    return Case(
        id=id_,
        group=known(entry.get("group"), "group"),
        years=(given(entry.get("begun"), int), given(entry.get("ended"), int)),
        flows=flows,
        decided=known(entry.get("decided"), "decided"),
        use=known(entry.get("use"), "use"),
        terms=tuple((str(t.get("date")), known(t.get("way"), "terms")) for t in terms),
        lost=all_known(entry.get("lost"), "lost"),
        outsiders=tuple(given(entry.get("outsiders"), list)),
        texts=told,
        place=place,
    )
