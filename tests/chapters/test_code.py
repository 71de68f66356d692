"""The code that a reader sees: every block is collected, and every block has run.

A block is, to the letter, a section of a program that has a record, or several of them, or part of a module that such a program
carries; that a record is what a plain program prints is held by tests/hooks/test_runner.py. Any other block runs here, after
the blocks before it. A block that is to fail says so in its first line, as a section does, and fails as it says.
"""

from __future__ import annotations

import functools
import io
import re
import subprocess
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from chapter_files import LANGUAGES, file, pages
from conftest import ROOT
from markdown import Markdown
from pytest_codeblocks import extract_from_buffer
from records import read_modules
from runner import Record, Snippet

OPENING = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+) *(?P<info>.*)$")
INCLUDE = re.compile(
    r'--8<-- "(?P<snippet>(?:shared/)?[\w-]+)\.py(?::(?P<section>[\w-]+))?"'
)
RAISES = re.compile(r"# raises: (\w+)\n")


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


@pytest.fixture(scope="module")
def known(records: dict[str, Record]) -> dict[str, str]:
    """What has run, by its text: the error with which each section of a record ended, "" where with none."""
    found = {}
    for record in records.values():
        for cell in record.notebook["cells"]:
            errors = [o["ename"] for o in cell["outputs"] if "ename" in o]
            found[cell["source"].strip()] = "".join(errors)
        for name, data in record.files.items():
            if name.startswith("shared/") and name.endswith(".py"):
                sections = Snippet.read(ROOT / "snippets" / name, ROOT)
                assert sections.text.encode() == data, name
                found |= {cell.source.strip(): "" for cell in sections.cells}
                found[section_text(name.removesuffix(".py"), None).strip()] = ""
    for name in records:
        found.setdefault(section_text(name, None).strip(), "")
    return {text: error for text, error in found.items() if text}


def has_run(block: str, known: Mapping[str, str]) -> bool:
    """Whether a block is made of what has run and nothing else, and says of each failure that it fails."""
    rest = block.strip()
    while rest:
        fitting = [
            text for text in known if rest == text or rest.startswith(f"{text}\n")
        ]
        if not fitting:
            return False
        text = max(fitting, key=len)
        rest = rest[len(text) :].strip()
        assert known[text] == said_to_raise(text)
    return True


def said_to_raise(block: str) -> str:
    """The error that a block is to end with, "" where with none."""
    found = RAISES.match(block.strip())
    return found[1] if found else ""


def execute(blocks: Iterable[str], known: Mapping[str, str]) -> int:
    """Executes each block that has not run elsewhere, after all blocks before it; their number."""
    names: dict[str, object] = {"__name__": "__main__"}
    waiting: list[str] = []
    executed = 0
    for block in blocks:
        waiting.append(block)
        if has_run(block, known):
            continue
        executed += 1
        for each in waiting:
            raised = ""
            try:
                exec(compile(each, "<block>", "exec"), names)
            except Exception as error:
                raised = type(error).__name__
            assert raised == said_to_raise(each), each
        waiting.clear()
    return executed


def python_of(path: Path) -> list[str]:
    """The blocks of Python on a page."""
    return [
        textwrap.dedent(source)
        for syntax, source in blocks_of(path)
        if syntax == "python"
    ]


@pytest.mark.parametrize("path", everything(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_block_has_run(path: Path, known: dict[str, str]) -> None:
    blocks = python_of(path)
    executed = execute(blocks, known)
    assert executed + sum(has_run(block, known) for block in blocks) == len(blocks)
    for syntax, source in blocks_of(path):
        if syntax in ("bash", "sh"):
            subprocess.run(["bash", "-n"], input=source, text=True, check=True)


def shown(path: Path) -> int:
    """The blocks of Python that Python-Markdown finds on a page, in boxes, behind titles, inside lists."""
    extensions = ["admonition", "attr_list", "md_in_html", "pymdownx.details"]
    extensions += ["pymdownx.highlight", "pymdownx.superfences", "pymdownx.tabbed"]
    options = {"pymdownx.highlight": {"pygments_lang_class": True}}
    html = Markdown(extensions=extensions, extension_configs=options).convert(
        path.read_text(encoding="utf-8")
    )
    return len(re.findall(r'<div class="language-(?:python|py)\b', html))


@pytest.mark.parametrize("path", everything(), ids=lambda p: str(p.relative_to(ROOT)))
def test_as_many_blocks_as_a_page_shows(path: Path) -> None:
    assert len(python_of(path)) == shown(path)


def test_both_languages_show_the_same_blocks() -> None:
    count = 0
    for page in pages():
        en, zh = (python_of(file(language, page)) for language in LANGUAGES)
        assert en == zh
        count += len(en)
    assert count > 100, "who counts nothing finds nothing wrong"


KNOWN = {"one = 1": "", "# raises: NameError\nprint(nothing)": "NameError"}


def test_what_has_not_run_is_executed_after_what_stands_before_it() -> None:
    assert execute(["one = 1", "assert one == 1"], KNOWN) == 1
    assert execute(["two = 2", "one = 1", "assert one + two == 3"], KNOWN) == 2
    assert execute(["one = 1\n\none = 1"], KNOWN) == 0
    for blocks in (
        ["assert one == 1"],
        ["one = 1", "assert one == 2"],
        ["one = 1\n2 /"],
    ):
        with pytest.raises((AssertionError, SyntaxError)):
            execute(blocks, KNOWN)


def test_what_is_to_fail_fails_as_it_says() -> None:
    assert execute(["# raises: NameError\nprint(nothing)"], KNOWN) == 0
    assert execute(["# raises: KeyError\n{}[1]"], KNOWN) == 1
    for block in (
        "# raises: KeyError\n{1: 2}[1]",
        "# raises: KeyError\n[][1]",
        "{}[1]",
    ):
        with pytest.raises(AssertionError):
            execute([block], KNOWN)
    for said, done in (("NameError", ""), ("", "NameError"), ("KeyError", "NameError")):
        block = f"# raises: {said}\nprint(nothing)" if said else "print(nothing)"
        with pytest.raises(AssertionError):
            has_run(block, {block: done})


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
