"""Reads a snippet: its docstring, its limits, and its cells, split at the section markers of pymdownx.snippets."""

from __future__ import annotations

import ast
import functools
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from .errors import Place
from .folder import NO_PYTHON, closed_folder, program_text, settings

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
        """The limits that a program sets. Raises SourceError where it sets none of that kind, or one twice."""
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
                remedy = f"write it as, say, '# {setting}: {example}'."
                here.fail(f"'{value}' is no {setting}.", remedy)
            limits[name] = float(found[1]) * UNITS[found[2]]
        return cls(**limits)


def patience() -> float:
    """How many times the limits of time and memory hold: LIMITS in the environment, for a slow machine; else once."""
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

    @property
    def last_line(self) -> int:
        return self.first_line + self.source.count("\n")


@dataclass(frozen=True)
class Snippet:
    """A program of the folder `snippets/`, or a module that programs share, split into cells."""

    path: Path  # relative to the project's root
    text: str
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
        draws = any(b"matplotlib" in data for data in files.values())
        look = style.read_bytes() if draws and style.is_file() else b""
        place = path.relative_to(root)
        snippet = cls.parse(program_text(own, place), place)
        return replace(snippet, files=files, style=look)

    @classmethod
    @functools.lru_cache(256)  # in `serve`, all but one are as they were
    def parse(cls, text: str, path: Path) -> Snippet:
        """Splits `text`; `path` is for messages only."""
        tree = _tree(text, path)
        if not ast.get_docstring(tree):
            remedy = "open it with one that says what it shows."
            Place(path, 1).fail("the snippet has no docstring.", remedy)
        cells = tuple(_cells(text, tree, path))
        last = Place(path, tree.body[0].end_lineno)
        if len(tree.body) == 1:
            last.fail("no code stands below the docstring.", "write the program there.")
        if tree.body[1].lineno == last.line:
            problem = "a statement stands on the line of the docstring."
            last.fail(problem, "move it below.")
        for cell in cells[:-1]:
            if cell.raises:
                problem = f"section '{cell.name}' is declared to raise {cell.raises}, so nothing after it can run."
                remedy = "make it the last section of its file."
                Place(path, cell.first_line).fail(problem, remedy)
        return cls(path, text, cells, Limits.read(text, path))


def _tree(text: str, path: Path) -> ast.Module:
    try:
        with warnings.catch_warnings(action="ignore"):  # the run will say them
            tree = ast.parse(text)
            compile(tree, path, "exec", dont_inherit=True)
            return tree
    except NO_PYTHON as error:
        problem = f"this is not Python: {getattr(error, 'msg', error)}."
        Place(path, getattr(error, "lineno", None)).fail(problem, "mend the line.")


def _cells(text: str, tree: ast.Module, path: Path) -> Iterator[Cell]:
    """The sections, and what stands between them: each opens once, closes once, and holds no other."""
    lines = text.split("\n")
    start = tree.body[0].end_lineno or 1  # the docstring is no cell of the notebook
    opened: dict[str, int] = {}
    current = None
    for number, line in enumerate(lines, 1):
        if not (marker := MARKER.match(line)):
            continue
        name, starts = marker["name"], marker["type"] == "start"
        _check_marker(marker, tree, here := Place(path, number))
        if starts and current:
            problem = f"section '{name}' starts inside section '{current}' (line {opened[current]})."
            here.fail(problem, f"close '{current}' first: '# --8<-- [end:{current}]'.")
        if starts and name in opened:
            first = f"first on line {opened[name]}"
            problem = f"section '{name}' starts a second time ({first})."
            here.fail(problem, "give it another name.")
        if not starts and name != current:
            known = "closed before" if name in opened else "never opened"
            close = f"close the open section '{current}' instead."
            remedy = close if current else "remove the marker or add its start."
            here.fail(f"section '{name}' ends here but was {known}.", remedy)
        yield from _cell(current, lines[start : number - 1], start + 1)
        start, current = max(start, number), name if starts else None
        opened.setdefault(name, number)
    if current:
        remedy = f"add '# --8<-- [end:{current}]' after its last line."
        problem = f"section '{current}' is never closed."
        Place(path, opened[current]).fail(problem, remedy)
    yield from _cell(None, lines[start:], start + 1)


def _check_marker(marker: re.Match[str], tree: ast.Module, here: Place) -> None:
    """It stands between top-level statements, decorators included, and names a section."""
    for one in tree.body:
        first = min(n.lineno for n in [one, *getattr(one, "decorator_list", [])])
        if marker["indent"] or first < (here.line or 0) <= (one.end_lineno or 0):
            problem = f"the marker of section '{marker['name']}' stands inside a function, a block or a string."
            remedy = "move it to the top level of the file, before or after the whole statement."
            here.fail(problem, remedy)
    if not NAME.match(marker["name"]):
        remedy = "use lower-case letters, digits, '-' and '_', beginning with a letter."
        here.fail(f"'{marker['name']}' is not a section name.", remedy)


def _cell(name: str | None, lines: list[str], first_line: int) -> Iterator[Cell]:
    """The cell of these lines, without the blank ones around it; none if nothing else is there."""
    written = [number for number, line in enumerate(lines) if line.strip()]
    if written:
        lines = lines[written[0] : written[-1] + 1]
        raises, allows = RAISES.match(lines[0]), ALLOWS_NAN.match(lines[0])
        kind = raises["name"] if raises else None
        source, line = "\n".join(lines), first_line + written[0]
        yield Cell(name, source, line, kind, bool(allows))
