"""A number of a sentence: which value it is, how it is written, and what is said of one that there is not."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import tostring

import pytest
from chapters.values import (
    LATER,
    NotRunError,
    Number,
    Records,
    check_section,
    number,
    the_record,
)
from runner import Place, Record, SourceError

PLACE = Place("docs/en/page.md", 7)
VALUES: dict[str, Any] = {
    "loss": 0.0103,
    "losses": [1.3023, 0.5, 0.0096],
    "table": [[1, 2, 3], [4, 5, 6]],
    "deep": [[[1.5, 2.5]], [[3.5, -4.5]]],
    "count": 1234567,
    "rate": 0.1234,
    "small": 0.00000015,
    "large": -1.5e12,
    "holds": True,
    "word": "wide",
    "none": [],
}


def record(name: str = "program", **more: Any) -> Record:
    """What a run of two sections left behind."""
    cells = [{"metadata": {"section": section}} for section in ("data", "train")]
    return Record(name, "key", {"cells": [{"metadata": {}}, *cells]}, VALUES, **more)


RECORDS = Records(
    {"program": record(too_large=["huge"]), "other-one": record("other-one")},
    {"waits": False, "failed": True},
)


def said(mark: str) -> Number:
    return number("{{ " + mark + " }}", RECORDS, PLACE)


def refused(mark: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        said(mark)
    assert (caught.value.path, caught.value.line) == ("docs/en/page.md", 7)
    return caught.value


@pytest.mark.parametrize(
    ("mark", "plain"),
    [
        ("program:loss", "0.0103"),
        ("program:losses[0]", "1.3023"),
        ("program:losses[1]", "0.5"),
        ("program:losses[2]", "0.0096"),
        ("program:losses[-1]", "0.0096"),
        ("program:losses[-2]", "0.5"),
        ("program:losses[-3]", "1.3023"),
        ("program:table[1][0]", "4"),
        ("program:table[0][1]", "2"),
        ("program:table[-1][-2]", "5"),
        ("program:table[0][-1]", "3"),
        ("program:deep[1][0][1]", "−4.5"),
        ("program:word[0]", "w"),
    ],
)
def test_an_index_picks_its_value(mark: str, plain: str) -> None:
    assert said(mark).plain == plain


@pytest.mark.parametrize(
    ("mark", "plain", "latex"),
    [
        ("program:loss | .2f", "0.01", "0.01"),
        ("program:count | ,", "1,234,567", "1{,}234{,}567"),
        ("program:count|,", "1,234,567", "1{,}234{,}567"),
        ("program:rate | .1%", "12.3%", r"12.3\%"),
        ("program:rate | +.2f", "+0.12", "+0.12"),
        ("program:small | .2e", "1.50 × 10⁻⁷", r"1.50 \times 10^{-7}"),
        ("program:small", "1.5 × 10⁻⁷", r"1.5 \times 10^{-7}"),
        ("program:large | .1e", "−1.5 × 10¹²", r"-1.5 \times 10^{12}"),
        ("program:large | .0e", "−2 × 10¹²", r"-2 \times 10^{12}"),
        ("program:count | .3e", "1.235 × 10⁶", r"1.235 \times 10^{6}"),
        ("program:deep[1][0][1] | .2f", "−4.50", "-4.50"),
        ("program:large | ,.0f", "−1,500,000,000,000", "-1{,}500{,}000{,}000{,}000"),
        ("program:holds", "True", "True"),
        ("program:word", "wide", "wide"),
        ("other-one:loss | 8.3f", "   0.010", "   0.010"),
    ],
)
def test_a_number_is_written_as_python_formats_it(
    mark: str, plain: str, latex: str
) -> None:
    found = said(mark)
    assert (found.plain, found.latex) == (plain, latex)
    assert found.snippet == mark.partition(":")[0]


@pytest.mark.parametrize(
    ("mark", "html"),
    [
        ("program:loss | .2f", '<a class="run" href="there">0.01</a>'),
        ("program:deep[1][0][1]", '<a class="run" href="there">−4.5</a>'),
        ("program:large", '<a class="run" href="there">−1500000000000.0</a>'),
        (
            "program:large | .1e",
            '<a class="run" href="there">−1.5 × 10<sup>12</sup></a>',
        ),
        (
            "program:small | .0e",
            '<a class="run" href="there">1 × 10<sup>−7</sup></a>',
        ),
    ],
)
def test_in_a_sentence_it_leads_to_its_run(mark: str, html: str) -> None:
    assert tostring(said(mark).element("there"), "unicode") == html


def test_of_a_program_that_has_not_run_it_says_nothing_yet() -> None:
    for program in ("waits", "failed"):
        assert said(f"{program}:any[0] | .4f") == Number(LATER, "", program)
    for program, failed in (("waits", False), ("failed", True)):
        with pytest.raises(NotRunError) as caught:
            RECORDS[program]
        assert (caught.value.program, caught.value.failed) == (program, failed)
        assert caught.value.args == (program,)
        with pytest.raises(NotRunError):
            the_record(program, RECORDS, PLACE)


def test_records_know_those_that_are_still_to_come() -> None:
    assert list(RECORDS) == ["failed", "other-one", "program", "waits"]
    assert len(RECORDS) == 4
    assert RECORDS["program"].name == "program"
    alone = Records({"program": record()})
    assert (list(alone), len(alone)) == (["program"], 1)
    assert the_record("program", alone, PLACE) is alone["program"]
    with pytest.raises(KeyError):
        alone["waits"]


@pytest.mark.parametrize(
    ("mark", "problem", "remedy"),
    [
        ("program", "'{{ program }}' names no value.", "write '{{ snippet:name"),
        ("program:losses[x]", "names no value.", "or '{{ snippet:name[0] }}'."),
        ("program:", "names no value.", ""),
        ("programx:loss", "there is no snippet 'programx'.", "nearest to it: program"),
        ("program:losss", "'program' leaves no value 'losss'.", "losses, loss"),
        ("program:huge", "'huge' of program.py holds more", "'# value limit: 5000"),
        (
            "program:losses[3]",
            "'program:losses[3]' picks what is not there.",
            "look at losses in program.py.",
        ),
        ("program:losses[-4]", "picks what is not there.", ""),
        ("program:loss[0]", "picks what is not there.", ""),
        ("program:table[0][3]", "'program:table[0][3]' picks", ""),
        ("program:losses", "'losses' is an array of 3.", "losses[0], losses[-1]."),
        ("program:table[0] | .2f", "'table' is an array of 3.", ""),
        ("program:none", "'none' is an array of 0.", ""),
        ("program:loss | d", "'d' is no format for 0.0103 (", ".4f  ,  .1%  .2e"),
        ("program:word | .2f", "'.2f' is no format for 'wide' (", ""),
    ],
)
def test_what_names_no_number_is_refused_with_its_place(
    mark: str, problem: str, remedy: str
) -> None:
    error = refused(mark)
    assert problem in error.problem
    assert remedy in error.remedy


def test_a_format_too_large_for_the_machine_is_refused() -> None:
    huge = Records({"program": Record("program", "key", {}, {"huge": 10**400})})
    with pytest.raises(SourceError, match=r"page.md:7: '\.2e' is no format for 1000"):
        number("{{ program:huge | .2e }}", huge, PLACE)


def test_a_section_that_is_not_there_is_refused() -> None:
    check_section(record(), "train", PLACE)
    with pytest.raises(SourceError) as caught:
        check_section(record(), "trainx", PLACE)
    assert caught.value.problem == "'program.py' has no section 'trainx'."
    assert caught.value.remedy == "sections nearest to it: train."
    assert caught.value.line == 7


def test_whoever_asks_for_all_names_is_noted() -> None:
    asked: list[str] = []
    records = Records({"b": record()}, {"a": False}, asked.append)
    assert next(iter(records)) == "a" and asked == [""]
    assert len(records) == 2 and asked == ["", ""]
    assert records["b"].name == "program" and asked == ["", "", "b"]
