"""CONTRIBUTING.md followed literally: its example is added to a copy of this project by its words alone.

A file of the example is a line like `**`path`**, new:` with a fence below it: "new", "at its end" or "below `line`".
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from chapter_files import LANGUAGES
from conftest import ROOT, Once, Project
from missing import missing
from patience import PATIENCE
from runner import Record
from test_numbers import loose_numbers, told
from test_words import misspaced, spelt_american

WORDS = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILE = re.compile(
    r"^\*\*`(?P<path>[^`]+)`\*\*, (?:(?P<new>new)|(?P<end>at its end)|below `(?P<below>[^`]+)`):\n\n"
    r"(?P<fence>```+)\w+\n(?P<text>.*?)^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
COMMANDS = re.compile(r"^```bash\n((?:\.venv/bin/python tests/.*\n)+)```$", re.MULTILINE)  # fmt: skip
ADDED = {
    "overrides/hooks/chapters/directives/count.py",
    "snippets/throws.py",
    "snippets/titles.yml",
    "tests/snippets/test_throws.py",
    "docs/corrections/chance.yml",
    "docs/en/chance.md",
    "docs/zh/chance.md",
    "mkdocs.yml",
}


def follow(folder: Path) -> set[str]:
    """Does what CONTRIBUTING.md says; returns the files that it names."""
    named = set()
    for step in FILE.finditer(WORDS):
        path = folder / step["path"]
        assert path.exists() != bool(step["new"]), f"{path} is new, or is not"
        text = "" if step["new"] else path.read_text(encoding="utf-8")
        if step["below"]:
            line = f"{step['below']}\n"
            assert text.count(line) == 1, line
            text = text.replace(line, line + step["text"])
        else:
            text += step["text"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        named.add(step["path"])
    return named


@pytest.fixture(scope="session")
def followed(once: Once, built: Project) -> Project:
    """The small project with the example, built; its second page stands where the example is to follow."""

    def make(folder: Path) -> None:
        project = Project(folder / "project")
        shutil.copytree(built.folder, project.folder)
        for language in LANGUAGES:
            docs = project.folder / "docs" / language
            (docs / "other.md").rename(docs / "random-targets.md")
        configuration = (project.folder / "mkdocs.yml").read_text(encoding="utf-8")
        nav = "nav:\n  - index.md\n  - random-targets.md\n"
        project.write("mkdocs.yml", configuration + nav)
        assert follow(project.folder) == ADDED
        _run(project, "-m", "mkdocs", "build", "--quiet")

    return Project(once("followed", make) / "project")


def _run(project: Project, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=project.folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("chance", ["1 line.", "After 1000 throws the mean is", "A mean is no expectation", "throws"]),
        ("zh/chance", ["1 行。", "次以后，平均值是", "平均值不是期望", "投掷次数"]),
    ],
)  # fmt: skip
def test_the_example_builds_by_its_words_alone(
    followed: Project, path: str, words: list[str]
) -> None:
    """With the output and the figure of the program, what the directive writes, and the correction."""
    page = BeautifulSoup(followed.page(path), "html.parser").article
    assert page is not None
    text = " ".join(page.get_text().split())
    assert [word for word in words if word not in text] == []
    (output,) = page.select("pre.output")
    mean = re.search(r"mean of 1000 throws: (\d\.\d{3})", output.get_text())
    assert mean
    assert len(page.select("svg.plot")) == 1
    assert len(page.select(".admonition.correction")) == 1
    numbers = [link.get_text() for link in page.select("a.run")]
    assert numbers.count(mean[1]) == 2, "in the text and in the correction"
    home = followed.page("zh" if path.startswith("zh/") else ".")
    assert 'href="chance/"' in home


def test_the_example_passes_the_checks(
    tmp_path: Path, records: dict[str, Record]
) -> None:
    """In a copy of this project, where the commands are carried out, too."""
    project = Project(tmp_path / "project")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (project.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project.folder / name)
    shutil.copytree(ROOT / ".cache/records", project.folder / ".cache/records")
    assert follow(project.folder) == ADDED
    (commands,) = COMMANDS.findall(WORDS)
    for line in commands.splitlines():
        _run(project, *line.removeprefix(".venv/bin/python ").split())
    costs = (project.folder / "snippets/costs.yml").read_text(encoding="utf-8")
    assert re.search(r"^throws: \d", costs, re.MULTILINE)
    tests = [f"tests/chapters/test_{name}.py" for name in ("words", "numbers", "twins", "data")]  # fmt: skip
    options = ["-q", "-n0", "-p", "no:cacheprovider"]
    chosen = "chance or must_have or is_its_own or behind or is_british or stand_apart or as_a_native or all_throws"
    said = _run(project, "-m", "pytest", *options, *tests, "tests/snippets/test_throws.py", "-k", chosen)  # fmt: skip
    passed = re.search(r"(\d+) passed", said)
    assert passed and int(passed[1]) >= 15, said


@pytest.fixture
def pages(tmp_path: Path) -> Project:
    """The two pages of the example, and their navigation."""
    project = Project(tmp_path)
    for step in FILE.finditer(WORDS):
        if step["path"].endswith(".md"):
            project.write(step["path"], step["text"])
    project.write("mkdocs.yml", "nav:\n  - chance.md\n")
    assert missing(tmp_path) == []
    return project


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("mkdocs.yml", "  - chance.md", "  - chances.md", "mkdocs.yml: nav does not name chance.md; add the line '  - chance.md'."),
        ("docs/en/chance.md", "---\ndescription:", "description:", "docs/en/chance.md:1: no description; write between two lines '---'"),
        ("docs/en/chance.md", "description:", "about:", "docs/en/chance.md:1: no description; write between two lines '---'"),
        ("docs/en/chance.md", "description: What", "description: [What", "docs/en/chance.md:1: the front matter cannot be read"),
        ("docs/zh/chance.md", "description:", f"description: {'长' * 91}", "docs/zh/chance.md:2: the description has 125 characters; write 'description: …', of 25 to 90 characters."),
        ("docs/en/chance.md", "# Chance", "Chance", "docs/en/chance.md:4: the page has no title; begin it with '# Title { #id }'."),
        ("docs/zh/chance.md", " { #mean }", "", "docs/zh/chance.md:11: a heading without an id; end it in '{ #id }', the same in all languages."),
        ("docs/en/chance.md", "you can", "we", "docs/en/chance.md:4: the chapter does not open with what its reader will be able to do"),
        ("docs/zh/chance.md", "你能够", "就会", "docs/zh/chance.md:4: the chapter does not open with what its reader will be able to do"),
        ("docs/en/chance.md", "#summary", "#end", "docs/en/chance.md:36: the chapter does not end in '## Summary { #summary }' and '## Exercises { #exercises }'"),
        ("docs/en/chance.md", "2. Why", "Why", "docs/en/chance.md:36: 1 exercises; write two to four, numbered '1. '."),
        ("docs/zh/chance.md", '??? success "答案"\n        那里', '??? note "答案"\n        那里', "docs/zh/chance.md:39: 2 exercises and 1 answers; fold one below each"),
    ],
)  # fmt: skip
def test_what_a_page_lacks_is_named_with_file_line_and_remedy(
    pages: Project, file: str, old: str, new: str, told: str
) -> None:
    pages.replace(file, old, new)
    found = missing(pages.folder)
    assert any(line.startswith(told) for line in found), found


def test_a_page_without_its_twin_is_named(pages: Project) -> None:
    (pages.folder / "docs/zh/chance.md").unlink()
    assert missing(pages.folder) == [
        "docs/zh/chance.md: there is no such page; write it, with the heading ids of its twin."
    ]


def test_a_typed_number_and_a_foreign_spelling_are_named() -> None:
    sentence = "The mean is 3.482."
    (line,) = told("docs/en/chance.md", loose_numbers(f"Some text.\n\n{sentence}", []))
    assert line.startswith(f"docs/en/chance.md: a typed number in '{sentence}': take")
    assert "tests/chapters/numbers.yml" in line
    assert list(spelt_american("The color.")) == [(0, "color", "colour")]
    assert [new for _, _, new in misspaced("平均值是mean。")] == ["平均值是 mean。"]
