"""Lists the functions of ours that a measured number passes on its way from its record to a page: python tests/trace_number.py

A function is on the way if the number is in its hands (it is given or returns it, or a text, an element or a list in which
it stands, or returns its record), or if it is running while another of ours looks at the number itself. The way begins where
the build reads the record and ends with the HTML that MkDocs writes; what is made beside it (copies, the search) is not on it.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from xml.etree.ElementTree import Element

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "overrides/hooks")]  # fmt: skip

from conftest import assemble
from mkdocs.commands.build import build
from mkdocs.config import load_config

NUMBER = 271828.1828459045  # nothing else of the project has these digits
TEXTS = ("271828.182846", "271828.1828459045")  # as the sentence has it, and the record
SNIPPET = '"""Leaves a number."""\n\n# --8<-- [start:leave]\ntraced = 2718281828459045 / 10**10\n# --8<-- [end:leave]\n'
TITLE = "traced:\n  en: {title: T, summary: T.}\n  zh: {title: 数, summary: 数。}\n"
SENTENCE = "# Other { #other }\n\nThe number is {{ traced:traced | .6f }}.\n"
COMPREHENSION = re.compile(r"\.<locals>\.<(?:(?:list|dict|set)comp|genexpr)>")
HOOKS = f"overrides{os.sep}hooks{os.sep}"
MOST_FILES, MOST_FUNCTIONS = 8, 25


class Way:
    """What a build calls, and of it what the number passes, in order; to be given to `sys.setprofile`."""

    def __init__(self) -> None:
        self.passed: dict[tuple[str, str], None] = {}
        self.steps = iter(("_populate_page", "_build_page"))  # of MkDocs, a page each
        self.step = next(self.steps)
        self.on_page = True  # what comes before any page leads to one

    def __call__(self, frame: FrameType, event: str, value: object) -> None:
        code = frame.f_code
        if event not in {"call", "return"}:
            return
        if code.co_name == self.step:
            self._follow(frame, event)
        elif self.on_page and HOOKS in code.co_filename:
            inside = list(frame.f_locals.values())
            if any(isinstance(one, float) and one == NUMBER for one in inside):
                for caller in reversed(list(_stack(frame))):
                    self._pass(caller.f_code)
            given = [value, *_values(value)] if event == "return" else inside
            if any(_stands_in(one) for one in given):
                self._pass(code)

    def _follow(self, frame: FrameType, event: str) -> None:
        """MkDocs begins or ends with a page; once the one with the number is done, its next step counts."""
        if event == "call":
            self.on_page = True
        elif _has_number(frame):
            self.step, self.on_page = next(self.steps, ""), False

    def _pass(self, code: CodeType) -> None:
        if HOOKS in code.co_filename:
            file = code.co_filename.partition(HOOKS)[2]
            self.passed[file, COMPREHENSION.sub("", code.co_qualname)] = None

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(file for file, _ in self.passed))


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def _values(record: Any) -> Iterator[Any]:
    """What a run left behind, if this is its record or a mapping of records."""
    records = record.values() if isinstance(record, dict) else [record]
    yield from (
        one.values for one in records if isinstance(getattr(one, "values", None), dict)
    )


def _stands_in(value: Any) -> bool:
    if isinstance(value, float):
        return value == NUMBER
    if isinstance(value, str):
        return any(text in value for text in TEXTS)
    if isinstance(value, bytes):
        return any(text.encode() in value for text in TEXTS)
    if isinstance(value, Element):
        parts = (p for e in value.iter() for p in (e.text, e.tail, *e.attrib.values()))
        return any(_stands_in(part) for part in parts if isinstance(part, str))
    if isinstance(value, dict):
        return _stands_in(list(value.values()))
    if isinstance(value, list | tuple):
        return any(_stands_in(one) for one in value if not isinstance(one, Element))
    return False


def _has_number(frame: FrameType) -> bool:
    """Whether the page that MkDocs is making shows the number."""
    page = frame.f_locals.get("page")
    return TEXTS[0] in (getattr(page, "content", None) or "")


def trace(folder: Path) -> Way:
    """The way of a number through a build of the small project, in this process and in a new folder."""
    project = assemble(folder)
    titles = (folder / "snippets/titles.yml").read_text(encoding="utf-8")
    project.write("snippets/titles.yml", titles + TITLE)
    project.write("snippets/traced.py", SNIPPET)
    first = project.build()
    assert first.returncode == 0, first.stderr
    project.write("docs/en/other.md", SENTENCE)
    way = Way()
    config = load_config(str(folder / "mkdocs.yml"))
    config.plugins.on_startup(command="build", dirty=False)
    sys.setprofile(way)
    try:
        with contextlib.chdir(folder):  # from where programs are included
            build(config)
    finally:
        sys.setprofile(None)
    if way.step:
        raise RuntimeError("no page shows the number")
    return way


def main() -> int:
    """Prints the way; the status is 1 where it is too long."""
    with tempfile.TemporaryDirectory() as folder:
        way = trace(Path(folder) / "project")
    for file, function in way.passed:
        print(f"{file:32} {function}")
    files, functions = len(way.files), len(way.passed)
    print(
        f"{files} files (at most {MOST_FILES}), {functions} functions (at most {MOST_FUNCTIONS})"
    )
    return int(files > MOST_FILES or functions > MOST_FUNCTIONS)


if __name__ == "__main__":
    sys.exit(main())
