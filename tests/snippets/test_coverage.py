"""Intervals of worlds that share data as the digits do: which of them hold what they promise."""

import numpy as np
import pytest

from shared.verdict import over_seeds_and_items

COVERED = (0.9, 0.98)  # of the intervals of worlds without an effect


@pytest.fixture(scope="module")
def values(record):
    return record("coverage").values


def test_intervals_over_shared_items_cover_where_those_over_seeds_alone_do_not(values):
    assert values["n_worlds"] >= 200
    assert COVERED[0] <= values["independent"] <= COVERED[1]
    assert COVERED[0] <= values["crossed"] <= COVERED[1]
    assert values["naive"] < 0.5  # why the labs on digits may not take it


def test_the_bootstrap_is_the_variance_of_both_ways_of_drawing():
    """Its closed form, for many draws: the variances of the means over each, added (Owen 2007, theorem 1)."""
    rng = np.random.default_rng(2)
    d = (
        rng.normal(size=(20, 1))
        + rng.normal(size=(1, 400))
        + rng.normal(size=(20, 400))
    )
    effect = over_seeds_and_items(d)
    error = np.sqrt(d.mean(axis=1).var() / 20 + d.mean(axis=0).var() / 400)
    assert effect.mean == pytest.approx(d.mean())
    assert effect.high - effect.low == pytest.approx(2 * 1.96 * error, rel=0.05)
