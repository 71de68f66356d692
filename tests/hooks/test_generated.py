"""Whatever an author writes becomes a page that shows it, or an error with its file: inputs that nobody chose.

The same examples in every run; FRESH=1 draws others, as the weekly job does.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from chapters.cases import read_cases, read_words
from chapters.data import (
    read_corrections,
    read_glossary,
    read_map,
    read_source,
    read_titles,
)
from chapters.values import number
from conftest import Project
from copies.writer import Writer
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from one_page import Reader, small_records
from publish.finishing import CODE, CODE_OF_COPY, refuse_raw
from publish.moved import read_moved
from records.parts import read_costs
from runner import Place, SourceError
from test_rebuilds import CORRECTION, EDITS, GLOSSARY, MORE

FRESH = "FRESH" in os.environ
LIKE_THIS = settings(
    derandomize=not FRESH,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "200")),
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
WORDS = {"judgement": "(our judgement)", "forecast": "(forecast)", "colon": ": "}


@cache
def reader() -> Reader:
    return Reader()


def refused(error: SourceError, file: str) -> bool:
    """Whether an error says what an author needs."""
    assert str(error.path).startswith(file), error
    assert error.problem and error.remedy
    assert error.line is None or error.line >= 1
    return True


# Any text between two paragraphs

PIECES = """{{ small:total }}|{{ small:nope }}|{{|}}|{{ small:numbers[0] | .2f }}|::: output small:sum|::: contents|:::|
::: figure picture:line\n    alt: A.|```|~~~|```python\n|--8<-- "small.py:sum"|[@someone2020small]|[@nobody]|[^n]|[^n]: |$|$$|\\(|\\[|
\\|`|``|*|**|_|__|~|^|==|<b>|</b>|<div markdown>|</div>|<!--|-->|<br>|<p title="|">|&lt;|&#0;|&|<|>|[a](index.md)|[a][b]|[b]: index.md|
![a](|)|]|[|(|# |## H { #h }|# O|{ #h }|{ .run }|{: #x }|- |1. |* |    |\t|> |:   |\n|\n\n|\n    |---|===|!!! note "B"|??? x|=== "T"|
| a | b |\n| --- | --- |\n|||*[HTML]: a|HTML|https://example.org|javascript:|中文|，|\u200b|\ufeff|\x0c|\x85|\u2028|\r|word|a b|1986.|US$3|
\U000f0000|\x02|\x03|wzxhzdk:0|\ue000|⟦|🙂|e\u0301|\\frac{a}{b}|x_{ij}^2|<script>|style="x"|onclick=""|```mermaid\nflowchart TB\nA-->B\n```"""
pieces = st.lists(
    st.sampled_from([one for one in PIECES.replace("|\n", "|").split("|")] + ["|"])
    | st.text(max_size=6),
    max_size=14,
).map("".join)


@LIKE_THIS
@given(pieces)
def test_any_text_between_two_paragraphs(text: str) -> None:
    source = f"# T {{ #t }}\n\nThe first one.\n\n{text}\n\nThe last one.\n"
    try:
        page = reader().read(source)
        refuse_raw(page.html, CODE, page.text.place)
        copy = Writer(page.text, WORDS).written()
        refuse_raw(copy, CODE_OF_COPY, page.text.place)
    except SourceError as error:
        assert refused(error, "docs/en/other.md")
        assert error.line
        return
    for said in (page.html, copy):
        assert said.count("The first one.") == 1
        assert said.count("The last one.") == 1, "nothing is swallowed"
        assert not re.search("[\x02\x03\U000f0000-\U000ffffd]|wzxhzdk:[1-9]", said)
    ids = Counter(tag["id"] for tag in page.soup.find_all(id=True))
    assert set(ids.values()) <= {1}
    assert not page.soup.select("script, style, iframe, [onclick], [style], a a")


# Any value from a run, in any format

NUMBERS = st.floats() | st.integers() | st.booleans() | st.integers(2**200, 2**300)
SHORT = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30)
plain = NUMBERS | SHORT.filter(str.isprintable)
values = st.recursive(plain, lambda one: st.lists(one, min_size=1, max_size=3), max_leaves=6)  # fmt: skip
FORMATS = ["", ".4f", ",", ".1%", ".2e", "d", "+.2f", "s", ">9", "x", "c", "n", "_", "g", "%", "08.3f"]  # fmt: skip
formats = st.sampled_from(FORMATS) | st.text("0123456789.,+-_eEfgGdns%<>^= ", max_size=5)  # fmt: skip


@cache
def run_of_any_value() -> Reader:
    records = small_records()
    return Reader({**records, "small": replace(records["small"], values={})})


@LIKE_THIS
@given(values, st.sampled_from(["", "[0]", "[-1]", "[1][0]"]), formats)
def test_any_value_of_a_run(value: Any, index: str, form: str) -> None:
    """It stands as a number or a word in prose, in a title, in a link and its title, in an alternative text and in a heading."""
    one = run_of_any_value()
    one.records["small"].values["v"] = value
    asked = f"{{{{ small:v{index}{' | ' + form if form.strip() else ''} }}}}"
    source = f"# T {{ #t }}\n\nHere is {asked}.\n\n[a {asked}](index.md 't {asked}') ![i {asked}](d.svg)\n\n## H {asked} {{ #h }}\n"
    try:
        page = one.read(source)
        shown = number(asked, one.records, Place("x")).plain
        refuse_raw(page.html, CODE, page.text.place)
    except SourceError as error:
        assert refused(error, "docs/en/other.md")
        return
    soup = page.soup
    assert soup.select_one("a.run").get_text() == shown.replace("⁻", "−").translate(
        str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    )
    link, image = soup.select_one('a[title^="t"]'), soup.img
    assert link["title"] == f"t {shown}"
    assert image["alt"] == f"i {shown}"
    assert soup.select_one("#h").get_text().startswith("H ")
    assert not soup.select("script, b, svg, [onclick], a a")


# Any YAML, of the right shape and of a wrong one

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=12)  # fmt: skip
NAMES = [
    "en",
    "zh",
    "title",
    "summary",
    "term",
    "definition",
    "also",
    "not",
    "plain",
    "claim",
    "holds",
    "verdict",
    "section",
    "wrong",
    "missing",
    "small",
    "picture",
    "name",
    "who",
    "flows",
    "decides",
    "use",
    "size",
    "group",
    "begun",
    "ended",
    "terms",
    "date",
    "way",
    "lost",
    "outsiders",
    "say",
    "nothing",
    "description",
    "keywords",
    "hide",
    "template",
    "lab",
    "snippet",
    "question",
    "finding",
    "unit",
    "format",
    "conditions",
    "control",
    "cases",
    "other.md",
    "1.1",
    "old/",
    "new/#a",
    "alt",
    "caption",
    "labels",
    "epoch",
    "every",
]
keys = st.sampled_from(NAMES) | scalars.filter(lambda one: one == one)
wrong = st.recursive(
    scalars,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(keys, one, max_size=4),
    max_leaves=12,
)
files = wrong.map(lambda one: yaml.safe_dump(one, allow_unicode=True)) | st.text()
LANGUAGES = ["en", "zh"]


def readings(root: Path, file: Path) -> Iterator[Callable[[], object]]:
    """Everything that reads YAML of an author, each given this file."""
    for name in ("glossary.yml", "cases.yml", "finder.yml", "costs.yml", "titles.yml"):
        for folder in ("docs", "snippets", "docs/corrections"):
            (root / folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, root / folder / name)
    yield lambda: read_titles(root, ["small"], LANGUAGES)
    yield lambda: read_glossary(root / "docs/glossary.yml", LANGUAGES)
    yield lambda: read_corrections(root / "docs/corrections", LANGUAGES)
    yield lambda: read_map(file)
    yield lambda: read_moved(file, "docs/moved.yml")
    yield lambda: read_costs(root)
    yield lambda: read_words(root, "en", "")
    yield lambda: read_cases(root, "en", "", read_words(root, "en", ""))
    text = file.read_text(encoding="utf-8", errors="surrogateescape")
    page = root / "other.md"
    page.write_text(f"---\n{text}\n---\n# T {{ #t }}\n", "utf-8", "surrogateescape")
    yield lambda: reader().edition.meta(
        read_source(page, "other.md", "docs/en/other.md").uri
    )
    options = "".join(f"    {line}\n" for line in text.split("\n"))
    yield lambda: reader().read(
        f"# T {{ #t }}\n\n::: figure picture:line\n{options}\n\nThe end.\n"
    )


@LIKE_THIS
@given(files)
def test_any_yaml_of_a_wrong_shape(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    root = tmp_path_factory.getbasetemp() / "any-yaml"
    file = root / "docs/any.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", "surrogateescape")
    for read in readings(root, file):
        try:
            read()
        except SourceError as error:
            assert refused(error, "")


texts = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20).filter(str.strip)  # fmt: skip
both = st.fixed_dictionaries({"title": texts, "claim": texts, "holds": texts})
corrections = st.fixed_dictionaries(
    {
        "section": st.sampled_from(["1.1", "0", 2, 3.4]),
        "verdict": st.sampled_from(["wrong", "missing", "outdated"]),
        "en": both,
        "zh": both,
    }
)


@LIKE_THIS
@given(corrections)
def test_any_yaml_of_the_right_shape(
    tmp_path_factory: pytest.TempPathFactory, entry: dict[str, Any]
) -> None:
    """What a correction says is on its page, or refused where it is written."""
    folder = tmp_path_factory.getbasetemp() / "corrections"
    folder.mkdir(exist_ok=True)
    text = yaml.safe_dump({"one": entry}, allow_unicode=True)
    (folder / "other.yml").write_text(text, "utf-8")
    try:
        found = read_corrections(folder, LANGUAGES)["en"]["one"]
        for part in ("title", "claim", "holds"):
            assert getattr(found, part) == str(entry["en"][part]).strip()
        reader().edition.corrections = {"one": found}
        page = reader().read("# T { #t }\n\n::: correction one\n\nThe end.\n")
        refuse_raw(page.html, CODE, page.text.place)
    except SourceError as error:
        assert refused(error, "docs/")
        return
    box = page.soup.select_one(".admonition.correction")
    assert box.select_one(".admonition-title")
    assert page.soup.select_one("#correction-one")
    assert page.soup.select("p")[-1].get_text() == "The end."


# Any sequence of edits

SPOTS = [(name, pair) for name, pairs in EDITS.items() for pair in pairs]
SPOTS = [one for one in SPOTS if not one[0].endswith(".py")]  # no programs run
edits = st.lists(
    st.tuples(st.just("spot"), st.integers(0, len(SPOTS) - 1))
    | st.tuples(
        st.just("text"),
        st.sampled_from(
            [
                "sum",
                "{{ small:total }}",
                "[@someone2020small]",
                "[x](other.md)",
                "::: tally",
                "{{ small:totl }}",
                "[y](gone.md)",
            ]
        ),
    )
    | st.tuples(st.just("page"), st.sampled_from(["new", "newer/one", "other"]))
    | st.tuples(st.just("build"), st.just(0)),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def edited(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:  # fmt: skip
    """The small project with all that EDITS speaks of, built once."""
    folder = tmp_path_factory.mktemp("edits") / "project"
    shutil.copytree(built.folder, folder)
    project = Project(folder)
    project.write("docs/glossary.yml", GLOSSARY)
    project.write("docs/corrections/other.yml", CORRECTION)
    for language in LANGUAGES:
        for id_, what in (("glossary", "glossary"), ("corrections", "corrections")):
            text = MORE.format(title=id_.title(), id=id_, what=what)
            project.write(f"docs/{language}/{id_}.md", text)
        other = folder / f"docs/{language}/other.md"
        other.write_text(f"{other.read_text()}\n::: correction addition\n", "utf-8")
    assert project.build().returncode == 0
    return project


def apply(project: Project, kind: str, what: Any) -> None:
    """Makes an edit; a second time, takes it back."""
    if kind == "spot":
        name, (old, new) = SPOTS[what]
        path = project.folder / name
        if path.exists():
            text = path.read_text(encoding="utf-8")
            old, new = (new, old) if new in text else (old, new)
            path.write_text(text.replace(old, new, 1), "utf-8")
    elif kind == "text":
        path = project.folder / "docs/en/index.md"
        text, line = path.read_text(encoding="utf-8"), f"\nAdded: {what}.\n"
        line = f"\n{what}\n" if what.startswith(":::") else line
        text = text.replace(line, "") if line in text else text + line
        path.write_text(text, "utf-8")
    elif kind == "page":
        for language in LANGUAGES:
            path = project.folder / f"docs/{language}/{what}.md"
            if path.exists():
                path.unlink()
            else:
                project.write(f"docs/{language}/{what}.md", "# New { #new }\n\nA sum.\n")  # fmt: skip


def published(project: Project) -> dict[str, bytes]:
    site = project.folder / "site"
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}  # fmt: skip


@settings(
    LIKE_THIS, max_examples=min(20, LIKE_THIS.max_examples), phases=[Phase.generate]
)
@given(edits)
def test_any_sequence_of_edits(
    edited: Project, sequence: list[tuple[str, Any]]
) -> None:
    """A warm build says and publishes what a cold one does; one that refuses leaves the site as it was."""
    assume(any(kind != "build" for kind, _ in sequence))
    warm = Project(edited.folder.parent / "warm")
    shutil.rmtree(warm.folder, ignore_errors=True)
    shutil.copytree(edited.folder, warm.folder)
    for kind, what in sequence:
        if kind == "build":
            warm.build()
        apply(warm, kind, what)
    before = published(warm)
    result = warm.build()
    status, said = result.returncode, result.stderr
    shutil.rmtree(edited.folder.parent / "cold", ignore_errors=True)
    cold = warm.cold(edited.folder.parent / "cold")
    result = cold.build()
    cold_said = result.stderr.replace("/cold/", "/warm/")
    assert (status, said) == (result.returncode, cold_said)
    assert "Traceback" not in said
    if status:
        assert published(warm) == before
        assert not (cold.folder / "site").exists()
    else:
        assert published(warm) == published(cold)
