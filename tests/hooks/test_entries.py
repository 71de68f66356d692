"""What all languages share, entry by entry: what is read of it, and what is said of a part that is missing or unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from chapters.data import (
    JUDGEMENTS,
    VERDICTS,
    Source,
    read_corrections,
    read_lab,
)
from chapters.values import Records
from runner import Record, SourceError

SAID = {"title": "T", "claim": "C ", "holds": " H"}
WRONG = {
    "section": "1.1",
    "verdict": "wrong",
    "en": SAID,
    "zh": {**SAID, "title": "题"},
}


def corrections(folder: Path, **files: dict[str, Any]) -> dict[str, list[Any]]:
    """What is read of a folder of corrections, in order, by language."""
    (folder / "corrections").mkdir(exist_ok=True)
    for name, said in files.items():
        text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
        (folder / f"corrections/{name}.yml").write_text(text, encoding="utf-8")
    found = read_corrections(folder / "corrections", ["en", "zh"])
    return {language: [*each.values()] for language, each in found.items()}


def test_a_correction_is_read_in_both_languages(tmp_path: Path) -> None:
    found = corrections(
        tmp_path,
        practice={
            "second": {**WRONG, "section": "2.10", "verdict": "missing"},
            "first": {**WRONG, "section": "2.9"},
        },
        basics={"third": {**WRONG, "section": 0, "verdict": "outdated"}},
    )
    assert [one.id for one in found["en"]] == ["third", "first", "second"]
    for language, title in (("en", "T"), ("zh", "题")):
        third, first, second = found[language]
        assert (third.page, first.page) == ("basics", "practice")
        assert (third.section, second.section) == ("0", "2.10")
        assert [one.verdict for one in found[language]] == ["outdated", "wrong", "missing"]  # fmt: skip
        assert (first.title, first.claim, first.holds) == (title, "C", "H")
        assert str(first.place.path) == "docs/corrections/practice.yml"
        assert first.place.line == 12


@pytest.mark.parametrize("verdict", JUDGEMENTS)
def test_a_judgement_is_one_of_five(tmp_path: Path, verdict: str) -> None:
    (found,) = corrections(tmp_path, a={"x": {**WRONG, "verdict": verdict}})["en"]
    assert found.verdict == verdict


def without(*path: str) -> dict[str, Any]:
    """The correction without one of its parts."""
    entry: dict[str, Any] = yaml.safe_load(yaml.safe_dump(WRONG))
    inner = entry
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return entry


@pytest.mark.parametrize(
    ("entry", "problem", "remedy"),
    [
        (without("verdict"), "'x' has no known verdict.", ", ".join(JUDGEMENTS)),
        ({**WRONG, "verdict": "true"}, "'x' has no known verdict.", "use one of: "),
        (without("en"), "'x' has no title in 'en'.", "add en: title: …"),
        (without("en", "title"), "'x' has no title in 'en'.", "add en: title: …"),
        (without("en", "claim"), "'x' has no claim in 'en'.", "add en: claim: …"),
        (without("en", "holds"), "'x' has no holds in 'en'.", "add en: holds: …"),
        (without("zh", "holds"), "'x' has no holds in 'zh'.", "add zh: holds: …"),
        ({**WRONG, "zh": "H"}, "'x' has no title in 'zh'.", "add zh: title: …"),
    ],
)
def test_a_part_that_a_correction_lacks_is_named(
    tmp_path: Path, entry: dict[str, Any], problem: str, remedy: str
) -> None:
    with pytest.raises(SourceError) as caught:
        corrections(tmp_path, a={"y": WRONG, "x": entry})
    assert (str(caught.value.path), caught.value.problem) == ("docs/corrections/a.yml", problem)  # fmt: skip
    assert remedy in caught.value.remedy
    assert caught.value.line == 12


def test_no_two_corrections_have_one_id(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"b\.yml:1: there is a second correction 'x'"
    ):
        corrections(tmp_path, a={"x": WRONG}, b={"x": WRONG})


# Labs

LAB: dict[str, Any] = {
    "snippet": "trial",
    "question": "data",
    "claim": "It helps.",
    "verdict": "holds",
    "finding": "It does. ",
    "unit": "points",
    "format": "+.1f",
    "conditions": ["one", "two"],
    "control": ["none"],
}
RUN = {"verdict": "holds", "intervals": [[1, 0, 2], [2, 1, 3]], "control": [[0, -1, 1]]}


def read(lab: object, values: dict[str, Any] = RUN, **more: bool) -> Any:
    """What is read of a chapter that describes this lab."""
    meta = {"lab": lab} if lab else {}
    text = f"---\n{yaml.safe_dump({'description': 'D', **meta}, sort_keys=False)}---\n# T\n"
    source = Source("labs/x.md", "docs/en/labs/x.md", meta, "# A *title* {#t}\n", text)
    records = Records({"trial": Record("trial", "key", {}, values)}, more)
    return read_lab(source, records)


def test_a_lab_is_read() -> None:
    lab = read({**LAB, "also": ["more"], "cases": ["bloom"]})
    assert (lab.uri, lab.title, lab.snippet) == ("labs/x.md", "A title", "trial")
    assert (lab.claim, lab.finding, lab.verdict) == ("It helps.", "It does.", "holds")
    assert (lab.question, lab.unit, lab.form) == ("data", "points", "+.1f")
    assert (lab.conditions, lab.control) == (("one", "two"), ("none",))
    assert (lab.also, lab.cases) == (("more",), ("bloom",))
    assert read(LAB).also == read(LAB).cases == ()
    assert read(None) is None


@pytest.mark.parametrize("part", LAB)
def test_a_part_that_a_lab_lacks_is_named(part: str) -> None:
    for lab in ({n: v for n, v in LAB.items() if n != part}, {**LAB, part: ""}):
        with pytest.raises(SourceError) as caught:
            read(lab)
        assert caught.value.problem == f"the lab has no {part}."
        assert (
            caught.value.remedy
            == f"add it: {', '.join(['snippet', 'question', 'claim', 'verdict', 'finding', 'unit', 'format', 'conditions', 'control'])}."
        )
        assert str(caught.value.path) == "docs/en/labs/x.md"


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_is_that_of_the_run(verdict: str) -> None:
    lab = {**LAB, "verdict": verdict}
    assert read(lab, {**RUN, "verdict": verdict}).verdict == verdict
    for values in ({**RUN, "verdict": "another"}, {**RUN, "verdict": None}):
        with pytest.raises(SourceError) as caught:
            read(lab, values)
        assert caught.value.problem == (
            f"the page's verdict is '{verdict}', that of trial.py is '{values['verdict']}'."
        )


def test_an_unknown_verdict_is_refused() -> None:
    lab = {**LAB, "verdict": "hold"}
    with pytest.raises(SourceError, match=r"'hold' is no verdict\.\n.*holds") as caught:
        read(lab, {**RUN, "verdict": "hold"})
    assert str(caught.value.path) == "docs/en/labs/x.md"


@pytest.mark.parametrize(
    ("part", "name", "count"),
    [("conditions", "intervals", 2), ("control", "control", 1)],
)
def test_each_effect_of_a_run_has_its_title(part: str, name: str, count: int) -> None:
    wrong: list[dict[str, Any]] = [{**RUN, name: [[1, 0, 2]] * (count + 1)}]
    wrong += [{**RUN, name: [[1, 0, 2]] * (count - 1)}]
    wrong += [{n: v for n, v in RUN.items() if n != name}]
    for values in wrong:
        with pytest.raises(SourceError) as caught:
            read(LAB, values)
        assert caught.value.problem == (
            f"'{part}' names {count}, '{name}' of trial.py has {len(values.get(name, ()))}."
        )


def test_a_lab_waits_for_its_run() -> None:
    assert read({**LAB, "snippet": "later"}, later=False).verdict == "holds"
    with pytest.raises(SourceError, match="there is no snippet 'never'"):
        read({**LAB, "snippet": "never"})
