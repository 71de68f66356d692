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
from collections.abc import Iterable, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, NoReturn

from .child import START_UP, _TooLarge, assigned
from .errors import Place
from .folder import imports_of
from .record import Record, key_of, processor, version_of, where
from .sections import Cell, Snippet

# What no page can show; U+FFFD stands for bytes that are not UTF-8.
CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffd]"
NOT_FINITE = r"(?<![\w.])[-+]?(?:nan|inf)(?![\w.])|\b(?:NaN|Infinity)\b"
PLAIN = "print plain text, in UTF-8 and without control characters."
NO_PATH = "print no path of a temporary file: it is another one in each run."
NAN = "mend the computation, or begin its section with '# allows: nan' if that is what it is there to show."
AGAIN = "run the same command again: what has finished is kept."
MORE = "run the same command with LIMITS=3 before it, which allows every program three times as much"
NEEDS = {"MemoryError": "memory", "No space left on device": "room on the disk"}


class Outcome:
    """What came of the run of `snippet`, by what watch.py and child.py left in the folder `scratch`."""

    def __init__(self, snippet: Snippet, scratch: Path) -> None:
        self.snippet, self.scratch = snippet, str(scratch)
        self.folder = json.loads((scratch / "job.json").read_bytes())["folder"]
        try:
            self.answer = json.loads((scratch / "answer.json").read_bytes())
        except (OSError, ValueError):
            said = (scratch / "watch").read_text(encoding="utf-8", errors="replace")
            problem = "the process that watches the run was ended."
            self._fail(None, problem, f"free memory if it is short, and {AGAIN}", said)
        report = self._own((scratch / "report").read_bytes())
        notes = [json.loads(line) for line in report.split("\n")[:-1]]
        self.refusals = [note["refused"] for note in notes if "refused" in note]
        self.sections = [note for note in notes if "ended" in note]
        self.began = snippet.cells[max(sum("began" in note for note in notes) - 1, 0)]
        self.end: dict[str, Any] = next((n for n in notes if "values" in n), {})
        with (scratch / "stdout").open("rb") as file:
            self.printed = file.read(int(snippet.limits.output) + 1)
        self.stderr = self._own(START_UP.sub(b"", (scratch / "stderr").read_bytes()))

    def _own(self, data: bytes) -> str:
        """The text of what the run wrote; its program lies where it is read."""
        return data.decode(errors="replace").replace(self.folder, "snippets")

    def _fail(self, line: int | None, *words: str) -> NoReturn:
        """Raises the error of this snippet: problem, remedy and perhaps detail."""
        Place(self.snippet.path, line).fail(*words)

    def _where(self, cell: Cell) -> str:
        if cell.name:
            return f"section '{cell.name}'"
        alone = len(self.snippet.cells) == 1
        return "the program" if alone else "the code between two sections"

    # What is wrong

    def _check(self) -> None:
        """Judges the sections in their order, then the end."""
        for cell, section in zip(self.snippet.cells, self.sections, strict=False):
            if section is self.sections[-1] and self.refusals:
                break
            self._check_section(cell, section)
        if self.refusals:
            self._refused(self.began, self.refusals[0])
        if len(self.printed) > self.snippet.limits.output:
            self._too_large(self.began, "output")
        self._check_limits()
        self._check_end()
        self._check_values()

    def _check_section(self, cell: Cell, section: dict[str, Any]) -> None:
        where, failure = self._where(cell), section["failure"]
        if failure:
            self._failed(cell, failure)
        if section["shows"]:
            problem = f"{where} ends in a bare expression: a notebook would show its value, a program would not."
            remedy = "print the value, or assign it: '_ = …'."
            self._fail(cell.last_line, problem, remedy)
        if cell.raises and not failure:
            problem = f"{where} is declared to raise {cell.raises} but raised nothing."
            remedy = "remove the declaration, or restore the failure that the chapter speaks of."
            self._fail(cell.first_line, problem, remedy)
        self._check_text(cell, self.text(section["ended"]), cell.allows_nan)
        if failure:
            self._check_text(cell, failure["text"], allows_nan=True)

    def _check_text(self, cell: Cell, text: str, allows_nan: bool) -> None:
        """What a section printed is text that a page can show, and its numbers are finite."""
        unwanted = {CONTROL: PLAIN, re.escape(self.scratch): NO_PATH}
        if not allows_nan:
            unwanted[NOT_FINITE] = NAN
        for pattern, remedy in unwanted.items():
            if found := re.search(pattern, text):
                line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
                what, line = map(self._visible, (found[0], line))
                problem = f"{self._where(cell)} printed '{what}'."
                self._fail(cell.first_line, problem, remedy, line[:200])

    def _visible(self, text: str) -> str:
        text = text.replace(self.scratch, "<temporary>")
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)

    def _failed(self, cell: Cell, failure: dict[str, Any]) -> None:
        kind, text, line = failure["kind"], failure["text"], failure["line"]
        if kind == _TooLarge.__name__:
            self._too_large(cell, "figure")
        for sign, need in NEEDS.items():
            if sign in text:
                remedy = f"free some, by closing other programs or removing files, and {AGAIN}"
                problem = f"{self._where(cell)} found no more {need}."
                self._fail(line, problem, remedy, text)
        if kind == "ModuleNotFoundError" and not cell.raises:
            remedy = "use what is installed ('make .venv/installed' installs what the programs of this site need), or add it to pyproject.toml and run 'make lock'; a module of the project is imported as 'from shared.name import …'."
            self._fail(line, text.rpartition("\n")[2] + ".", remedy)
        if kind != cell.raises:
            expected = f" instead of the declared {cell.raises}" if cell.raises else ""
            problem = f"{self._where(cell)} raised {kind}{expected}."
            declare = f" if section '{cell.name}' is there to show it, begin it with '# raises: {kind}'."
            remedy = f"mend it;{declare}" if cell.name else "mend it."
            self._fail(line or cell.first_line, problem, remedy, text)

    def _refused(self, cell: Cell, refusal: list[Any]) -> NoReturn:
        kind, path, name, file, line = refusal
        own = file == self.snippet.path.name
        line = line if own else cell.first_line
        if kind == "undeclared":
            problem = f"'{name.removeprefix('../')}' is in the project, but no line declares that the snippet reads it."
            self._fail(line, problem, _declare(name, file))
        through = f", in {file}," if file and not own else ""
        problem = f"{self._where(cell)}{through} {kind} '{path}', which lies outside the folder of the run."
        inside = "write below the program's own folder, by a relative path."
        self._fail(line, problem, inside if kind == "changes" else _declare(name))

    def _too_large(self, cell: Cell, kind: str) -> NoReturn:
        limit = getattr(self.snippet.limits, kind)
        did = "printed more than" if kind == "output" else "drew a figure of more than"
        problem = f"{self._where(cell)} {did} {limit / 1000:g} kB."
        remedy = f"if a page is to show so much, set another limit: '# {kind} limit: {limit / 500:g} kB'."
        self._fail(cell.first_line, problem, remedy)

    def _check_limits(self) -> None:
        """No limit ended the run."""
        limits, allowed = self.snippet.limits, self.snippet.limits.allowed()
        where = self._where(self.began)
        setting = "allow this program more by a line of its own,"
        match self.answer["over"]:
            case "time":
                problem = f"{where} went on when the snippet had used its {allowed['time']:g} s of processor time."
                remedy = f"if this machine is slow, {MORE}; or {setting} '# time limit: {2 * limits.time:g} s'."
            case "memory":
                held = f"{allowed['memory'] / 1e9:g} GB of memory"
                problem = f"{where} held more than {held}."
                remedy = f"{setting} '# memory limit: {2 * limits.memory / 1e9:g} GB'; or {MORE}."
            case "wall":
                given = f"in which it was given {self.answer['seconds']:.0f} s of processor time"
                problem = f"{where} did not end within {allowed['wall']:g} s of the clock, {given}."
                remedy = f"wait until the machine is less busy, or close other programs, and {AGAIN} What the program itself waits for (sleep, a lock, the network) has to come."
            case _:
                return
        self._fail(self.began.first_line, problem, remedy)

    def _check_end(self) -> None:
        """The process came to its end by itself, and said nothing more on stderr."""
        where, line = self._where(self.began), self.began.first_line
        status, over = self.answer["status"], self.answer["over"]
        if self.stderr and (over or (self.end and not status)):
            problem, cut = f"{where} wrote to stderr.", " …" * (len(self.stderr) > 2000)
            remedy = "mend what it warns of; a reader's page shows stdout only."
            self._fail(line, problem, remedy, self.stderr[:2000] + cut)
        if status == -signal.SIGKILL:
            problem = f"{where} died: its process was killed, as a system does that runs out of memory."
            remedy = f"close other programs to free memory, and {AGAIN}"
            self._fail(line, problem, remedy)
        if status or not self.end:
            how = signal.Signals(-status).name if status < 0 else f"status {status}"
            remedy = f"run 'python {self.snippet.path}' by itself to see how it ends."
            self._fail(line, f"{where} ended its process ({how}).", remedy, self.stderr)

    def _check_values(self) -> None:
        """No number that a sentence could name is a NaN or an infinity, unless its section is about that."""
        free = [ast.parse(c.source) for c in self.snippet.cells if c.allows_nan]
        allowed = set().union(*map(assigned, free))
        for name, value in self.end["values"].items():
            if name not in allowed and not _finite(value):
                text = self.snippet.text
                found = re.search(rf"^{name}\b[^=\n]*=", text, re.MULTILINE)
                line = text.count("\n", 0, found.start()) + 1 if found else None
                problem = f"the value '{name}' is or holds a NaN or an infinity."
                self._fail(line, problem, NAN)

    # What is right

    def text(self, number: int) -> str:
        """What section `number` printed; the last one's includes what came until the process had ended."""
        start = self.sections[number - 1]["printed"] if number else 0
        last = number == len(self.sections) - 1
        end = None if last else self.sections[number]["printed"]
        return self._own(self.printed[start:end])

    def record(self) -> Record:
        """The record of this run. Raises SourceError where no page could show it."""
        self._check()
        files, values = self.snippet.files, self.end["values"]
        programs = [data for path, data in files.items() if path.endswith(".py")]
        texts = [data.decode("utf-8-sig") for data in programs]
        imported = set(self.end["modules"]).union(*map(imports_of, texts))
        provenance = {
            "seed": _seed(self.snippet, values),
            "python": platform.python_version(),
            "packages": _versions(imports_of(self.snippet.text), most=1),
            "processor": processor(),
            "seconds": math.ceil(10 * self.answer["seconds"]) / 10,
        }
        return Record(
            self.snippet.name,
            key_of(self.snippet),
            self._notebook(),
            values,
            self.end["too_large"],
            _versions(imported),
            provenance,
            where(),
            files=dict(files),
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
                "outputs": self._outputs(number),
            }
            for number, cell in enumerate(self.snippet.cells)
        ]
        return {"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}

    def _outputs(self, number: int) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []
        if text := self.text(number):
            outputs.append({"output_type": "stream", "name": "stdout", "text": text})
        for figure in self.sections[number]["figures"]:
            data = {"data": {"image/svg+xml": figure}, "metadata": {}}
            outputs.append({"output_type": "display_data", **data})
        if failure := self.sections[number]["failure"]:
            lines = failure["text"].split("\n")
            error = {"ename": failure["kind"], "evalue": lines[-1].partition(": ")[2]}
            outputs.append({"output_type": "error", **error, "traceback": lines})
        return outputs


def _declare(name: str, reader: str = "") -> str:
    """The remedy for a file that `reader`, a program or a module below `snippets/`, reads undeclared."""
    if name.startswith(("/", "../")):
        return "copy it below snippets/, and declare it there with a line '# reads: …'."
    remedy = f"declare it on a line of its own, '# reads: {name}'"
    if name.endswith(".py"):
        return f"{remedy}."
    beside = posixpath.relpath(name, posixpath.dirname(reader) or ".")
    return f'{remedy}, and read it as Path(__file__).parent / "{beside}".'


def _finite(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


@functools.cache  # it takes a third of a second
def owners() -> Mapping[str, list[str]]:
    """The distributions that each importable package belongs to."""
    return packages_distributions()


def _versions(modules: Iterable[str], most: int | None = None) -> dict[str, str]:
    """The version of each installed distribution, or of at most so many, that each of these modules belongs to."""
    tops = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    found = [sorted(set(owners().get(top, ())))[:most] for top in sorted(tops)]
    return {name: version_of(name) for names in found for name in names}


def _seed(snippet: Snippet, values: dict[str, Any]) -> Any:
    """What the snippet first assigns to `seed` or `seeds`; a loop may use the name again."""
    for statement in ast.parse(snippet.text).body:
        match statement:
            case ast.Assign([ast.Name("seed" | "seeds")], ast.Constant(value)):
                return value
            case ast.Assign([ast.Name("seed" | "seeds" as name)]):
                return values.get(name)
    return None
