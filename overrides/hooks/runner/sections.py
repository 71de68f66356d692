"""Reads a snippet: its docstring, its limits, and its cells, split at the section markers of pymdownx.snippets."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from .errors import Place
from .folder import closed_folder, program_text, settings

MARKER = re.compile(
    r"^(?P<indent>\s*)#\s*-+8<-+\s*\[\s*(?P<type>start|end)\s*:\s*(?P<name>[^\]\s]*)\s*\]\s*$"
)
NAME = re.compile(r"[a-z][-_0-9a-z]*$")
RAISES = re.compile(r"#\s*raises:\s*(?P<name>\w+)\s*$")
ALLOWS_NAN = re.compile(r"#\s*allows:\s*nan\s*$")
WALL = 10  # seconds of the clock for each of processor time: only who gets no processor, or waits, takes so long
UNITS = {"s": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "numbers": 1}
WRITTEN = {  # how each limit is written, and its units
    "time": ("150 s", "s"),
    "memory": ("8 GB", "MB", "GB"),
    "output": ("300 kB", "kB", "MB"),
    "figure": ("3 MB", "kB", "MB"),
    "value": ("5000 numbers", "numbers"),
}


@dataclass(frozen=True)
class Limits:
    """What a run may take. A program sets another limit on a line of its own: `# memory limit: 8 GB`."""

    time: float = 90  # seconds of processor time, of all its processes together
    memory: float = 4e9  # bytes, of all its processes together
    output: float = 100e3  # bytes that it prints
    figure: float = 1e6  # bytes of one figure's SVG
    value: float = 1000  # numbers in one value

    def allowed(self) -> dict[str, float]:
        """What this run may take, on a slow machine more; `wall` are seconds of the clock."""
        time, memory = self.time * patience(), self.memory * patience()
        own = {"time": time, "memory": memory, "wall": WALL * time}
        return {**asdict(self), **own, "errors": self.output}

    @classmethod
    def read(cls, text: str, path: Path) -> Limits:
        """The limits that a program sets.

        Raises:
            SourceError: what it sets is no limit of that kind, or set already.
        """
        limits: dict[str, float] = {}
        for here, setting, value in settings(text, path):
            name = setting.removesuffix(" limit")
            if setting == "reads":
                continue
            if name in limits:
                here.fail(f"the {setting} is set a second time.", "keep one of both.")
            example, *units = WRITTEN[name]
            found = re.fullmatch(rf"(\d+(?:\.\d+)?) ?({'|'.join(units)})", value)
            if not found or not float(found[1]):
                here.fail(
                    f"'{value}' is no {setting}.",
                    f"write it as, say, '# {setting}: {example}'.",
                )
            limits[name] = float(found[1]) * UNITS[found[2]]
        return cls(**limits)


def patience() -> float:
    """How many times the limits of time and memory hold: LIMITS in the environment, for a slow machine; else once.

    Raises:
        SourceError: LIMITS is no number above 0.
    """
    text = os.environ.get("LIMITS") or "1"
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", text) or not float(text):
        remedy = "write LIMITS=3 for limits of time and memory three times as large."
        Place("LIMITS").fail(f"'{text}' is no number above 0.", remedy)
    return float(text)


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
        files, style = closed_folder(path, root), root / "snippets/matplotlibrc"
        own = files[path.relative_to(root / "snippets").as_posix()]
        place = path.relative_to(root)
        snippet = cls.parse(program_text(own, Place(place)), place)
        draws = any(b"matplotlib" in data for data in files.values())
        look = style.read_bytes() if draws and style.is_file() else b""
        return replace(snippet, files=files, style=look)

    @classmethod
    def parse(cls, text: str, path: Path) -> Snippet:
        """Splits `text`; `path` is for messages only."""
        tree = _tree(text, path)
        docstring = ast.get_docstring(tree)
        if not docstring:
            Place(path, 1).fail(
                "the snippet has no docstring.",
                "open it with one that says what it shows.",
            )
        below = Place(path, tree.body[0].end_lineno or 1)
        cells = tuple(_cells(text, tree, path))
        if len(tree.body) == 1:
            below.fail(
                "no code stands below the docstring.", "write the program there."
            )
        if tree.body[1].lineno <= (below.line or 1):
            below.fail(
                "a statement stands on the line of the docstring.", "move it below."
            )
        for cell in cells[:-1]:
            if cell.raises:
                Place(path, cell.first_line).fail(
                    f"section '{cell.name}' is declared to raise {cell.raises}, so nothing after it can run.",
                    "make it the last section of its file.",
                )
        return cls(path, text, docstring, cells, Limits.read(text, path))


def _tree(text: str, path: Path) -> ast.Module:
    try:
        with warnings.catch_warnings(action="ignore"):  # the run will say them
            compile(text, path, "exec", dont_inherit=True)
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        problem = f"this is not Python: {getattr(error, 'msg', error)}."
        Place(path, getattr(error, "lineno", None)).fail(problem, "mend the line.")


def _cells(text: str, tree: ast.Module, path: Path) -> list[Cell]:
    lines = text.split("\n")
    _check_markers(lines, tree, path)
    cells: list[Cell] = []
    name: str | None = None
    start = tree.body[0].end_lineno or 1  # the docstring is no cell of the notebook
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
    current = ""
    for number, line in enumerate(lines, start=1):
        if not (marker := MARKER.match(line)):
            continue
        name, here = marker["name"], Place(path, number)
        if marker["indent"] or any(
            _first_line(s) < number <= (s.end_lineno or 0) for s in tree.body
        ):
            here.fail(
                f"the marker of section '{name}' stands inside a function, a block or a string.",
                "move it to the top level of the file, before or after the whole statement.",
            )
        if not NAME.match(name):
            here.fail(
                f"'{name}' is not a section name.",
                "use lower-case letters, digits, '-' and '_', beginning with a letter.",
            )
        if marker["type"] == "end":
            if name != current:
                known = "closed before" if name in opened else "never opened"
                close = f"close the open section '{current}' instead."
                here.fail(
                    f"section '{name}' ends here but was {known}.",
                    close if current else "remove the marker or add its start.",
                )
            current = ""
            continue
        if current:
            here.fail(
                f"section '{name}' starts inside section '{current}' (line {opened[current]}).",
                f"close '{current}' first: '# --8<-- [end:{current}]'.",
            )
        if name in opened:
            first = f"first on line {opened[name]}"
            here.fail(
                f"section '{name}' starts a second time ({first}).",
                "give it another name.",
            )
        current = name
        opened[name] = number
    if current:
        Place(path, opened[current]).fail(
            f"section '{current}' is never closed.",
            f"add '# --8<-- [end:{current}]' after its last line.",
        )


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
