"""How labs reach their verdicts: intervals that hold what they promise, and three outcomes."""

import numpy as np
import pytest
from scipy import stats

from shared.verdict import (
    Effect,
    confirm,
    decide,
    outcome,
    over_seeds,
    share,
)

SETS = 200
COVERED = (0.9, 0.98)  # of the intervals of worlds without an effect


def test_intervals_of_runs_that_share_nothing_contain_no_effect_as_often_as_they_say():
    rng = np.random.default_rng(1)
    found = [over_seeds(rng.normal(size=20)) for _ in range(SETS)]
    covered = np.mean([effect.low <= 0 <= effect.high for effect in found])
    assert COVERED[0] <= covered <= COVERED[1]
    differences = rng.normal(1, 2, size=20)
    low, high = stats.ttest_1samp(differences, 0).confidence_interval()
    assert over_seeds(differences)[1:] == pytest.approx([low, high])


@pytest.mark.parametrize("true_share", [0.1, 0.5, 0.85])
def test_intervals_of_shares_cover(true_share):
    hits = np.arange(21)
    inside = [
        found.low <= true_share <= found.high
        for found in (share(np.arange(20) < n) for n in hits)
    ]
    covered = stats.binom.pmf(hits, 20, true_share)[inside].sum()
    assert 0.95 <= covered <= 1  # exact intervals promise at least so much


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.2, 0.4, "holds"),
        (-0.3, 0.05, "does not"),
        (0.05, 0.2, "cannot tell"),
        (0.1, 0.3, "cannot tell"),  # the margin itself is not beyond it
    ],
)
def test_an_outcome_is_where_the_whole_interval_lies(low, high, word):
    assert outcome(Effect((low + high) / 2, low, high), 0.1) == word


YES, NO, UNKNOWN = Effect(3, 2, 4), Effect(0, -1, 0.5), Effect(1, -1, 3)


@pytest.mark.parametrize(
    ("effects", "word"),
    [
        ([YES, YES], "holds"),
        ([YES, NO], "holds when"),
        ([UNKNOWN, YES], "holds when"),
        ([NO, NO], "does not"),
        ([NO, UNKNOWN], "cannot tell"),
    ],
)
def test_a_verdict_joins_the_outcomes_of_its_conditions(effects, word, capsys):
    verdict, intervals, outcomes = decide(1, dict(zip("ab", effects, strict=True)))
    assert (verdict, len(outcomes), intervals.shape) == (word, 2, (2, 3))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"a: {outcomes[0]}"
    assert all(len(line) <= 38 for line in lines)


def test_a_control_that_comes_out_otherwise_stops_the_program():
    confirm("does not", 1, {"shuffled": NO})
    with pytest.raises(AssertionError, match="the control should say: does not"):
        confirm("does not", 1, {"shuffled": UNKNOWN})
