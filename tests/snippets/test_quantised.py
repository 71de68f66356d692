"""Rounding to a few levels: by search among all levels, and by the error that theory expects."""

import runpy

import numpy as np
import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def values(record):
    return record("quantised").values


@pytest.fixture(scope="module")
def program():
    return runpy.run_path(str(ROOT / "snippets/quantised.py"))


def test_each_weight_takes_the_nearest_level(program):
    rng = np.random.default_rng(2)
    W = rng.normal(size=(2, 32))
    got = program["quantise"](W, 3, 16)
    for part, out in zip(W.reshape(-1, 16), got.reshape(-1, 16), strict=True):
        levels = np.arange(-3, 4) * float(np.float16(np.abs(part).max() / 3))
        nearest = [levels[np.abs(levels - w).argmin()] for w in part]
        assert np.allclose(out, nearest)


def test_error_is_that_of_a_uniform_remainder(values):
    """A step of size s leaves s^2 / 12 on average; the step is two maxima over the levels."""
    rng = np.random.default_rng(99)
    for i, bits in enumerate(values["widths"][:2]):  # where steps are fine
        for j, group in enumerate(values["groups"]):
            top = np.abs(rng.normal(size=(2000, group))).max(axis=1)
            step = top / (2 ** (bits - 1) - 1)
            expected = np.sqrt(np.mean(step**2) / 12)
            assert values["plain_error"][i][j] == pytest.approx(expected, rel=0.05)


def test_bits_counted_from_what_is_stored(values):
    for i, bits in enumerate(values["widths"]):
        for j, group in enumerate(values["groups"]):
            stored = bits * 4096 + 16 * (4096 // group)  # one row and its scales
            assert stored / 4096 == values["bits_a_weight"][i][j]


def test_small_groups_shield_the_ordinary_weights(values):
    plain, spiky = np.array(values["plain_error"]), np.array(values["spiky_error"])
    assert np.all(np.diff(plain, axis=1) < 0) and np.all(np.diff(spiky, axis=1) < 0)
    assert np.all(spiky > plain)
    four = list(values["widths"]).index(4)
    assert spiky[four, 0] > 0.9 > 0.3 > spiky[four, 2]
