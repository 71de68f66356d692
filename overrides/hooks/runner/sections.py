"""Reads a snippet: its docstring, and its cells, split at the section markers of pymdownx.snippets."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .errors import SourceError
from .folder import closed_folder, read_program, settings

MARKER = re.compile(
    r"^(?P<indent>\s*)#\s*-+8<-+\s*\[\s*(?P<type>start|end)\s*:\s*(?P<name>[^\]\s]*)\s*\]\s*$"
)
NAME = re.compile(r"[a-z][-_0-9a-z]*$")
RAISES = re.compile(r"#\s*raises:\s*(?P<name>\w+)\s*$")
ALLOWS_NAN = re.compile(r"#\s*allows:\s*nan\s*$")


WALL = 10  # so many seconds of the clock for each second of processor time
UNITS = {"s": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "numbers": 1}
EXAMPLES = {  # how each is written, and its units
    "time": ("150 s", ("s",)),
    "memory": ("8 GB", ("MB", "GB")),
    "output": ("300 kB", ("kB", "MB")),
    "figure": ("3 MB", ("kB", "MB")),
    "value": ("5000 numbers", ("numbers",)),
}


@dataclass(frozen=True)
class Limits:
    """The limits of one run; `written` in a snippet as, say, `# memory limit: 8 GB`."""

    time: float = 90  # seconds of processor time, of all its processes together
    memory: float = 4e9  # bytes, of all its processes together
    output: float = 100e3  # bytes that it prints
    figure: float = 1e6  # bytes of one figure's SVG
    value: float = 1000  # numbers in one value

    @property
    def wall(self) -> float:
        """Seconds of the clock: only a run that gets no processor, or waits for nothing, takes so long."""
        return WALL * self.time

    @classmethod
    def read(cls, written: dict[str, tuple[int, str]], path: Path) -> Limits:
        """The limits of a snippet that says `written`: by name, the line and the text behind the colon.

        Raises:
            SourceError: a text is no limit of its kind.
        """
        set_here: dict[str, float] = {}
        for name, (line, text) in written.items():
            found = re.fullmatch(
                rf"(\d+(?:\.\d+)?) ?({'|'.join(EXAMPLES[name][1])})", text
            )
            if not found or not float(found[1]):
                raise SourceError(
                    path,
                    line,
                    f"'{text}' is no {name} limit.",
                    f"write it as '# {name} limit: {EXAMPLES[name][0]}'.",
                )
            set_here[name] = float(found[1]) * UNITS[found[2]]
        return cls(**set_here)


def patience() -> float:
    """How many times the limits of time and memory hold: LIMITS in the environment, for a slow machine; else once.

    Raises:
        SourceError: LIMITS is no positive number.
    """
    text = os.environ.get("LIMITS") or "1"
    try:
        times = float(text)
        if 0 < times < float("inf"):
            return times
    except ValueError:
        pass
    raise SourceError(
        "LIMITS",
        None,
        f"'{text}' is no positive number.",
        "write LIMITS=3 for limits of time and memory three times as large.",
    )


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
    """A program of the folder `snippets/`, or a module that programs share, split into cells."""

    path: Path  # relative to the project's root
    text: str
    docstring: str
    cells: tuple[Cell, ...]
    limits: Limits
    # What its closed folder holds, by path below `snippets/`; and the look of its figures, which no reader needs.
    files: Mapping[str, bytes] = field(default_factory=dict)
    style: bytes = b""

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def sections(self) -> list[str]:
        return [cell.name for cell in self.cells if cell.name]

    def code(self, section: str) -> str:
        """The code of `section`. Raises KeyError where there is none."""
        return {cell.name: cell.source for cell in self.cells}[section]

    @classmethod
    def read(cls, path: Path, root: Path) -> Snippet:
        """Reads and splits the snippet at `path`, and collects the files that it runs beside.

        Raises:
            SourceError: it is not Python, has no docstring, or sets what cannot be; a section marker is out of
                place; a declared file is not there.
        """
        place = path.relative_to(root)
        files, style = closed_folder(path, root), root / "snippets/matplotlibrc"
        snippet = cls.parse(read_program(path, place), place)
        draws = any(b"matplotlib" in data for data in files.values())
        look = style.read_bytes() if draws and style.is_file() else b""
        return replace(snippet, files=files, style=look)

    @classmethod
    def parse(cls, text: str, path: Path) -> Snippet:
        """Splits `text`; `path` is for messages only."""
        try:
            with warnings.catch_warnings(action="ignore"):  # the run will say them
                compile(text, path, "exec", dont_inherit=True)
                tree = ast.parse(text)
        except (SyntaxError, ValueError) as error:
            raise SourceError(
                path,
                getattr(error, "lineno", None),
                f"this is not Python: {getattr(error, 'msg', error)}.",
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
        if not cells or tree.body[1].lineno <= (tree.body[0].end_lineno or 1):
            raise SourceError(
                path,
                tree.body[0].end_lineno,
                "the docstring has no code below it."
                if not cells
                else "a statement stands on the line of the docstring.",
                "write the program below the docstring.",
            )
        for cell in cells[:-1]:
            if cell.raises:
                raise SourceError(
                    path,
                    cell.first_line,
                    f"section '{cell.name}' is declared to raise {cell.raises}, so nothing after it can run.",
                    "make it the last section of its file.",
                )
        return cls(path, text, docstring, cells, _limits(text, path))


def _limits(text: str, path: Path) -> Limits:
    written: dict[str, tuple[int, str]] = {}
    for line, setting, value in settings(text):
        name = setting.removesuffix(" limit")
        if name in written:
            raise SourceError(
                path, line, f"the {setting} is set a second time.", "keep one of both."
            )
        if setting != "reads":
            written[name] = line, value
    return Limits.read(written, path)


def _cells(text: str, tree: ast.Module, path: Path) -> list[Cell]:
    lines = text.split("\n")
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
