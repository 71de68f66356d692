"""The shares by other arithmetic, one list in one picture, and what the prose says of both."""

import re
import runpy
from fractions import Fraction
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def values(record):
    return record("sector_counts").values


@pytest.fixture(scope="module")
def program():
    return runpy.run_path(str(ROOT / "snippets" / "sector_counts.py"))


def test_each_year_adds_up(values):
    assert all(n >= 0 for n in values["others"])
    years = zip(
        values["listed"],
        values["by_industry"],
        values["by_both"],
        values["by_academia"],
        values["others"],
        strict=True,
    )
    for number, (n, *parts) in enumerate(years):
        assert sum(parts) == n
        assert values["shares"][number] == pytest.approx(1 - sum(parts[1:]) / n)


def test_the_table_prints_the_list(record, values):
    lines = record("sector_counts").text("counts").splitlines()[1:]
    rows = [[int(n) for n in re.findall(r"\d+", line)] for line in lines]
    assert [row[0] for row in rows] == list(range(2014, 2026))
    assert [row[1] for row in rows] == values["listed"]
    assert [row[-1] for row in rows] == [round(100 * s) for s in values["shares"]]


def test_what_others_printed(values):
    assert values["printed_shares"] == pytest.approx([51 / 89, 55 / 61])
    assert values["listed_shares"] == pytest.approx(values["shares"][-3:-1])
    assert round(values["printed_shares"][1], 3) == 0.902, "as the edition says: 90.2%"


def test_rules_for_joint_models_model_by_model(values):
    makers = ["i"] * 51 + ["a"] * 15 + ["ia"] * 21  # one entry a model
    assert values["models"] == len(makers)
    for k, credit in enumerate((Fraction(0), Fraction(1, 2), Fraction(1))):
        for side, name in (("i", "industry_shares"), ("a", "academia_shares")):
            parts = [credit if m == "ia" else Fraction(1) for m in makers if side in m]
            share = Fraction(sum(parts), len(makers))
            assert values[name][k] == pytest.approx(float(share))


def test_only_splitting_adds_up_to_the_whole(values):
    sums = [
        a + b
        for a, b in zip(
            values["industry_shares"], values["academia_shares"], strict=True
        )
    ]
    assert sums[0] < 1
    assert sums[1] == pytest.approx(1)
    assert sums[2] > 1


def test_the_cost_alone_does_not_make_the_rise(values):
    assert values["cost_models"] == [3, 28, 17]
    plain, without = values["shares"][-3:], values["without_cost"]
    assert without[1] == pytest.approx(54 / 70)
    assert without[2] == pytest.approx(77 / 86)
    assert without[1] < plain[1] and without[2] < plain[2], "the rule adds to the share"
    assert without[0] < without[1] < without[2], "and yet it rises without the rule"


def test_what_the_prose_says(values):
    shares, both, alone = (
        values[name] for name in ("shares", "both_shares", "alone_shares")
    )
    assert max(shares[:-3]) < 0.63, "never two thirds before 2024"
    assert shares[-3] < shares[-2] < shares[-1]
    assert alone[0] > 0.6 and alone[-1] < 0.03
    assert both[-3] > both[-2] > both[-1]
    assert values["listed_shares"][1] < values["printed_shares"][1], "it fills up late"
    assert values["refiled"] == pytest.approx(96 / 103)
    low, _, high = values["academia_shares"]
    assert high > 2 * low, "counted for both sides, academia's share more than doubles"
    assert min(values["industry_shares"]) > 0.5, "industry leads by every rule"
    assert max(values["academia_shares"]) < 0.5


def test_one_list_fills_one_panel_and_the_other_compares_one_year(program):
    series, pair = program["series"], program["pair"]
    bars = [bar.get_height() for bar in series.patches]
    assert len(bars) == 4 * 12, "a bar a class and year"
    for year in range(12):
        assert sum(bars[year::12]) == pytest.approx(100)
    assert [bar.get_height() for bar in pair.patches] == [55, 81, 5, 12, 0, 3]
    assert not series.lines and not pair.lines
