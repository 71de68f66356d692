"""The sheet to sign by: every number on it is a value of the lab that its section is about."""

from __future__ import annotations

import re

import pytest
from chapter_files import LANGUAGES, Section, labs, sections
from conftest import ROOT
from runner import Record

VALUE = re.compile(r"\{\{ *([\w]+):([\w\[\]-]+) (?:\|[^}]*)?\}\}")
LAB = re.compile(r"\]\((labs/[\w-]+\.md)\)")
SHEET = "before-you-sign.md"
TOGETHER = 8  # labs


def parts(language: str) -> list[Section]:
    return sections(ROOT / "docs" / language / SHEET)[1:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_promise_has_its_lab_its_interval_and_its_question(language: str) -> None:
    found = parts(language)
    assert len(found) == TOGETHER
    named = [set(LAB.findall(part.text)) for part in found]
    assert {len(lab) for lab in named} == {1}
    assert len(set().union(*named)) == TOGETHER
    for part, (lab,) in zip(found, named, strict=True):
        assert lab in labs()
        text = (ROOT / "docs/en" / lab).read_text(encoding="utf-8")
        own = set(re.findall(r"^  (?:snippet|also): \[?(\w+)", text, re.MULTILINE))
        values = VALUE.findall(part.text)
        assert {snippet for snippet, _ in values} <= own, part.id
        measured = {value for _, value in values}
        intervals = {v[:-3] for v in measured if v.startswith("intervals")}
        assert intervals, part.id
        complete = {i for i in intervals if {f"{i}[1]", f"{i}[2]"} <= measured}
        assert complete, f"{part.id}: an effect without its interval"
        assert part.text.rstrip().endswith(("?", "？")), part.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_typed(language: str) -> None:
    for part in parts(language):
        assert not re.findall(r"\d", VALUE.sub("", part.text)), part.id


def test_both_languages_name_the_same_values() -> None:
    one, other = ([set(VALUE.findall(p.text)) for p in parts(x)] for x in LANGUAGES)
    assert one == other


def test_each_value_is_in_its_record(records: dict[str, Record]) -> None:
    for part in parts("en"):
        for snippet, value in VALUE.findall(part.text):
            name, *places = re.findall(r"[\w-]+", value)
            found = records[snippet].values[name]
            for place in places:
                found = found[int(place)]
            assert isinstance(found, (int, float)), (snippet, value)
