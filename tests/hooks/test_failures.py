"""Whatever is wrong, `make build` says where and what to do, publishes nothing, and loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from conftest import SMALL, Project
from one_page import SMALL_RECORDS, read_all, small_records
from patience import PATIENCE, happens
from records import ensure_records
from runner import SourceError
from test_directives import LAB

SNIPPET = '"""A new one."""\n\n# --8<-- [start:only]\n{body}\n# --8<-- [end:only]\n'


def section(body: str) -> Callable[[Project], object]:
    """Adds a snippet with one section."""
    return whole(SNIPPET.format(body=body))


def whole(text: str) -> Callable[[Project], object]:
    """Adds a snippet."""

    def change(project: Project) -> None:
        project.write("snippets/fresh.py", text)
        titles = "fresh:\n  en: {title: New, summary: New.}\n  zh: {title: 新, summary: 新。}\n"
        old = (project.folder / "snippets/titles.yml").read_text(encoding="utf-8")
        project.write("snippets/titles.yml", old + titles)

    return change


def chapter(text: str, file: str = "docs/en/other.md") -> Callable[[Project], object]:
    """Adds a paragraph to a chapter; it begins on line 5."""

    def change(project: Project) -> None:
        old = (project.folder / file).read_text(encoding="utf-8")
        project.write(file, f"{old}\n{text}\n")

    return change


def steps_of(body: str, option: str = "alt: A run.") -> Callable[[Project], object]:
    """Adds a snippet, and its run to step through."""

    def change(project: Project) -> None:
        section(body)(project)
        chapter(f"::: steps fresh:only\n    {option}")(project)

    return change


# Two steps of a network with one weight in each layer, and two examples.
RUN = """import numpy as np
history_steps, W1_history, W2_history = np.arange(2), np.ones((2, 1, 1)), np.ones((2, 1, 1))
x, y, noise_variance = np.ones((2, 1)), 2 * np.ones((2, 1)), 0.1
history_losses = {losses}"""
FIGURE = "::: figure picture:line\n    {options}"
OPEN, CLOSE = "# --8<-- [start:{}]\n", "# --8<-- [end:{}]\n"
HEAD = '"""A new one."""\n'

CASES: dict[str, tuple[Callable[[Project], object], list[str]]] = {
    "raises": (
        section('print("before")\nraise ValueError("boom")'),
        [
            "snippets/fresh.py:5:",
            "section 'only' raised ValueError",
            "boom",
            "# raises: ValueError",
        ],
    ),
    "does not end": (
        section("# time limit: 2 s\nwhile True:\n    pass"),
        [
            "snippets/fresh.py:4:",
            "section 'only' went on when the snippet had used its 2 s of processor time",
            "# time limit: 4 s",
        ],
    ),
    "kills its process": (
        section("import os\nos.kill(os.getpid(), 9)"),
        [
            "snippets/fresh.py:4:",
            "section 'only' died: its process was killed",
            "close other programs to free memory",
        ],
    ),
    "prints NaN": (
        section('loss = float("nan")\nprint("loss", loss)'),
        ["snippets/fresh.py:4:", "printed 'nan'", "loss nan", "# allows: nan"],
    ),
    "leaves NaN": (
        section('loss = float("inf")'),
        ["snippets/fresh.py:4:", "the value 'loss'", "infinity"],
    ),
    "writes to stderr": (
        section('import warnings\nwarnings.warn("careful")'),
        ["snippets/fresh.py:4:", "wrote to stderr", "careful"],
    ),
    "bare expression": (
        section("1 + 1"),
        ["snippets/fresh.py:4:", "bare expression", "print the value"],
    ),
    "not Python": (whole(HEAD + "x = = 1\n"), ["snippets/fresh.py:2:", "not Python"]),
    "never closed": (
        whole(HEAD + OPEN.format("a") + "x = 1\n"),
        ["snippets/fresh.py:2:", "section 'a' is never closed", "[end:a]"],
    ),
    "closed twice": (
        whole(HEAD + OPEN.format("a") + "x = 1\n" + CLOSE.format("a") * 2),
        ["snippets/fresh.py:5:", "section 'a' ends here but was closed before"],
    ),
    "nested": (
        whole(
            HEAD
            + OPEN.format("a")
            + OPEN.format("b")
            + "x = 1\n"
            + CLOSE.format("b")
            + CLOSE.format("a")
        ),
        ["snippets/fresh.py:3:", "section 'b' starts inside section 'a' (line 2)"],
    ),
    "inside a function": (
        whole(
            HEAD
            + "def f():\n    "
            + OPEN.format("a")
            + "    return 1\n    "
            + CLOSE.format("a")
        ),
        ["snippets/fresh.py:3:", "inside a function"],
    ),
    "opened twice": (
        whole(HEAD + (OPEN.format("a") + "x = 1\n" + CLOSE.format("a")) * 2),
        ["snippets/fresh.py:5:", "starts a second time (first on line 2)"],
    ),
    "declared to fail, does not": (
        section("# raises: NameError\nx = 1"),
        ["snippets/fresh.py:4:", "declared to raise NameError but raised nothing"],
    ),
    "declared to fail, fails otherwise": (
        section("# raises: NameError\n1 / 0"),
        [
            "snippets/fresh.py:5:",
            "raised ZeroDivisionError instead of the declared NameError",
        ],
    ),
    "no title": (
        lambda project: (
            project.write("snippets/fresh.py", SNIPPET.format(body="x = 1")) and None
        ),
        ["snippets/titles.yml:", "'fresh' has no title in 'en'"],
    ),
    "unknown snippet": (
        chapter("::: output smal:sum"),
        ["docs/en/other.md:5:", "no snippet 'smal'", "small"],
    ),
    "unknown section": (
        chapter("::: output small:sun"),
        ["docs/en/other.md:5:", "no section 'sun'", "sum"],
    ),
    "unknown section of code": (
        chapter('```python\n--8<-- "small.py:sun"\n```'),
        ["docs/en/other.md:6:", "no section 'sun'", "sum"],
    ),
    "code by line numbers": (
        chapter('```python\n--8<-- "small.py:1:3"\n```'),
        ["docs/en/other.md:6:", "includes no code", '"snippet.py:section"'],
    ),
    "code without quotes": (
        chapter("```python\n--8<-- small.py:sum\n```"),
        ["docs/en/other.md:6:", "includes no code", '"snippet.py:section"'],
    ),
    "code with a mangled marker": (
        chapter('```python\n--8 < --"small.py:sum"\n```'),
        ["docs/en/other.md:6:", "includes no code", '"snippet.py:section"'],
    ),
    "a file in the text": (
        chapter('--8<-- "titles.yml"'),
        ["docs/en/other.md:5:", "can do nothing here", "inside a fence"],
    ),
    "a hidden file": (
        chapter('```text\n--8<-- ".env"\n```'),
        ["docs/en/other.md:6:", "includes no code"],
    ),
    "unknown value": (
        chapter("The {{ small:totl }}."),
        ["docs/en/other.md:5:", "no value 'totl'", "total"],
    ),
    "unknown figure": (
        chapter("::: figure small:sum\n    alt: A sum."),
        ["docs/en/other.md:5:", "draws no figures"],
    ),
    "unknown option": (
        chapter(FIGURE.format(options="alternative: A line.")),
        [
            "docs/en/other.md:5:",
            "'alternative' is no option of figure",
            "alt, caption, labels",
        ],
    ),
    "an array": (
        chapter("The {{ small:numbers | .2f }}."),
        ["docs/en/other.md:5:", "'numbers' is an array of 5", "numbers[0]"],
    ),
    "beyond the array": (
        chapter("The {{ small:numbers[5] | .2f }}."),
        ["docs/en/other.md:5:", "picks what is not there"],
    ),
    "impossible format": (
        chapter("The {{ small:total | .4q }}."),
        ["docs/en/other.md:5:", "'.4q' is no format", ".4f"],
    ),
    "no alternative text": (
        chapter(FIGURE.format(options="caption: A line.")),
        ["docs/en/other.md:5:", "has no alternative text", "alt:"],
    ),
    "label not translated": (
        chapter(FIGURE.format(options="alt: 直线。"), "docs/zh/other.md"),
        ["docs/zh/other.md:5:", "label 'epoch' is not translated"],
    ),
    "unknown label": (
        chapter(FIGURE.format(options="alt: A line.\n    labels: {epochs: steps}")),
        ["docs/en/other.md:5:", "no label 'epochs'", "epoch"],
    ),
    "figure in no chapter": (
        section("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()"),
        ["snippets/fresh.py", "no alternative text", "::: figure fresh:only"],
    ),
    "steps of an unknown snippet": (
        chapter("::: steps smal:sum"),
        ["docs/en/other.md:5:", "no snippet 'smal'", "small"],
    ),
    "steps without a value": (
        chapter("::: steps small:sum\n    alt: A run."),
        [
            "docs/en/other.md:5:",
            "'small' leaves no value 'history_steps'",
            "its values nearest to it",
        ],
    ),
    "steps whose shapes do not fit": (
        steps_of(RUN.format(losses="np.ones(3)")),
        [
            "docs/en/other.md:5:",
            "'history_losses' of fresh.py has the shape (3), where steps need (2)",
            "as snippets/numpy_network.py does",
        ],
    ),
    "steps of another network": (
        steps_of(RUN.format(losses="3 * np.ones(2)")),
        [
            "docs/en/other.md:5:",
            "the last weights of fresh.py have the loss 1 on x and y, its last loss is 3",
            "max(0, x @ W1) @ W2",
        ],
    ),
    "steps without a loss to draw": (
        steps_of(RUN.format(losses="np.zeros(2)")),
        ["docs/en/other.md:5:", "cannot be drawn", "losses", "above 0"],
    ),
    "steps that pick no examples": (
        steps_of(RUN.format(losses="np.ones(2)"), "every: 0"),
        ["docs/en/other.md:5:", "'every: 0' picks no examples", "'every: 5'"],
    ),
    "steps without alternative text": (
        steps_of(RUN.format(losses="np.ones(2)"), "every: 1"),
        ["docs/en/other.md:5:", "steps 'fresh:only' has no alternative text", "alt:"],
    ),
    "mermaid": (
        chapter("```mermaid\nflowchart LR\naccTitle: T\naccDescr: D\nA --> [B\n```"),
        ["docs/en/other.md:5:", "diagram cannot be drawn", "mend its Mermaid text"],
    ),
    "mermaid without alternative text": (
        chapter("```mermaid\nflowchart LR\nA --> B\n```"),
        ["docs/en/other.md:5:", "no alternative text", "accDescr"],
    ),
    "LaTeX": (
        chapter("A formula $\\frac{a$ here."),
        [
            "docs/en/other.md:5:",
            "the formula '\\frac{a' cannot be read",
            "Expected closing token",
        ],
    ),
    "one language only": (
        lambda project: (
            project.write("docs/en/lonely.md", "# Lonely { #lonely }\n") and None
        ),
        ["docs/en/lonely.md:", "no twin docs/zh/lonely.md"],
    ),
    "a Chinese page alone": (
        lambda project: project.write("docs/zh/lonely.md", "# 孤页 { #lonely }\n"),
        ["docs/zh/lonely.md:", "no twin docs/en/lonely.md"],
    ),
    "another verdict": (
        lambda project: project.write(
            "docs/en/other.md",
            LAB.replace("does not", "holds"),
        ),
        [
            "docs/en/other.md:2:",
            "the page's verdict is 'holds', that of small.py is 'does not'",
        ],
    ),
    "a condition without a name": (
        lambda project: project.write(
            "docs/en/other.md", LAB.replace("[all]", "[all, some]")
        ),
        ["docs/en/other.md:2:", "'conditions' names 2, 'intervals' of small.py has 1"],
    ),
    "a lab without its margin's unit": (
        lambda project: project.write("docs/en/other.md", LAB.replace("unit", "units")),
        ["docs/en/other.md:2:", "the lab has no unit", "add it: snippet, question"],
    ),
    "a warning": (chapter("[nowhere](nowhere.md)"), ["nowhere.md"]),
    "a warning in Chinese": (
        chapter("[无处](nowhere.md)", "docs/zh/other.md"),
        ["nowhere.md"],
    ),
    "a licence without a year": (
        lambda project: project.replace("LICENSE", "Copyright (c) 2026", "By"),
        ["LICENSE:", "no line tells the year", "Copyright (c) 2026 the maintainers"],
    ),
    "unknown citation": (chapter("A claim [@nobody1999]."), ["nobody1999"]),
}


# What only a whole build can know, and one of each kind of the rest.
BUILT = [
    *("figure in no chapter", "one language only", "a Chinese page alone"),
    *("a warning", "a warning in Chinese", "a licence without a year"),
    *("raises", "no title", "unknown value", "another verdict"),
]


@pytest.fixture
def sources(tmp_path: Path) -> Project:
    """The sources of the small project, to be changed at will, with the records of its programs."""
    small_records()
    shutil.copytree(SMALL, tmp_path / "project")
    shutil.copytree(SMALL_RECORDS, tmp_path / "project/.cache/records")
    return Project(tmp_path / "project")


def read_project(folder: Path) -> None:
    """Runs and reads all, as a build does."""
    records = ensure_records(folder, folder / ".cache/records")
    for language in ("en", "zh"):
        read_all(folder, language, records)


@pytest.mark.parametrize("name", [n for n in CASES if n not in BUILT[:6]])
def test_what_is_wrong_is_told_with_its_place(sources: Project, name: str) -> None:
    change, expected = CASES[name]
    change(sources)
    kept = sources.records()
    with pytest.raises(SourceError) as caught:
        read_project(sources.folder)
    message = str(caught.value)
    for words in expected:
        assert words in message
    assert "\n  Remedy: " in message
    assert len(message.splitlines()) <= 20
    assert "mkdocs/" not in message, "no traceback of the build itself"
    assert sources.records().items() >= kept.items()


@pytest.mark.parametrize("name", BUILT)
def test_a_failed_build_says_where_and_loses_nothing(
    project: Project, name: str
) -> None:
    change, expected = CASES[name]
    change(project)
    records, published = project.records(), project.published()

    result = project.build()

    assert result.returncode != 0
    for words in expected:
        assert words in result.stderr
    assert len(result.stderr.splitlines()) <= 20, result.stderr
    assert "mkdocs/" not in result.stderr, "no traceback of the build itself"
    assert project.published() == published
    assert project.records().items() >= records.items()
    assert not list(project.folder.glob(".site*")), "no staging folder stays behind"


def test_what_editors_leave_is_nobody_s(project: Project) -> None:
    for name in ("docs/en/other.md~", "docs/zh/.#other.md", "docs/en/._other.md"):
        project.write(name, "# Not a page {{ nothing:here }}\n")
    for name in ("snippets/.#small.py", "snippets/._small.py", "snippets/small.py~"):
        project.write(name, "not Python (")
    before = set(project.published())
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert set(project.published()) == before


def test_a_damaged_record_is_run_again(project: Project) -> None:
    path = next((project.folder / ".cache/records/small").glob("*.json"))
    whole_text = path.read_text(encoding="utf-8")
    path.write_text(whole_text[:-200], encoding="utf-8")

    result = project.build()

    assert result.returncode == 0, result.stderr
    assert "of small is damaged" in result.stderr
    assert "small" in result.stderr
    assert path.stat().st_size > len(whole_text) - 200


def test_a_changed_digit_in_a_record_is_damage(project: Project) -> None:
    path = next((project.folder / ".cache/records/small").glob("*.json"))
    text = path.read_text(encoding="utf-8")
    assert "total " in text
    path.write_text(text.replace("total ", "total 9"), encoding="utf-8")
    assert project.build().returncode == 0
    assert path.read_text(encoding="utf-8").count("total 9") == 0


def _without_override() -> list[str]:
    """Root may write anywhere: on Linux, take that right away for one command."""
    if os.geteuid() != 0:
        return []
    drop = "-dac_override,-dac_read_search,-fowner"
    return ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}"]


def test_a_read_only_cache(project: Project) -> None:
    project.replace("snippets/small.py", "size=5", "size=6")
    before = project.records()
    folders = [p for p in (project.folder / ".cache/records").rglob("*") if p.is_dir()]
    for folder in [*folders, project.folder / ".cache/records"]:
        folder.chmod(0o555)

    result = subprocess.run(
        [*_without_override(), *project.command("build", "--quiet")],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
    )

    for folder in [*folders, project.folder / ".cache/records"]:
        folder.chmod(0o755)
    assert result.returncode != 0
    assert ".cache/records" in result.stderr
    assert "cannot be written: Permission denied" in result.stderr
    assert "make the folder writable" in result.stderr
    assert project.records() == before


def test_a_full_disk(project: Project) -> None:
    """A limit on the size of files stands in for a full disk: the write fails half-way, as it would there."""
    project.replace("snippets/small.py", "size=5", "size=6")
    before, published = project.records(), project.published()
    limited = "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); sys.argv = ['mkdocs', 'build', '--quiet']; runpy.run_module('mkdocs', run_name='__main__')"

    result = subprocess.run(
        [sys.executable, "-c", limited],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
    )

    assert result.returncode != 0
    assert "cannot be written: File too large" in result.stderr
    assert "see that the disk has room" in result.stderr
    assert project.records() == before
    assert project.published() == published


def test_two_builds_at_once(project: Project) -> None:
    project.replace("snippets/small.py", "size=5", "size=6")
    running = [
        subprocess.Popen(
            project.command("build", "--quiet"),
            cwd=project.folder,
            env=project.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=PATIENCE)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], errors
    assert project.build().stderr == "", "the record is whole: nothing runs again"
    assert "index.html" in " ".join(project.published())
    assert not list(project.folder.glob(".site*"))


def test_ctrl_c_in_the_middle(project: Project) -> None:
    section("import time\nprint('sleeping')\ntime.sleep(600)")(project)
    scratch = project.folder / "tmp"
    scratch.mkdir()
    before, published = project.records(), project.published()
    process = subprocess.Popen(
        project.command("build", "--quiet"),
        cwd=project.folder,
        env={**project.environment, "TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        text=True,
        # The background of a shell has it ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    outputs = scratch.glob
    assert happens(lambda: any(p.read_text() for p in outputs("run-*/stdout")))
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=PATIENCE)

    assert process.returncode != 0
    assert "Traceback" not in error
    assert project.records() == before
    assert project.published() == published
    assert not list(project.folder.glob(".site*"))
    assert happens(lambda: not list(scratch.iterdir())), "nothing stays behind"
    runs = subprocess.run(["pgrep", "-f", str(project.folder)], capture_output=True)
    assert runs.returncode == 1, "no process stays behind"
