"""What the project's own files say, read in one way, and the one error that they can cause."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

# libyaml's loader where the wheel has it: ten times as fast, which every rebuild feels.
_Yaml: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(eq=False)
class SourceError(Exception):
    """Something is wrong in a file of this project: a snippet, its run, or a chapter that shows it."""

    path: Path | str  # as the reader of the message would type it
    line: int | None  # counted from 1; None where no line is to blame
    problem: str  # what is wrong, in one sentence
    remedy: str  # what to do about it, in one sentence
    detail: str = ""  # further lines (a traceback), shown indented
    others: Sequence[SourceError] = ()  # what else is wrong, told below

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        more = "".join(f"\n    {text}" for text in self.detail.splitlines())
        told = f"{place}: {self.problem}{more}\n  Remedy: {self.remedy}"
        return "\n".join([told, *map(str, self.others)])


@dataclass(frozen=True)
class Place:
    """A line of a file, for messages; the whole file where `line` is None."""

    path: Path | str
    line: int | None = None

    def at(self, offset: int) -> Place:
        """The place so many lines further down."""
        return Place(self.path, (self.line or 0) + offset)

    def fail(self, problem: str, remedy: str, detail: str = "") -> NoReturn:
        """Raises the SourceError of this place."""
        raise SourceError(self.path, self.line, problem, remedy, detail)


def nearest(name: str, known: Iterable[str], what: str) -> str:
    """A remedy that names what is like `name` among the known, `what` they are."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known[:8]
    if near:
        return f"{what} nearest to it: {', '.join(near)}."
    return f"there are none among {what}."


def read_bytes(path: Path, place: Place) -> bytes:
    """What a file holds. Raises SourceError where the system does not give it."""
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"{path.name} cannot be read: {error.strerror or error}."
        place.fail(problem, "make it a readable file.")


def decoded(data: bytes, path: Path | str) -> str:
    """The text of a file that holds `data`, its lines ended by '\\n'. Raises SourceError where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        Place(path, line).fail("this is not UTF-8.", "save the file in UTF-8.")


def read_text(path: Path, name: str) -> str:
    """The text of the file at `path`, its lines ended by '\\n'; messages call it `name`.

    Raises:
        SourceError: it cannot be read, or is not UTF-8.
    """
    text = decoded(read_bytes(path, Place(name)), name)
    if "\0" in text:  # what is ASCII in UTF-16 is UTF-8, too
        line = text.count("\n", 0, text.index("\0")) + 1
        Place(name, line).fail("this is no text in UTF-8.", "save the file in UTF-8.")
    return text


class _Loader(_Yaml):  # type: ignore[misc]
    """Plain data only, each key once, and a line for every error."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if isinstance(node, yaml.MappingNode):
            keys: set[tuple[str, str]] = set()
            for key, _ in node.value:
                if (named := (key.tag, str(key.value))) in keys:
                    self._refuse(f"the key '{key.value}' stands here again", key)
                keys.add(named)
        try:
            return super().construct_object(node, deep)
        except ValueError as error:  # a date that is none
            self._refuse(str(error), node)

    def _refuse(self, problem: str, node: yaml.Node) -> NoReturn:
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def read_yaml(text: str, place: Place) -> Any:
    """What a piece of YAML says; None where it says nothing.

    Args:
        text: the whole of a file, or lines of it.
        place: the file, and the line on which the text begins (the first, where it names none).

    Raises:
        SourceError: it is no YAML, or gives a key twice.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem, line = error.problem or error.context, mark.line if mark else 0
    except yaml.reader.ReaderError as error:
        problem = f"the character U+{error.character:04X} cannot stand in it"
        line = text.encode()[: error.position].count(b"\n")
    here = Place(place.path, (place.line or 1) + line)
    here.fail(
        f"this YAML cannot be read: {problem}.",
        "mend the line; a text with ': ', ' #' or '{' in it stands in quotes.",
    )
