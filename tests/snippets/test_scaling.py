"""The fits by another formula, a true power law, and another kind of learner."""

import re

import numpy as np
import pytest


@pytest.fixture(scope="module")
def values(record):
    return record("scaling").values


def line(sizes, losses):
    u, v = np.log(sizes), np.log(losses)
    slope = np.cov(u, v, bias=True)[0, 1] / u.var()
    return slope, v.mean() - slope * u.mean(), np.corrcoef(u, v)[0, 1] ** 2


@pytest.mark.parametrize(("curve", "name"), [(0, "data"), (1, "width")])
def test_fits_and_forecasts_by_covariances(values, curve, name):
    sizes = values["data_sizes" if name == "data" else "widths"]
    losses = np.array(values[f"by_{name}"])
    slope, _, r2 = line(sizes, losses.mean(axis=1))
    assert values["slopes"][curve] == pytest.approx(slope)
    assert values["r2s"][curve] == pytest.approx(r2)
    for i, ratio in enumerate(values["ratios"][curve]):
        slope, level, _ = line(sizes[:5], losses[:5, i])
        foretold = np.exp(level + slope * np.log(sizes[-1]))
        assert losses[-1, i] / foretold == pytest.approx(ratio)


def test_verdict_follows_from_the_numbers(values):
    assert min(values["r2s"]) > values["straight"]
    assert np.min(values["ratios"]) > values["close"]  # every seed, both curves
    assert values["verdict"] == "holds when"
    means = np.array(values["data_means"])
    assert values["last_data_gain"] == pytest.approx(1 - means[-1] / means[-2])
    assert values["last_data_gain"] < values["last_width_gain"]


def test_the_rule_can_say_holds():
    """On an exact power law the first five points foretell the last."""
    sizes = np.array([1, 2, 4, 8, 16, 32, 64, 128])
    slope, level, r2 = line(sizes[:5], 3 * sizes[:5] ** -0.5)
    assert r2 == pytest.approx(1)
    assert np.exp(level + slope * np.log(128)) == pytest.approx(3 * 128**-0.5)


def test_another_learner_falls_and_flattens_too(values):
    """Random features and least squares, without gradients, on another teacher."""
    rng = np.random.default_rng(55)
    W1, b1 = rng.normal(size=(8, 256)) / 2, rng.normal(size=256)
    W2 = rng.normal(size=256) / 16
    A, a = rng.normal(size=(8, 200)) / 2, rng.normal(size=200)
    x_test = rng.normal(size=(2000, 8))
    y_test = np.maximum(x_test @ W1 + b1, 0) @ W2
    sizes, losses = [256, 512, 1024, 2048, 4096, 8192], []
    for N in sizes:
        x = rng.normal(size=(N, 8))
        y = np.maximum(x @ W1 + b1, 0) @ W2
        features = np.maximum(x @ A + a, 0)
        gram = features.T @ features + 1e-2 * np.eye(200)
        c = np.linalg.solve(gram, features.T @ y)
        e = np.maximum(x_test @ A + a, 0) @ c - y_test
        losses.append(np.mean(e**2) / y_test.var())
    falls = 1 - np.array(losses[1:]) / np.array(losses[:-1])
    assert np.all(falls[:2] > 0.1)
    assert falls[-1] < falls[0] / 2


def test_figure_has_a_point_for_every_run(record):
    (svg,) = record("scaling").figures("curves")
    assert len(re.findall(r"<use ", svg)) >= 80
    for name in ("training examples", "width", "loss / variance of y"):
        assert name in svg
