"""No measured number is typed by hand: each comes from a run, stands in a sentence with a citation, or is excepted.

The exceptions stand in one place, numbers.yml, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from chapter_files import LANGUAGES, body, file, front, pages
from conftest import ROOT
from runner import Record

EXCEPTIONS = yaml.safe_load(
    (ROOT / "tests/chapters/numbers.yml").read_text(encoding="utf-8")
)

NUMBER = re.compile(
    r"(?<![\w.#/-])[-−]?\d[\d,.]*\d(?:\s?%)?|(?<![\w.#/-])\d(?:\s?%)?(?![\w/-])",
    re.ASCII,  # a Chinese character is no part of a number
)
NOT_PROSE = [
    r"```.*?```",  # fences
    r"~~~.*?~~~",
    r"(`+)(?!`).+?(?<!`)\1(?!`)",  # code
    r"\$\$.+?\$\$",  # formulas
    r"(?<![\\$])\$(?=[^\s$])[^$]*?(?<=[^\s\\])\$(?!\d)",
    r"\{\{.*?\}\}",  # values
    r"\]\([^)]*\)",  # the targets of links
    r"\{[ :]*[.#][^}]*\}",  # attributes
    r"<[^>]+>",  # HTML
    r"^ *every: \d+$",  # an option of steps
    r"^ *:::[^\n]*$",  # directives; their captions and alternative texts are prose
    r"^( *)labels:[^\n]*(\n\1 +[^\n]*)*",  # words of a figure, translated
    r"^\s*\d+\. ",  # numbered lists
]
SENTENCE_END = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z*\"“(])|(?<=[。！？])|\n\s*\n|\n(?=\s*[-*|:] )|\n(?=\|)"
)


def blank(match: re.Match[str]) -> str:
    """Nothing but the line breaks of what was there."""
    return "\n" * match[0].count("\n") or " "


def loose_numbers(text: str, excepted: list[str]) -> list[str]:
    """Sentences with a number that has neither a run nor a citation."""
    for pattern in NOT_PROSE:
        text = re.sub(pattern, blank, text, flags=re.DOTALL | re.MULTILINE)
    found = []
    for sentence in SENTENCE_END.split(text):
        if not sentence or "[@" in sentence:
            continue
        rest = " ".join(sentence.split())
        for pattern in excepted:
            rest = re.sub(pattern, " ", rest)
        if NUMBER.search(rest):
            found.append(" ".join(sentence.split()))
    return found


def told(place: object, sentences: list[str]) -> list[str]:
    """Each with its file and what to do."""
    remedy = "take it from a run ({{ program:value }}), cite its source ([@key]), or give its pattern and a reason in tests/chapters/numbers.yml"
    return [f"{place}: a typed number in '{one}': {remedy}." for one in sentences]


def exceptions(page: str) -> list[str]:
    everywhere = [entry["pattern"] for entry in EXCEPTIONS["everywhere"]]
    return [entry["pattern"] for entry in EXCEPTIONS.get(page, [])] + everywhere


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", pages())
def test_no_number_is_typed_by_hand(language: str, page: str) -> None:
    text, first = body(file(language, page))
    found = loose_numbers(text, exceptions(page))
    place = f"docs/{language}/{page}"
    lines = [f"{place}:{first + line_of(one, text)}" for one in found]
    assert [told(*one) for one in zip(lines, ([s] for s in found), strict=True)] == []


def line_of(sentence: str, text: str) -> int:
    """How many lines stand above a sentence, whatever its line breaks and what was left out of it."""
    begins = r"\s+".join(map(re.escape, sentence.split()[:3]))
    found = re.search(begins, text)
    return text.count("\n", 0, found.start()) if found else 0


def test_a_typed_number_has_its_line() -> None:
    text = "One.\n\nIt fell\nby 12 %.\n"
    (sentence,) = loose_numbers(text, [])
    assert line_of(sentence, text) == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs/corrections").glob("*.yml")), ids=lambda p: p.stem
)
def test_no_number_of_a_correction_is_typed_by_hand(language: str, path: Path) -> None:
    """What holds is measured or cited; the claim repeats the article's own numbers."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for id_, entry in entries.items():
        holds = entry[language]["holds"]
        found = loose_numbers(holds, exceptions(f"corrections/{id_}"))
        assert told(f"docs/corrections/{path.name}", found) == []


def strings(data: object) -> list[str]:
    """All texts in a piece of YAML."""
    if isinstance(data, dict):
        return [text for value in data.values() for text in strings(value)]
    if isinstance(data, list):
        return [text for value in data for text in strings(value)]
    return [data] if isinstance(data, str) else []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", pages())
def test_no_number_of_a_front_matter_is_typed_by_hand(language: str, page: str) -> None:
    """Descriptions, and the claims and findings of labs."""
    for text in strings(yaml.safe_load(front(file(language, page)))):
        found = loose_numbers(text, exceptions(page))
        assert told(f"docs/{language}/{page}", found) == []


@pytest.mark.parametrize("name", ["docs/glossary.yml", "snippets/titles.yml"])
def test_no_number_of_shared_texts_is_typed_by_hand(name: str) -> None:
    for text in strings(yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))):
        assert told(name, loose_numbers(text, exceptions(name))) == []


def test_every_exception_is_needed_and_has_a_reason() -> None:
    pages_text = {
        page: "\n".join(body(file(language, page))[0] for language in LANGUAGES)
        for page in pages()
    }
    for page, entries in EXCEPTIONS.items():
        texts = pages_text.values() if page == "everywhere" else [pages_text.get(page)]
        for entry in entries:
            assert entry["reason"]
            if page == "everywhere" or page in pages_text:
                assert any(
                    text and re.search(entry["pattern"], text) for text in texts
                ), entry


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("The loss is 0.0103.", True),
        ("It fell by 12 %.", True),
        ("Over 1,200 people took part.", True),
        ("The loss is {{ numpy_network:test_loss | .4f }}.", False),
        ("BLOOM has 176 billion parameters [@lescao2022bloom].", False),
        ("In $x_1 = 2$ and `a[3]` nothing is measured.", False),
        ("损失是 0.0103。", True),
        ("共有 1,200 人参加。", True),
        ("损失是0.0103。", True),
        ("共有5种方法。", True),
        ("BLOOM 有 1,760 亿个参数 [@lescao2022bloom]。", False),
        ("A claim [@someone]. Another is 0.5.", True),
        ("::: output a:b\n\nThe loss is 0.0103.", True),
        ("::: figure a:b\n    alt: It falls to 0.01.", True),
        ("::: figure a:b\n    labels:\n      rate 0.1: 学习率 0.1\n", False),
    ],
)
def test_the_search_for_loose_numbers(text: str, loose: bool) -> None:
    assert bool(loose_numbers(text, [])) is loose


def test_the_example_in_the_readme(record: Callable[[str], Record]) -> None:
    """The README is no page, so its two numbers are typed: they are those of the record all the same."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    values = record("numpy_network").values
    for name in ("test_loss", "noise_variance"):
        assert readme.count(f"[{values[name]:.4f}](") == 2
