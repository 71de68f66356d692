"""Reads a snippet: its docstring, and its cells, split at the section markers of pymdownx.snippets."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

MARKER = re.compile(
    r"^(?P<indent>\s*)#\s*-+8<-+\s*\[\s*(?P<type>start|end)\s*:\s*(?P<name>[^\]\s]*)\s*\]\s*$"
)
NAME = re.compile(r"[a-z][-_0-9a-z]*$")
RAISES = re.compile(r"#\s*raises:\s*(?P<name>\w+)\s*$")
ALLOWS_NAN = re.compile(r"#\s*allows:\s*nan\s*$")
TIME_LIMIT = re.compile(r"^#\s*time limit:\s*(?P<seconds>\d+)\s*s\s*$", re.MULTILINE)
DEFAULT_TIME_LIMIT = 90  # seconds


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
class Cell:
    """A run of whole statements: one section of a snippet, or what stands between two sections (`name` is None)."""

    name: str | None
    source: str
    first_line: int  # in the snippet, counted from 1
    raises: str | None = None  # the exception that this section is there to show
    allows_nan: bool = False


@dataclass(frozen=True)
class Snippet:
    """A program of the folder `snippets/`, split into cells."""

    path: Path  # relative to the project's root
    text: str
    docstring: str
    cells: tuple[Cell, ...]
    time_limit: int  # seconds

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def sections(self) -> list[str]:
        return [cell.name for cell in self.cells if cell.name]

    @classmethod
    def read(cls, path: Path, root: Path) -> Snippet:
        """Reads and splits the snippet at `path`.

        Raises:
            SourceError: it is not Python, has no docstring, or a section marker is out of place.
        """
        return cls.parse(path.read_text(encoding="utf-8"), path.relative_to(root))

    @classmethod
    def parse(cls, text: str, path: Path) -> Snippet:
        """Splits `text`; `path` is for messages only."""
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise SourceError(
                path,
                error.lineno,
                f"this is not Python: {error.msg}.",
                "mend the line.",
            ) from None
        docstring = ast.get_docstring(tree)
        if not docstring:
            raise SourceError(
                path,
                1,
                "the snippet has no docstring.",
                "open it with one that says what it shows.",
            )
        cells = tuple(_cells(text, tree, path))
        for cell in cells[:-1]:
            if cell.raises:
                raise SourceError(
                    path,
                    cell.first_line,
                    f"section '{cell.name}' is declared to raise {cell.raises}, so nothing after it can run.",
                    "make it the last section of its file.",
                )
        limit = TIME_LIMIT.search(text)
        return cls(
            path,
            text,
            docstring,
            cells,
            int(limit["seconds"]) if limit else DEFAULT_TIME_LIMIT,
        )


def _cells(text: str, tree: ast.Module, path: Path) -> list[Cell]:
    lines = text.splitlines()
    _check_markers(lines, tree, path)
    cells: list[Cell] = []
    name: str | None = None
    start = (
        tree.body[0].end_lineno or 1
    )  # the docstring introduces the notebook; it is not one of its cells
    for number in range(start, len(lines) + 1):
        marker = MARKER.match(lines[number]) if number < len(lines) else None
        if marker or number == len(lines):
            cells += _cell(name, lines[start:number], start + 1)
            start = number + 1
        if marker:
            name = marker["name"] if marker["type"] == "start" else None
    return cells


def _cell(name: str | None, lines: list[str], first_line: int) -> list[Cell]:
    """The cell of these lines, without the blank ones around it; none if nothing else is there."""
    while lines and not lines[0].strip():
        lines, first_line = lines[1:], first_line + 1
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    if not lines:
        return []
    raises = RAISES.match(lines[0])
    return [
        Cell(
            name,
            "\n".join(lines),
            first_line,
            raises["name"] if raises else None,
            bool(ALLOWS_NAN.match(lines[0])),
        )
    ]


def _check_markers(lines: list[str], tree: ast.Module, path: Path) -> None:
    """Each marker stands between top-level statements; each section opens once, closes once, holds no other."""
    opened: dict[str, int] = {}
    current: str | None = None
    for number, line in enumerate(lines, start=1):
        marker = MARKER.match(line)
        if not marker:
            continue
        name = marker["name"]
        inside = next(
            (s for s in tree.body if _first_line(s) < number <= (s.end_lineno or 0)),
            None,
        )
        if inside or marker["indent"]:
            raise SourceError(
                path,
                number,
                f"the marker of section '{name}' stands inside a function, a block or a string.",
                "move it to the top level of the file, before or after the whole statement.",
            )
        if not NAME.match(name):
            raise SourceError(
                path,
                number,
                f"'{name}' is not a section name.",
                "use lower-case letters, digits, '-' and '_', beginning with a letter.",
            )
        if marker["type"] == "start":
            if current:
                raise SourceError(
                    path,
                    number,
                    f"section '{name}' starts inside section '{current}' (line {opened[current]}).",
                    f"close '{current}' first: '# --8<-- [end:{current}]'.",
                )
            if name in opened:
                raise SourceError(
                    path,
                    number,
                    f"section '{name}' starts a second time (first on line {opened[name]}).",
                    "give it another name.",
                )
            current = name
            opened[name] = number
        elif name != current:
            known = "closed before" if name in opened else "never opened"
            raise SourceError(
                path,
                number,
                f"section '{name}' ends here but was {known}.",
                f"close the open section '{current}' instead."
                if current
                else "remove the marker or add its start.",
            )
        else:
            current = None
    if current:
        raise SourceError(
            path,
            opened[current],
            f"section '{current}' is never closed.",
            f"add '# --8<-- [end:{current}]' after its last line.",
        )


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
