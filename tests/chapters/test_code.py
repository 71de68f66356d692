"""The code that a reader sees: every block is collected, and every block runs.

A block is, to the letter, a section of a snippet; that the snippet runs as a plain program and prints what the site shows
is held by tests/hooks/test_runner.py. A block that belongs to no snippet runs here, by itself.
"""

from __future__ import annotations

import functools
import io
import re
import subprocess
import textwrap
from pathlib import Path

import pytest
from chapter_files import LANGUAGES, file, pages
from conftest import ROOT
from pytest_codeblocks import extract_from_buffer
from records import read_modules
from runner import Snippet

OPENING = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+) *(?P<info>.*)$")
INCLUDE = re.compile(
    r'--8<-- "(?P<snippet>(?:shared/)?[\w-]+)\.py(?::(?P<section>[\w-]+))?"'
)


@functools.cache
def snippets() -> dict[str, Snippet]:
    """The programs and the modules that they share, by the name under which a page includes them."""
    programs = {
        path.stem: Snippet.read(path, ROOT) for path in (ROOT / "snippets").glob("*.py")
    }
    return {**programs, **read_modules(ROOT)}


def section_text(snippet: str, section: str | None) -> str:
    """What pymdownx.snippets puts in the place of an include."""
    found = snippets()[snippet]
    if section is None:
        return "\n".join(
            line for line in found.text.splitlines() if "--8<--" not in line
        )
    return next(cell.source for cell in found.cells if cell.name == section)


def as_read(path: Path) -> tuple[str, int]:
    """A page with its code in place and its fences plain, and how many fences of code it opens.

    pytest-codeblocks passes over, without a word, a fence that is indented or says more than its language.
    """
    lines: list[str] = []
    fence, indent, count = "", "", 0
    for line in path.read_text(encoding="utf-8").splitlines():
        opening = OPENING.match(line)
        if opening and not fence:
            fence, indent = opening["fence"], opening["indent"]
            language = re.match(r"\{? *\.?(\w+)", opening["info"])
            count += bool(language and language[1] in ("python", "py", "bash", "sh"))
            lines.append(
                f"{fence}{'python' if language and language[1] == 'py' else language[1] if language else ''}"
            )
        elif fence and line.strip() == fence:
            lines.append(fence)
            fence = ""
        elif fence and (include := INCLUDE.search(line)):
            lines.append(section_text(include["snippet"], include["section"]))
        else:
            lines.append(line.removeprefix(indent) if fence else line)
    return "\n".join(lines), count


def everything() -> list[Path]:
    chapters = [
        file(language, page) for language in LANGUAGES for page in pages(language)
    ]
    return [ROOT / "README.md", *chapters]


def blocks_of(path: Path) -> list[tuple[str, str]]:
    """The code blocks of a page: language and code."""
    text, count = as_read(path)
    found = [
        (block.syntax or "", block.code.rstrip())
        for block in extract_from_buffer(io.StringIO(text))
    ]
    code = [
        (syntax, source)
        for syntax, source in found
        if syntax in ("python", "bash", "sh")
    ]
    assert len(code) == count, (
        f"{path.name}: {count} fences of code, {len(code)} collected"
    )
    return code


@pytest.mark.parametrize("path", everything(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_block_runs(path: Path) -> None:
    known = {
        cell.source.rstrip()
        for snippet in snippets().values()
        for cell in snippet.cells
    }
    known |= {section_text(name, None).rstrip() for name in snippets()}
    for syntax, source in blocks_of(path):
        if syntax in ("bash", "sh"):
            subprocess.run(["bash", "-n"], input=source, text=True, check=True)
        elif textwrap.dedent(source).strip() not in {code.strip() for code in known}:
            exec(
                compile(textwrap.dedent(source), str(path), "exec"),
                {"__name__": "__main__"},
            )


def test_as_many_blocks_as_the_pages_show() -> None:
    """The collection sees code at all, in both languages alike, and sees a fence with a title or in a box."""
    en, zh = (
        [len(blocks_of(file(language, page))) for page in pages()]
        for language in LANGUAGES
    )
    assert en == zh
    assert sum(en) > 30
    assert len(blocks_of(ROOT / "README.md")) >= 3


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = 1\n```\n",
        '```python title="x.py"\nx = 1\n```\n',
        "``` { .python .annotate }\nx = 1\n```\n",
        "??? note\n\n    ```py\n    x = 1\n    ```\n",
    ],
)
def test_no_kind_of_fence_is_passed_over(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    assert blocks_of(page) == [("python", "x = 1")]
