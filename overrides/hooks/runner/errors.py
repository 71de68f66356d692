"""The one error that this project's own files can cause, and the place in a file that it speaks of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn


class SourceError(Exception):
    """Something is wrong in a file of this project: a snippet, its run, or a chapter that shows it.

    Args:
        path: the file, as the reader of the message would type it.
        line: its line, counted from 1, or None where no line is to blame.
        problem: what is wrong, in one sentence.
        remedy: what to do about it, in one sentence.
        detail: further lines (a traceback), shown indented.
    """

    def __init__(
        self,
        path: Path | str,
        line: int | None,
        problem: str,
        remedy: str,
        detail: str = "",
    ) -> None:
        place = f"{path}:{line}" if line else f"{path}"
        lines = [
            f"{place}: {problem}",
            *(f"    {text}" for text in detail.splitlines()),
            f"  Remedy: {remedy}",
        ]
        super().__init__("\n".join(lines))


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


def reason(error: OSError) -> str:
    """What the system says of a file that it does not give or take."""
    return error.strerror or str(error)


def nearest(name: str, known: Iterable[str], what: str) -> str:
    """A remedy that names what is like `name` among the known."""
    near = (
        difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
        or sorted(known)[:8]
    )
    return (
        f"{what} nearest to it: {', '.join(near)}."
        if near
        else f"there are none among {what}."
    )
