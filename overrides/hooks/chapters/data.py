"""The data that all languages share and pages show: corrections, terms, labs, the map of the article, titles of programs."""

from __future__ import annotations

import datetime
import functools
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import markdown
from runner import (
    Place,
    Record,
    is_source,
    nearest,
    read_text,
    read_yaml,
    remembered,
)

from .page import with_joints, without_joints
from .values import NotRunError, the_record

FRONT = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)\s*", re.DOTALL)
TITLES = "snippets/titles.yml"
# Languages that may lack something, each with the one that is shown instead.
Instead = Mapping[str, str]
NONE: Instead = MappingProxyType({})
Titles = dict[str, dict[str, dict[str, str]]]
JUDGEMENTS = (  # of the article
    "wrong",
    "imprecise",
    "unsupported",
    "outdated",
    "missing",
)
# What a chapter's front matter may say under these names, and an example.
META = {
    **dict.fromkeys(("title", "description", "template"), (str, "in one text")),
    **dict.fromkeys(("keywords", "hide"), (list, "as a list: [one, other]")),
    "lab": (dict, "'snippet: …' below it, and the other parts"),
}
VERDICTS = ("holds", "holds when", "does not", "cannot tell")  # of a lab


@functools.lru_cache(256)  # for all languages, and for every rebuild of `serve`
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
    folder: Path, languages: list[str], joined: str = "", instead: Instead = NONE
) -> dict[str, dict[str, Correction]]:
    """All corrections, by language and id, in the order of the article.

    Raises:
        SourceError: a part, a language or a verdict is missing or unknown, or an id stands twice.
    """
    found: dict[str, dict[str, Correction]] = {language: {} for language in languages}
    for path in sorted(filter(is_source, folder.glob("*.yml"))):
        name = f"docs/{folder.name}/{path.name}"
        for id_, entry, place in entries(path, name, joined, instead):
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
                section, verdict = entry.get("section", ""), entry["verdict"]
                if not is_text(section):
                    place.fail(
                        f"'{id_}' has no section.", 'write it so: section: "1.1"'
                    )
                found[language][id_] = Correction(
                    id_, path.stem, str(section), verdict, title, claim, holds, place
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
        if not own.get(part) or not is_text(own[part]):
            place.fail(
                f"'{id_}' has no {part} in '{language}'.", f"add {language}: {part}: …"
            )
    return [str(own[part]).strip() for part in parts]


def is_text(said: Any) -> bool:
    """Whether YAML says one thing, which can be shown as it is written, and no list or mapping."""
    return isinstance(said, str | int | float | datetime.date)


def listed(entry: Mapping[str, Any], part: str, place: Place) -> tuple[Any, ...]:
    """A part of an entry that is a list of texts, empty where it is left out. Raises SourceError where it is none."""
    said = entry.get(part) or ()
    if not isinstance(said, list | tuple) or not all(map(is_text, said)):
        place.fail(f"'{part}' is no list.", f"write it so: '{part}: [one, other]'.")
    return tuple(said)


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
    question: str  # what it is grouped by
    unit: str  # what an effect counts
    form: str  # how Python formats an effect
    conditions: tuple[str, ...]  # in the order of the run's `intervals`
    control: tuple[str, ...]  # in the order of its `control`
    cases: tuple[str, ...]  # of collaboration, in which it happened
    place: Place


def read_lab(source: Source, records: Mapping[str, Record]) -> Lab | None:
    """The lab that a chapter's front matter describes; None where it describes none.

    Raises:
        SourceError: a part is missing, or the run, unless it is still waited for, reached another verdict.
    """
    if "lab" not in source.meta:
        return None
    lab, place = source.meta["lab"], source.place("lab:")
    texts = ("question", "claim", "verdict", "finding", "unit", "format")
    parts = ("snippet", *texts, "conditions", "control")
    missing = [p for p in parts if not lab.get(p)]
    if missing:
        place.fail(f"the lab has no {missing[0]}.", f"add it: {', '.join(parts)}.")
    snippet, verdict = str(lab["snippet"]), lab["verdict"]
    if verdict not in VERDICTS:
        place.fail(
            f"'{verdict}' is no verdict.", nearest(str(verdict), VERDICTS, "verdicts")
        )
    with suppress(NotRunError):
        _compare(lab, the_record(snippet, records, place), place)
    lists = ("also", "conditions", "control", "cases")
    for part in texts:
        if not is_text(lab[part]):
            place.fail(f"the lab's {part} is no text.", f"write it so: '{part}: …'.")
    said: dict[str, Any] = {part: str(lab[part]).strip() for part in texts}
    said |= {part: listed(lab, part, place) for part in lists}
    return Lab(source.uri, source.title, snippet, form=said.pop("format"), place=place, **said)  # fmt: skip


def _compare(lab: Mapping[str, Any], record: Record, place: Place) -> None:
    """Raises SourceError where a lab's front matter says another thing than its run."""
    reached = record.values.get("verdict")
    if reached != lab["verdict"]:
        place.fail(
            f"the page's verdict is '{lab['verdict']}', that of {record.name}.py is '{reached}'.",
            "change the page's words to what was measured.",
        )
    for name, titles in (("intervals", "conditions"), ("control", "control")):
        measured = record.values.get(name, ())
        count = len(measured) if isinstance(measured, list) else 0
        listed(lab, titles, place)
        if count != len(lab[titles]):
            place.fail(
                f"'{titles}' names {len(lab[titles])}, '{name}' of {record.name}.py has {count}.",
                "name each of them, in the same order.",
            )


def read_map(path: Path) -> dict[str, str]:
    """`page.md#id` by section of the article ("1.1"); empty where there is no map."""
    name = f"docs/{path.name}"
    if not path.exists():
        return {}
    entries = read_yaml(read_text(path, name), Place(name, 1)) or {}
    if not isinstance(entries, dict) or not all(map(is_text, entries.values())):
        Place(name).fail("it is no map.", "write each line so: '\"1.1\": page.md#id'.")
    return {str(section): str(place) for section, place in entries.items()}


def entries(
    path: Path, name: str, joined: str, instead: Instead = NONE
) -> Iterator[tuple[str, dict[str, Any], Place]]:
    """The entries of a file that messages call `name`: id, what it holds, its line; none where there is no file.

    What an entry lacks in a language of `instead` is what it says in the other one.

    Raises:
        SourceError: it holds anything else.
    """
    if path.exists() and not path.is_file():  # a pipe would never end
        Place(name).fail("this is no file.", "put a file there, or remove it.")
    text = read_text(path, name) if path.exists() else ""
    data = read_joined(text, Place(name, 1), joined)
    data = {} if data is None else data
    if not isinstance(data, dict) or {type(one) for one in data.values()} - {dict}:
        Place(name).fail(
            "it does not hold entries.", "write each as 'id:', its parts below."
        )
    lines = reversed([*enumerate(text.splitlines(), 1)])
    begins = {line.partition(":")[0]: number for number, line in lines}
    for id_, entry in data.items():
        lent = {
            language: {**entry[other], **entry.get(language, {})}
            for language, other in instead.items()
            if isinstance(entry.get(other), dict)
        }
        yield str(id_), {**entry, **lent}, Place(name, begins.get(str(id_), 1))


def _order(section: str) -> tuple[int, ...]:
    """Sections in the article's order; the article as a whole comes first."""
    return tuple(int(part) for part in section.split(".") if part.isdigit())


def read_titles(
    root: Path,
    names: list[str],
    languages: list[str],
    joined: str = "",
    instead: Instead = NONE,
) -> Titles:
    """Title and summary of each program, by its name and the language, from snippets/titles.yml.

    Raises:
        SourceError: a program, a language or a text is missing, or one too many is there.
    """
    found = {n: (e, p) for n, e, p in entries(root / TITLES, TITLES, joined, instead)}
    titles: Titles = {}
    for name in names:
        entry, place = found.get(name, ({}, Place(TITLES)))
        for language in languages:
            parts = ("title", "summary")
            said = texts(entry, language, parts, name, place)
            titles.setdefault(name, {})[language] = dict(zip(parts, said, strict=True))
    for name, (_, place) in found.items():
        if name not in names:
            place.fail(f"'{name}' is no snippet.", "remove or rename the entry.")
    return titles


@dataclass(frozen=True)
class Term:
    """A term in one language."""

    id: str
    term: str
    definition: str
    also: tuple[str, ...]  # other forms that count as the same term
    other: str  # the term in the other languages
    original: str  # the term in the first language; "" where that is this one, or the entry says `plain: true`
    refused: tuple[str, ...]  # rival translations that a test refuses
    place: Place


def read_glossary(
    path: Path, languages: list[str], joined: str = "", instead: Instead = NONE
) -> dict[str, list[Term]]:
    """All terms, by language; none where there is no file.

    Raises:
        SourceError: a language, a term or a definition is missing.
    """
    found: dict[str, list[Term]] = {language: [] for language in languages}
    for id_, entry, place in entries(path, f"docs/{path.name}", joined, instead):
        said = {
            language: texts(entry, language, ("term", "definition"), id_, place)
            for language in languages
        }
        name_first = re.sub(r" \(.*\)", "", said[languages[0]][0])
        for language, (term, definition) in said.items():
            own = entry[language]
            has = [o for o in languages if said[o] != said.get(instead.get(o, ""))]
            others = [said[o][0] for o in has if o != language]
            other, forms = ", ".join(others), listed(own, "also", place)
            forms = tuple(map(str, forms))
            lent = language in instead and language not in has
            same = language == languages[0] or own.get("plain") or lent
            first, refused = "" if same else name_first, listed(own, "not", place)
            found[language].append(
                Term(id_, term, definition, forms, other, first, refused, place)
            )
    return found


def other_files(record: Record) -> dict[str, bytes]:
    """What the program needs beside itself: the files that it reads and the modules that it imports, by path."""
    return {n: data for n, data in record.files.items() if n != f"{record.name}.py"}


@dataclass(frozen=True)
class Source:
    """A chapter's file as it is read.

    Args:
        uri: its path below the folder of its language.
        name: its path as messages name it.
        meta: its front matter.
        text: what follows.
        head: the lines before the text, as they are.
        cache: a folder that keeps the headings of chapters.
        lent: the language that it is in, where its edition has it from another one.
    """

    uri: str
    name: str
    meta: Mapping[str, Any]
    text: str
    head: str = ""
    cache: Path | None = None
    lent: str = ""

    @functools.cached_property
    def headings(self) -> dict[str, str]:
        """The words of its headings by id, as Python-Markdown finds them."""

        def make() -> bytes:
            return json.dumps(self._headings()).encode()

        name, key = self.name.replace("/", "+"), f"{markdown.__version__}\n{self.text}"
        made = (
            remembered(self.cache, f"{name}.json", key, make) if self.cache else make()
        )
        return dict(json.loads(made))

    def _headings(self) -> dict[str, str]:
        md = markdown.Markdown(extensions=["attr_list", "toc", "pymdownx.superfences"])
        md.convert(self.text)
        found: dict[str, str] = {}
        waiting = list(getattr(md, "toc_tokens", []))
        while waiting:
            token = waiting.pop(0)
            found[token["id"]] = token["name"]
            waiting[:0] = token["children"]
        return found

    @property
    def title(self) -> str:
        return next(iter(self.headings.values()), self.uri)

    @property
    def shown(self) -> tuple[object, ...]:
        """What other pages may show of it."""
        return self.uri, self.head, self.headings

    def place(self, key: str = "") -> Place:
        """Where its text begins, or the line of its front matter that begins with `key`."""
        lines = self.head.split("\n")
        found = [n for n, line in enumerate(lines, 1) if key and line.startswith(key)]
        return Place(self.name, found[0] if found else len(lines))


def read_source(
    path: Path, uri: str, name: str, joined: str = "", cache: Path | None = None
) -> Source:
    """Reads a chapter.

    Args:
        path: its file.
        uri: its path below the folder of its language.
        name: its path as messages name it.
        joined: the letters between which its language has no blanks.
        cache: a folder that keeps the headings of chapters.

    Raises:
        SourceError: it is no text; its front matter is not YAML, or no list of names and what they say.
    """
    text = read_text(path, name)
    front = FRONT.match(text)
    head = front[0] if front else ""
    meta = read_joined(front[1] or "", Place(name, 2), joined) if front else {}
    if not isinstance(meta, dict | None):
        Place(name, 2).fail(
            "the front matter does not say what is what.", "write 'description: …'."
        )
    if not front and re.match(r"---[ \t]*\n", text):
        Place(name, 1).fail("the front matter has no end.", "write '---' below it.")
    source = Source(uri, name, meta or {}, text[len(head) :], head, cache)
    if not source.text.strip():
        source.place().fail("the page is empty.", "begin it with '# Title { #id }'.")
    for key, (form, example) in META.items():
        said = source.meta.get(key)
        if form is list and said is not None:
            listed(source.meta, key, source.place(f"{key}:"))
        elif said is not None and not (is_text(said) if form is str else isinstance(said, dict)):  # fmt: skip
            problem = f"'{key}' says what it cannot say here."
            source.place(f"{key}:").fail(problem, f"write it {example}.")
    return source
