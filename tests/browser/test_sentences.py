"""Each number on each published page is the very value that its sentence names.

Nothing here passes through the code that wrote the page: the sentences are read from the sources by a reader of their own, the
values from the JSON of the published records, the pages from their HTML. A number is known by the letters around it.
"""

from __future__ import annotations

import html
import itertools
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from chapter_files import LANGUAGES, file, pages
from conftest import ROOT

CONTEXT = 60  # letters and numbers on each side by which a number is known
FORMS = [  # what Markdown does not show, or not as text
    r"<!--.*?-->",
    r"(?m)^( *)(```|~~~).*?\n\1\2`* *$",
    r"\$\$.+?\$\$",
    r"(?<![\\$])\$(?=[^\s$])[^$]*?(?<=[^\s\\])\$(?!\d)",
    r"!\[[^\]]*\]\([^)]*\)",
    r"\]\([^)]*\)",
    r"\[[@^][^\]]*\]",
    r"\{ ?[:.#][^{}]*\}",
    r"</?\w[^>]*>",
]
MARK = re.compile(r"\{\{(.*?)\}\}")
NUMBER = "\ue000"  # stands for one


@dataclass
class Named:
    """A number that a sentence names: the program, the text that a page must show, and the letters around it."""

    program: str
    shown: str
    before: str
    after: str
    near: str  # the text itself around it, numbers in place


class Values:
    """The values of all programs, as their published records hold them."""

    def __init__(self, archive: Path) -> None:
        self.of: dict[str, dict[str, Any]] = {}
        with zipfile.ZipFile(archive) as records:
            for name in records.namelist():
                record = json.loads(records.read(name))
                self.of[record["name"]] = record["values"]

    def shown(self, mark: str) -> tuple[str, str]:
        """The program that `program:name[0] | .4f` names, and its value as Python writes it."""
        what, _, form = mark.partition("|")
        program, _, path = what.strip().partition(":")
        name, *indices = path.replace("]", "").split("[")
        value = self.of[program][name]
        for index in indices:
            position = int(index)
            value = value[position if position >= 0 else len(value) + position]
        return program, f"{value:{form.strip()}}"


# The sources


def pieces(text: str) -> Iterator[str]:
    """The paragraphs, items, rows, titles and options of a chapter, each by itself."""
    for pattern in FORMS[:2]:
        text = re.sub(pattern, "\n", text, flags=re.DOTALL)
    for block in re.split(
        r"\n\s*\n|\n(?=\s*(?:[-*+:]|\d+\.|\|) )|\n(?=\s*(?:\[\^|#|:::|\?\?\?|!!!|===))|\n(?=\s+[\w-]+: )",
        text,
    ):
        if "{{" in block:
            block = re.sub(r'^\s*(?:(?:\?\?\?\+?|!!!|===)[^"]*"|\d+\. )', "", block)
            yield re.sub(r"^\s*(?:alt|caption): ", "", block)


def strings(data: object) -> Iterator[str]:
    """All texts in some YAML."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        for one in data:
            yield from strings(one)
    elif isinstance(data, str):
        yield data


def effects(lab: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    """What a lab's table says of each condition and of the control: mean and ends of the interval."""
    program, form = lab["snippet"], lab["format"]
    margin = f"{words['margin']} {{{{ {program}:margin | {form} }}}}"
    yield f"{lab['unit']} {margin}"
    for name, titles in (("intervals", lab["conditions"]), ("control", lab["control"])):
        for n, title in enumerate(titles):
            mean, low, high = (f"{{{{ {program}:{name}[{n}][{k}] | {form} }}}}" for k in range(3))  # fmt: skip
            yield f"{title} {mean}{words['from_to'].format(low=low, high=high)}"


def named_by(text: str, values: Values) -> Iterator[Named]:
    """The numbers that a piece of Markdown names; those of a formula have nothing around them."""
    numbers = [values.shown(mark) for mark in MARK.findall(text)]
    places = itertools.count()
    text = MARK.sub(lambda _: f"{NUMBER}{next(places)}{NUMBER}", text)
    linked = {
        int(number)
        for words in re.findall(r"\[([^\[\]]*)\]\(", text)
        for number in re.findall(f"{NUMBER}(.*?){NUMBER}", words)
    }
    for pattern in FORMS:
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    # Texts and the places of numbers between them, in turn.
    rows, flat, at = list[str](), list[str](), dict[int, int]()
    for n, part in enumerate(html.unescape(text).split(NUMBER)):
        if n % 2:
            at[int(part)] = n
            part = plain(numbers[int(part)][1])
        run = n % 2 and int([*at][-1]) not in linked
        rows.append(NUMBER if run else "".join(filter(str.isalnum, part)))
        flat.append(bare(part))
    for number, named in enumerate(numbers):
        if number not in at:
            yield Named(*named, NUMBER, "", "")
            continue
        n = at[number]
        before, after = "".join(rows[:n])[-CONTEXT:], "".join(rows[n + 1 :])[:CONTEXT]
        near = "".join(flat[:n])[-25:] + flat[n] + "".join(flat[n + 1 :])[:25]
        yield Named(*named, f"{before}{'!' * (number in linked)}", after, near)


class Lenient(yaml.SafeLoader):
    """Reads a configuration of MkDocs, tags and all."""


Lenient.add_multi_constructor("!", lambda loader, suffix, node: None)


def words_of(language: str) -> dict[str, str]:
    """`extra.words` of a language."""
    names = ["mkdocs.yml", *([f"mkdocs.{language}.yml"] if language != "en" else [])]
    found: dict[str, str] = {}
    for name in names:
        said = yaml.load((ROOT / name).read_text(encoding="utf-8"), Lenient)
        found |= said["extra"]["words"]
    return found


def head_of(page: Path) -> dict[str, Any]:
    """The front matter of a chapter."""
    return dict(yaml.safe_load(page.read_text(encoding="utf-8").split("---\n")[1]))


def shared_by_all(language: str, values: Values) -> list[Named]:
    """What several pages show: the corrections, and of each lab its claim, its finding and its effects."""
    found = list[Named]()
    for path in (ROOT / "docs/corrections").glob("*.yml"):
        for entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).values():
            for text in strings(entry[language]):
                found += named_by(text, values)
    for page in pages(language):
        if lab := head_of(file(language, page)).get("lab"):
            for text in [*strings(lab), *effects(lab, words_of(language))]:
                found += named_by(text, values)
    return found


# The pages


class Page(HTMLParser):
    """What a published page shows.

    `row` are the letters of its article, NUMBER for each that is a link to its run; `runs` are these, with their place in the
    row; `texts` all other texts that a reader may get: titles, descriptions, alternatives.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.row, self.runs = "", list[list[Any]]()
        self.texts, self.text = list[str](), ""
        self.skipped, self.run, self.article, self.title = 0, False, 0, 0
        self.math, self.in_math = "", 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.texts += [given[n] for n in ("alt", "title", "aria-label", "content") if n in given]  # fmt: skip
        classes = given.get("class", "").split()
        self.article += tag == "article"
        if self.skipped:
            self.skipped += tag in ("span", "pre", "math", "script", "svg", "sup")
        elif (
            "gloss" in classes
            or given.get("id", "").startswith("fnref")
            or tag in ("pre", "math", "script", "svg")
        ):
            self.skipped = 1
        if tag == "a" and "run" in classes:
            self.run = True
            self.runs.append([given["href"], "", len(self.row)])
            self.row += NUMBER
        self.in_math += tag == "math"

    def handle_endtag(self, tag: str) -> None:
        self.article -= tag == "article"
        if self.skipped and tag in ("span", "pre", "math", "script", "svg", "sup"):
            self.skipped -= 1
        if tag == "a":
            self.run = False
        self.in_math -= tag == "math"

    def handle_data(self, data: str) -> None:
        if self.in_math:
            self.math += data.strip()
        if not self.article or self.skipped:
            return
        if self.run:
            self.runs[-1][1] += data
        else:
            self.row += "".join(filter(str.isalnum, data))
        self.text += data


def read_back(shown: str) -> str:
    """A number of a page as Python writes it."""
    plain = shown.replace("−", "-")
    if found := re.fullmatch(r"(.*) × 10(-?\d+)", plain):
        return f"{found[1]}e{int(found[2]):+03d}"
    return plain


def plain(number: str) -> str:
    """A number as plain text has it."""
    if found := re.fullmatch(r"(.*)e([+-]\d+)", number):
        power = str(int(found[2])).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))  # fmt: skip
        number = f"{found[1]} × 10{power}"
    return number.replace("-", "−")


def bare(text: str) -> str:
    """A text without what Markdown or a browser may change in it."""
    return re.sub(r"[\s*`\\\"“”\[\]]", "", text)


def address_of(site: Path, language: str, page: str) -> Path:
    """Where a chapter is published."""
    folder = site / ("" if language == "en" else language)
    name = re.sub(r"(^|/)index\.md$", r"\1", page).removesuffix(".md")
    return folder / name / "index.html"


@pytest.fixture(scope="module")
def values(site: Path) -> Values:
    found = Values(site / "records.zip")
    assert len(found.of) > 40
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def shared(request: pytest.FixtureRequest, values: Values) -> tuple[str, list[Named]]:
    return request.param, shared_by_all(request.param, values)


def test_every_number_is_the_value_that_its_sentence_names(
    site: Path, values: Values, shared: tuple[str, list[Named]]
) -> None:
    """In both directions: no linked number without its sentence, no sentence without its number."""
    language, everywhere = shared
    wrong, seen = list[str](), 0
    for name in pages(language):
        text = address_of(site, language, name).read_text(encoding="utf-8")
        seen += text.count('<a class="run"')
        wrong += compared(file(language, name), text, values, everywhere)
    assert not wrong, "\n".join(wrong)
    assert seen > 500


def test_another_number_is_noticed(
    site: Path, values: Values, shared: tuple[str, list[Named]]
) -> None:
    """Each of a page in its turn, by its last digit; and one that leads elsewhere, or is gone."""
    language, everywhere = shared
    source = file(language, "mathematics.md")
    text = address_of(site, language, "mathematics.md").read_text(encoding="utf-8")
    runs = [*re.finditer(r'<a class="?run"?[^>]*>[^<]*?(\d)<', text)]
    assert len(runs) > 20
    for run in runs[::4]:
        other = str((int(run[1]) + 1) % 10)
        changed = text[: run.start(1)] + other + text[run.end(1) :]
        assert len(compared(source, changed, values, everywhere)) == 1, run[0]
    elsewhere = text.replace("notebooks/numpy_network/", "notebooks/optimisers/", 1)
    assert elsewhere != text
    assert compared(source, elsewhere, values, everywhere)
    last = values.shown("numpy_network:losses[-1] | .5f")[1]
    gone, times = re.subn(rf'<a class="?run[^>]*>{last}</a>', "", text)
    assert times == 1
    assert compared(source, gone, values, everywhere)


def compared(
    source: Path, text: str, values: Values, everywhere: list[Named]
) -> list[str]:
    """What is wrong on a page: the text of its HTML, and of the chapter that it was made from."""
    page, used, wrong = Page(text), set[int](), list[str]()
    said = pieces(source.read_text(encoding="utf-8").split("---\n", 2)[2])
    head = {name: each for name, each in head_of(source).items() if name != "lab"}
    own = [one for each in (*said, *strings(head)) for one in named_by(each, values)]
    by_program = defaultdict[str, list[Named]](list)
    for one in [*own, *everywhere]:
        by_program[one.program].append(one)
    for href, shown, position in page.runs:
        program = re.fullmatch(r"(?:\.\./)*notebooks/([\w-]+)/(?:#.*)?", href)
        before, after = page.row[:position], page.row[position + 1 :]
        fitting = [
            one
            for one in by_program[program[1] if program else ""]
            if before.endswith(one.before) and after.startswith(one.after)
        ]
        # The longest is the sentence itself. Of rows that say the same, each is shown in its turn.
        fitting.sort(key=lambda one: (-len(one.before + one.after), id(one) in used))
        named = fitting[0].shown if fitting else "nothing that a sentence names"
        if named != read_back(shown):
            wrong.append(f"…{before[-30:]} {shown} {after[:30]}…: {named}")
        used.update(id(one) for one in fitting[:1])
    left = [one for one in own if id(one) not in used]
    return [f"{source.name}: {each}" for each in (*wrong, *missing(left, page))]


def missing(left: list[Named], page: Page) -> Iterator[str]:
    """The numbers of a chapter that are no links, and stand neither in a title or an alternative nor in a formula."""
    texts = [bare(text) for text in [*page.texts, page.text]]
    for one in left:
        there = any(bare(one.near) in text for text in texts)
        if one.before == NUMBER:
            there = one.shown.replace(",", "") in page.math.replace(",", "")
        if not there:
            yield f"{one.program} {one.shown} is not shown in '…{one.near}…'"
