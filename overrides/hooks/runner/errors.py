"""The one error that this project's own files can cause."""

from __future__ import annotations

from pathlib import Path


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


def reason(error: OSError) -> str:
    """What the system says of a file that it does not give or take."""
    return error.strerror or str(error)
