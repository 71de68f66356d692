"""What a page must have, and what one lacks: each with its file, its line and what to do.

`CONTRIBUTING.md` says the same in words ("What a page must have"). `twins.py` notes nothing while something is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from chapter_files import HEADING, LANGUAGES, body, front, headings, sections
from conftest import ROOT

# Pages of the first level that are no chapters: they need neither an opening list nor a summary and exercises.
FORMLESS = {
    "index.md",
    "before-you-sign.md",  # one sheet
    "faq.md",
    "corrections.md",
    "glossary.md",
    "notation.md",
    "article.md",
}
LENGTHS = {"en": range(50, 171), "zh": range(25, 91)}  # of a description, in characters
OPENING = re.compile(r"able to|you can|你能够|你能")
EXERCISES = range(2, 5)
QUESTION = re.compile(r"^\d\. ", re.MULTILINE)
ANSWER = re.compile(r'^ +\?\?\? success "', re.MULTILINE)


def missing(root: Path = ROOT) -> list[str]:
    """A line for each thing that a page of the project lacks."""
    found = []
    navigation = re.findall(r"^ +- (?:.+: )?(\S+\.md)$", (root / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)  # fmt: skip
    pages = {
        path.relative_to(root / "docs" / language).as_posix()
        for language in LANGUAGES
        for path in (root / "docs" / language).rglob("*.md")
    }
    for page in sorted(pages):
        if page not in navigation:
            found.append(f"mkdocs.yml: nav does not name {page}; add the line '  - {page}'.")  # fmt: skip
        for language in LANGUAGES:
            path = root / "docs" / language / page
            name = path.relative_to(root).as_posix()
            if path.exists():
                found += [f"{name}:{line}" for line in lacking(path, language, page)]
            else:
                found.append(f"{name}: there is no such page; write it, with the heading ids of its twin.")  # fmt: skip
    return found


def lacking(path: Path, language: str, page: str) -> Iterator[str]:
    """What one file lacks, each as `line: what; remedy.`"""
    yield from _description(front(path), language)
    first = body(path)[1]
    titles = list(headings(path))
    if not titles or titles[0][1].partition(" ")[0] != "#":
        yield f"{first}: the page has no title; begin it with '# Title {{ #id }}'."
    for line, heading in titles:
        if not HEADING.match(heading):
            yield f"{line}: a heading without an id; end it in '{{ #id }}', the same in all languages."  # fmt: skip
    if "/" not in page and page not in FORMLESS:
        yield from _form(path, first)


def _description(head: str, language: str) -> Iterator[str]:
    try:
        said = (yaml.safe_load(head) or {}).get("description")
    except (yaml.YAMLError, AttributeError) as error:
        yield f"1: the front matter cannot be read: {' '.join(str(error).split())}"
        return
    least, most = LENGTHS[language].start, LENGTHS[language].stop - 1
    write = f"'description: …', of {least} to {most} characters"
    if not said:
        yield f"1: no description; write between two lines '---' at the top of the file {write}."  # fmt: skip
        return
    shown = re.sub(r"\{\{.*?\}\}", "0.00", str(said))  # about as long as a value is
    if len(shown) not in LENGTHS[language]:
        line = 2 + head[: head.index("description:")].count("\n")
        yield f"{line}: the description has {len(shown)} characters; write {write}."


def _form(path: Path, first: int) -> Iterator[str]:
    found = sections(path)
    opening = found[0].text if found else ""
    line = found[0].line if found else first
    if not OPENING.search(opening) or "\n- " not in opening:
        yield f"{line}: the chapter does not open with what its reader will be able to do; write 'After this chapter you can' (读完本章，你能够：) and a list below its title."  # fmt: skip
    line = found[-1].line if found else first
    if [section.id for section in found[-2:]] != ["summary", "exercises"]:
        yield f"{line}: the chapter does not end in '## Summary {{ #summary }}' and '## Exercises {{ #exercises }}'; add them."  # fmt: skip
        return
    questions = len(QUESTION.findall(found[-1].text))
    if questions not in EXERCISES:
        yield f"{line}: {questions} exercises; write two to four, numbered '1. '."
    if (answers := len(ANSWER.findall(found[-1].text))) != questions:
        yield f"{line}: {questions} exercises and {answers} answers; fold one below each: '    ??? success \"Answer\"' (答案)."  # fmt: skip
