"""The shares by other arithmetic, and editions that no picture joins."""

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


def test_share_of_industry_is_one_minus_the_others(values):
    assert values["shares"][0] == pytest.approx(float(1 - Fraction(3, 32 + 3)))
    assert values["shares"][1] == pytest.approx(float(1 - Fraction(15 + 21, 87)))
    assert values["models"] == 87


def test_rules_for_joint_models_model_by_model(values):
    makers = ["i"] * 51 + ["a"] * 15 + ["ia"] * 21  # one entry a model
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


def test_what_the_prose_says_of_the_shares(values):
    first, second = values["shares"]
    assert second < first, "joined up, the editions would show a fall"
    assert values["percent_2024"] > values["percent_2023"], "and then a rise"
    assert abs(second - values["percent_2023"] / 100) < 0.02, "same year, two editions"
    low, _, high = values["academia_shares"]
    assert high > 2 * low, "counted for both sides, academia's share more than doubles"
    assert min(values["industry_shares"]) > 0.5, "industry leads by every rule"
    assert max(values["academia_shares"]) < 0.5


def test_each_edition_has_axes_of_its_own(program):
    axes = program["axes"]
    assert [ax.get_title() for ax in axes] == [
        "edition of 2023",
        "edition of 2024",
        "edition of 2025",
        "edition of 2026",
    ]
    assert not any(ax.lines for ax in axes), "bars only, no line from year to year"
    assert all(ax.get_shared_y_axes().get_siblings(ax) == [ax] for ax in axes)
    heights = [[bar.get_height() for bar in ax.patches] for ax in axes]
    assert heights == [[32, 3], [51, 15, 21], [60, 90], [90]]


def test_table_has_a_row_a_finding(record):
    lines = record("sector_counts").text("counts").splitlines()[1:]
    editions = [re.findall(r"\d+", line)[0] for line in lines]
    assert editions == ["2023", "2024", "2025", "2025", "2026"]
