"""The cases of collaboration: enough of them, each field with its source, the same in both languages."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import yaml
from chapter_files import LANGUAGES, file, labs
from chapters.cases import CASES, TEXTS, WORDS, read_cases, read_words
from conftest import ROOT
from pybtex.database import parse_file
from test_numbers import loose_numbers, strings

RAW: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / CASES).read_text("utf-8"))
SAID: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / WORDS).read_text("utf-8"))
NOTHING = {language: SAID["say"][language]["nothing"] for language in LANGUAGES}
LONGEST = {"en": 110, "zh": 290}  # words, characters: a field is read, not studied
KINDS: dict[str, Callable[[dict[str, Any]], Iterable[str]]] = {
    "group": lambda one: [one["group"]],
    "decided": lambda one: [one["decided"]],
    "use": lambda one: [one["use"]],
    "lost": lambda one: one["lost"],
    "terms": lambda one: [change["way"] for change in one["terms"]],
    "partner": lambda one: one["flows"],
    "goods": lambda one: [g for f in one["flows"].values() for many in f.values() for g in many],
}  # fmt: skip


def keys(text: str) -> list[str]:
    return sorted(set(re.findall(r"(?:\[|; *)@([\w-]+)", text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_cases_can_be_read(language: str) -> None:
    words = read_words(ROOT, language, "")
    assert list(read_cases(ROOT, language, "", words)) == list(RAW)


def test_there_are_enough_and_enough_went_wrong() -> None:
    assert len(RAW) >= 30
    assert sum(one["group"] == "china" for one in RAW.values()) >= 10
    assert sum(bool(one["lost"] or one["terms"]) for one in RAW.values()) >= 20
    recent = [one for one in RAW.values() if one.get("ended", 2026) >= 2021]
    assert len(recent) >= 30


@pytest.mark.parametrize("id_", RAW)
def test_a_case_is_told_from_the_same_sources_in_both_languages(id_: str) -> None:
    for part in TEXTS:
        en, zh = (keys(RAW[id_][language][part]) for language in LANGUAGES)
        assert en == zh, part
        for language in LANGUAGES:
            text = RAW[id_][language][part]
            length = len(text.split()) if language == "en" else len(text)
            assert length <= LONGEST[language], (part, length)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id_", RAW)
def test_each_field_has_its_source(id_: str, language: str) -> None:
    for part in TEXTS:
        text = RAW[id_][language][part]
        assert keys(text) or NOTHING[language] in text, part
        behind = text.rpartition("]")[2]  # a citation covers what stands before it
        assert NOTHING[language] in behind or loose_numbers(behind, []) == [], part


@pytest.mark.parametrize("id_", RAW)
def test_outsiders_are_cited_and_terms_are_dated(id_: str) -> None:
    one = RAW[id_]
    told = {key for part in TEXTS for key in keys(one["en"][part])}
    assert set(one["outsiders"]) <= told
    dates = [str(change["date"]) for change in one["terms"]]
    assert dates == sorted(dates)
    for date in dates:
        begun = datetime.date.fromisoformat(date + "-01-01"[len(date) - 4 :])
        assert one["begun"] <= begun.year <= 2026
    assert one["begun"] <= one.get("ended", 2026) <= 2026


@pytest.mark.parametrize("id_", RAW)
def test_who_may_use_it_is_dated(id_: str) -> None:
    text = RAW[id_]["en"]["use"]
    assert re.search(r"\b20\d\d\b", text) or NOTHING["en"] in text


def test_what_was_read_says_when() -> None:
    """A source that is no paper has the day on which it was read."""
    entries = parse_file(str(ROOT / "docs/references.bib")).entries
    cited = {k for one in RAW.values() for p in TEXTS for k in keys(one["en"][p])}
    undated = [
        key
        for key in cited
        if entries[key].type not in ("article", "inproceedings")
        and not {"urldate", "doi", "eprint", "isbn"} & set(entries[key].fields)
    ]
    assert undated == []


def test_every_kind_has_words_and_every_word_a_case() -> None:
    for what, kinds_of in KINDS.items():
        used = Counter(kind for one in RAW.values() for kind in kinds_of(one))
        for language in LANGUAGES:
            assert set(used) <= set(SAID[what][language]), what
        assert set(SAID[what]["en"]) - set(used) <= {"partners"}, what
    for what, entry in SAID.items():
        assert entry["en"].keys() == entry["zh"].keys(), what


def test_each_lack_has_its_own_questions_and_each_question_a_case_behind_it() -> None:
    asked = SAID["questions"]
    assert set(asked["en"]) == {*SAID["goods"]["en"], "always"}
    for lack, questions in asked["en"].items():
        assert len(questions) == len(asked["zh"][lack]) >= 3
        for one, other in zip(questions, asked["zh"][lack], strict=True):
            named, also = (re.findall(r"\((\w+)\.md#([\w-]+)\)", t) for t in (one, other))  # fmt: skip
            assert named == also
            assert all(RAW[id_]["group"] == group for group, id_ in named)
        assert any("](" in one for one in questions), lack
    said = [text for texts in asked["en"].values() for text in texts]
    assert len(set(said)) == len(said)


def test_the_words_hold_no_number() -> None:
    texts = [re.sub(r"\[[^\]]*\]", "", text) for text in strings(SAID)]  # names
    assert [text for text in texts if loose_numbers(text, [])] == []


def test_the_chapter_says_of_the_counts_what_they_are() -> None:
    """Its sentences name no numbers; they stand in tables below."""
    counts = {
        what: Counter(kind for one in RAW.values() for kind in set(kinds_of(one)))
        for what, kinds_of in KINDS.items()
    }
    decided, use, lost = (
        counts[what].most_common() for what in ("decided", "use", "lost")
    )
    assert len(RAW) == 40  # "Forty cases"
    assert {kind for kind, _ in decided[:2]} == {"laboratory", "company"}
    assert sum(count for _, count in decided[:2]) > len(RAW) / 2
    assert [kind for kind, _ in use[:2]] == ["anyone", "conditions"]
    assert counts["terms"]["opened"] > counts["terms"]["closed"] > 0
    assert all(one["lost"] for one in RAW.values())
    assert [kind for kind, _ in lost[:3]] == ["access", "quality", "data"]
    assert "money" in [kind for kind, _ in lost[-3:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chapter_on_working_together_counts_them(language: str) -> None:
    text = file(language, "working-together.md").read_text("utf-8")
    for what in ("decided", "use", "lost", "terms"):
        assert f"::: case-counts {what}" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lab_and_the_cases_in_which_it_happened_lead_to_each_other(
    language: str,
) -> None:
    """The page names them in its text; each case leads back by what the front matter says."""
    groups = {id_: case["group"] for id_, case in RAW.items()}
    told = 0
    for page in labs():
        head, text = file(language, page).read_text("utf-8").split("\n---\n", 1)
        listed = yaml.safe_load(head)["lab"].get("cases", [])
        happened = text.partition("{ #happened }")[2]
        linked = re.findall(r"\]\(\.\./cases/(\w+)\.md#([\w-]+)\)", happened)
        assert [id_ for _, id_ in dict.fromkeys(linked)] == listed, page
        assert all(groups[id_] == group for group, id_ in linked), page
        told += bool(listed)
    assert told >= 8
