"""What a run left in its folder, judged: the record of the run, or what was wrong with it."""

from __future__ import annotations

import ast
import functools
import json
import math
import platform
import posixpath
import re
import signal
import sys
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, NoReturn

from .child import START_UP
from .errors import SourceError
from .folder import imports_of
from .record import Record, processor, version_of
from .sections import Cell, Snippet

NOT_FINITE = re.compile(r"(?<![\w.])[-+]?(?:nan|inf)(?![\w.])|\b(?:NaN|Infinity)\b")
# What no page can show; U+FFFD stands for bytes that are not UTF-8.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
NAN = "mend the computation, or begin its section with '# allows: nan' if that is what it is there to show."
AGAIN = "run the same command again: what has finished is kept."
MORE = "run the same command with LIMITS=3 before it, which allows every program three times as much"

NEEDS = {"MemoryError": "memory", "No space left on device": "room on the disk"}


def outcome(snippet: Snippet, scratch: Path, key: str) -> Record:
    """The record of a run.

    Args:
        snippet: what was run.
        scratch: the folder in which watch.py and child.py left what they know of it.
        key: that of the record.

    Raises:
        SourceError: the run is not one that a page could show.
    """
    judged = _Outcome(snippet, scratch)
    judged.check()
    return judged.record(key)


def program_folder(scratch: Path, snippet: Snippet) -> Path:
    """Where the closed folder of a run lies in that of all its files."""
    return scratch / "program" / snippet.name


class _Outcome:
    def __init__(self, snippet: Snippet, scratch: Path) -> None:
        self.snippet = snippet
        self.folder = str(program_folder(scratch, snippet))
        self.scratch = str(scratch)
        self.answer = self._answer(scratch)
        report = (scratch / "report").read_text(encoding="utf-8")
        report = report.replace(self.folder, "snippets")
        notes = [json.loads(line) for line in report.split("\n")[:-1]]
        self.refusals = [note["refused"] for note in notes if "refused" in note]
        self.sections = [note for note in notes if "ended" in note]
        self.began = snippet.cells[max(sum("began" in note for note in notes) - 1, 0)]
        self.end: dict[str, Any] = next((n for n in notes if "values" in n), {})
        with (scratch / "stdout").open("rb") as file:
            self.printed = file.read(int(snippet.limits.output) + 1)
        said = START_UP.sub(b"", (scratch / "stderr").read_bytes())
        self.stderr = said.decode(errors="replace").replace(self.folder, "snippets")

    def _answer(self, scratch: Path) -> dict[str, Any]:
        try:
            text = (scratch / "answer.json").read_text(encoding="utf-8")
            return dict(json.loads(text))
        except (OSError, ValueError):
            said = (scratch / "watch").read_text(encoding="utf-8", errors="replace")
            problem = "the process that watches the run was ended."
            self._fail(None, problem, f"free memory if it is short, and {AGAIN}", said)

    def _where(self, cell: Cell) -> str:
        if cell.name:
            return f"section '{cell.name}'"
        alone = len(self.snippet.cells) == 1
        return "the program" if alone else "the code between two sections"

    def _fail(
        self, line: int | None, problem: str, remedy: str, detail: str = ""
    ) -> NoReturn:
        raise SourceError(self.snippet.path, line, problem, remedy, detail)

    # What is wrong

    def check(self) -> None:
        """Judges the sections in their order, then the end."""
        for cell, section in zip(self.snippet.cells, self.sections, strict=False):
            if section is self.sections[-1] and self.refusals:
                break
            self._check_section(cell, section)
        for refusal in self.refusals:
            self._refused(self.began, refusal)
        self._check_limits()
        self._check_end()
        self._check_values()

    def _check_section(self, cell: Cell, section: dict[str, Any]) -> None:
        where, line = self._where(cell), cell.first_line
        if failure := section["failure"]:
            self._failed(cell, failure)
        if section["large_figure"]:
            self._too_large(cell, "figure")
        if section["printed"] > self.snippet.limits.output:
            self._too_large(cell, "output")
        if section["stderr"]:
            self._wrote_to_stderr(cell, section["stderr"])
        if section["shows"]:
            self._fail(
                line + cell.source.count("\n"),
                f"{where} ends in a bare expression: a notebook would show its value, a program would not.",
                "print the value, or assign it: '_ = …'.",
            )
        if cell.raises and not failure:
            self._fail(
                line,
                f"{where} is declared to raise {cell.raises} but raised nothing.",
                "remove the declaration, or restore the failure that the chapter speaks of.",
            )
        self._check_text(cell, self.text(section["ended"]), cell.allows_nan)
        if failure:
            self._check_text(cell, failure["text"], allows_nan=True)

    def _check_text(self, cell: Cell, text: str, allows_nan: bool) -> None:
        """What a section printed is text that a page can show, and its numbers are finite."""
        found = CONTROL.search(text)
        remedy = "print plain text, in UTF-8 and without control characters."
        if not found and self.scratch in text:
            found = re.search(re.escape(self.scratch), text)
            remedy = "print no path of a temporary file: it is another one in each run."
        if not found and not allows_nan:
            found, remedy = NOT_FINITE.search(text), NAN
        if found:
            line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
            line = line.replace(self.scratch, "<temporary>")
            shown = _visible(found[0]).replace(self.scratch, "<temporary>")
            problem = f"{self._where(cell)} printed '{shown}'."
            self._fail(cell.first_line, problem, remedy, _visible(line)[:200])

    def _failed(self, cell: Cell, failure: dict[str, Any]) -> None:
        if failure["undeclared"]:
            self._undeclared(failure["line"], failure["undeclared"])
        for sign, need in NEEDS.items():
            if sign in failure["text"]:
                problem = f"{self._where(cell)} found no more {need}."
                remedy = f"free some, by closing other programs or removing files, and {AGAIN}"
                self._fail(failure["line"], problem, remedy, failure["text"])
        if failure["kind"] == "ModuleNotFoundError" and not cell.raises:
            problem = failure["text"].rpartition("\n")[2]
            remedy = "use what is installed, or add it to pyproject.toml and run 'make lock'; a module of the project is imported as 'from shared.name import …'."
            self._fail(failure["line"], f"{problem}.", remedy)
        if failure["kind"] != cell.raises:
            declare = f"if section '{cell.name}' is there to show it, begin it with '# raises: {failure['kind']}'."
            expected = f" instead of the declared {cell.raises}" if cell.raises else ""
            self._fail(
                failure["line"] or cell.first_line,
                f"{self._where(cell)} raised {failure['kind']}{expected}.",
                f"mend it; {declare}" if cell.name else "mend it.",
                failure["text"],
            )

    def _refused(self, cell: Cell, refusal: dict[str, Any]) -> NoReturn:
        own = refusal["file"] == self.snippet.path.name
        line = refusal["line"] if own else cell.first_line
        through = f", in {refusal['file']}," if refusal["file"] and not own else ""
        if refusal["kind"] == "undeclared":
            self._undeclared(line, refusal["name"], refusal["file"])
        outside = f"'{refusal['path']}', which lies outside the folder of the run."
        if refusal["kind"] == "changes":
            remedy = "write below the program's own folder, by a relative path."
        else:
            remedy = _declare(refusal["name"])
        verb = refusal["kind"]
        self._fail(line, f"{self._where(cell)}{through} {verb} {outside}", remedy)

    def _undeclared(self, line: int | None, name: str, reader: str = "") -> NoReturn:
        shown = name.removeprefix("../")
        problem = f"'{shown}' is in the project, but no line declares that the snippet reads it."
        self._fail(line, problem, _declare(name, reader))

    def _wrote_to_stderr(self, cell: Cell, text: str) -> NoReturn:
        problem = f"{self._where(cell)} wrote to stderr."
        remedy = "mend what it warns of; a reader's page shows stdout only."
        cut = "" if len(text) <= 2000 else " …"
        self._fail(cell.first_line, problem, remedy, text[:2000] + cut)

    def _too_large(self, cell: Cell, kind: str) -> NoReturn:
        limit = getattr(self.snippet.limits, kind)
        did = "printed more than" if kind == "output" else "drew a figure of more than"
        self._fail(
            cell.first_line,
            f"{self._where(cell)} {did} {limit / 1000:g} kB.",
            f"if a page is to show so much, set another limit: '# {kind} limit: {limit / 500:g} kB'.",
        )

    def _check_limits(self) -> None:
        """No limit ended the run."""
        limits, where = self.snippet.limits, self._where(self.began)
        allowed = limits.allowed()
        setting = "allow this program more by a line of its own,"
        match self.answer["over"]:
            case "time":
                problem = f"{where} went on when the snippet had used its {allowed['time']:g} s of processor time."
                remedy = f"if this machine is slow, {MORE}; or {setting} '# time limit: {2 * limits.time:g} s'."
            case "memory":
                problem = (
                    f"{where} held more than {allowed['memory'] / 1e9:g} GB of memory."
                )
                remedy = f"{setting} '# memory limit: {2 * limits.memory / 1e9:g} GB'; or {MORE}."
            case "wall":
                given = f"in which it was given {self.answer['seconds']:.0f} s of processor time"
                problem = f"{where} did not end within {allowed['wall']:g} s of the clock, {given}."
                remedy = f"wait until the machine is less busy, or close other programs, and {AGAIN} What the program itself waits for (sleep, a lock, the network) has to come."
            case "output":
                self._too_large(self.began, "output")
            case "errors":
                self._wrote_to_stderr(self.began, self.stderr)
            case _:
                return
        self._fail(self.began.first_line, problem, remedy)

    def _check_end(self) -> None:
        """The process came to its end by itself, and said nothing more on stderr."""
        where, line = self._where(self.began), self.began.first_line
        status = self.answer["status"]
        if len(self.printed) > self.snippet.limits.output:
            self._too_large(self.began, "output")
        if status == -signal.SIGKILL:
            problem = f"{where} died: its process was killed, as a system does that runs out of memory."
            remedy = f"close other programs to free memory, and {AGAIN}"
            self._fail(line, problem, remedy)
        if status or not self.end:
            how = signal.Signals(-status).name if status < 0 else f"status {status}"
            remedy = f"run 'python {self.snippet.path}' by itself to see how it ends."
            self._fail(line, f"{where} ended its process ({how}).", remedy, self.stderr)
        if self.stderr:
            self._wrote_to_stderr(self.began, self.stderr)

    def _check_values(self) -> None:
        """No number that a sentence could name is a NaN or an infinity, unless its section is about that."""
        allowed = {
            node.id
            for cell in self.snippet.cells
            if cell.allows_nan
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        lines = list(enumerate(self.snippet.text.split("\n"), 1))
        for name, value in self.end["values"].items():
            if name not in allowed and not _finite(value):
                set_here = re.compile(rf"{name}\b[^=]*=")
                line = next((n for n, x in lines if set_here.match(x)), None)
                problem = f"the value '{name}' is or holds a NaN or an infinity."
                self._fail(line, problem, NAN)

    # What is right

    def text(self, number: int) -> str:
        """What section `number` printed; the last one's includes what came until the process had ended."""
        start = self.sections[number - 1]["printed"] if number else 0
        last = number == len(self.sections) - 1
        end = None if last else self.sections[number]["printed"]
        text = self.printed[start:end].decode(errors="replace")
        return text.replace(self.folder, "snippets")  # as where it is read

    def record(self, key: str) -> Record:
        """The record of this run."""
        values = self.end["values"]
        return Record(
            name=self.snippet.name,
            key=key,
            notebook=self._notebook(),
            values=values,
            too_large=self.end["too_large"],
            versions=self._versions(),
            provenance={
                "seed": _seed(self.snippet, values),
                "python": platform.python_version(),
                "packages": self._packages(),
                "processor": processor(),
                "seconds": math.ceil(10 * self.answer["seconds"]) / 10,
            },
            files=dict(self.snippet.files),
        )

    def _notebook(self) -> dict[str, Any]:
        """The sections with what they left behind, as nbformat 4 has it."""
        cells = [
            {
                "id": cell.name or f"cell-{number}",
                "cell_type": "code",
                "metadata": {"section": cell.name} if cell.name else {},
                "execution_count": number + 1,
                "source": cell.source,
                "outputs": self._outputs(number, section),
            }
            for number, (cell, section) in enumerate(
                zip(self.snippet.cells, self.sections, strict=True)
            )
        ]
        return {"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}

    def _outputs(self, number: int, section: dict[str, Any]) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []
        if text := self.text(number):
            outputs.append({"output_type": "stream", "name": "stdout", "text": text})
        for figure in section["figures"]:
            data = {"image/svg+xml": figure}
            outputs.append(
                {"output_type": "display_data", "data": data, "metadata": {}}
            )
        if failure := section["failure"]:
            lines = failure["text"].split("\n")
            outputs.append(
                {
                    "output_type": "error",
                    "ename": failure["kind"],
                    "evalue": lines[-1].partition(": ")[2],
                    "traceback": lines,
                }
            )
        return outputs

    def _packages(self) -> dict[str, str]:
        """The version of each package that the program, or one written in it, imports."""
        found = {}
        for name in sorted(_top(imports_of(self.snippet.text))):
            for distribution in _distributions(name)[:1]:
                found[distribution] = version_of(distribution) or ""
        return found

    def _versions(self) -> dict[str, str]:
        """The version of each distribution that the run, or a program in its folder, imported."""
        names = set(self.end["modules"])
        for path, data in self.snippet.files.items():
            if path.endswith(".py"):
                names |= _top(imports_of(data.decode("utf-8-sig")))
        found = {d for name in names for d in _distributions(name)}
        return {name: version_of(name) or "" for name in sorted(found)}


def _declare(name: str, reader: str = "") -> str:
    """The remedy for a file that `reader`, a program or a module below `snippets/`, reads undeclared."""
    if name.startswith(("/", "../")):
        return "copy it below snippets/, and declare it there with a line '# reads: …'."
    remedy = f"declare it on a line of its own, '# reads: {name}'"
    if name.endswith(".py"):
        return f"{remedy}."
    beside = posixpath.relpath(name, posixpath.dirname(reader) or ".")
    return f'{remedy}, and read it as Path(__file__).parent / "{beside}".'


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _finite(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _top(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names


@functools.cache  # it takes a third of a second
def _owners() -> Mapping[str, list[str]]:
    return packages_distributions()


def _distributions(module: str) -> list[str]:
    """The installed distributions that a top-level module belongs to."""
    return sorted(set(_owners().get(module, ())))


def _seed(snippet: Snippet, values: dict[str, Any]) -> Any:
    """What the snippet first assigns to `seed` or `seeds`; a loop may use the name again."""
    for statement in ast.parse(snippet.text).body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            name = getattr(statement.targets[0], "id", "")
            if name in ("seed", "seeds"):
                if isinstance(statement.value, ast.Constant):
                    return statement.value.value
                return values.get(name)
    return None
