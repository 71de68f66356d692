"""The doublings again: by another library in other worlds, and by a learner without gradients."""

import re
import warnings

import numpy as np
import pytest
from parts import until
from scipy import stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor


@pytest.fixture(scope="module")
def values(record):
    return record("scaling").values


def examples(seed, N):
    """A wide teacher, written once more, with other streams of chance."""
    rng, other = np.random.default_rng(seed), np.random.default_rng(10**6 + seed)
    W1, b1 = rng.normal(size=(8, 256)) / 2, rng.normal(size=256)
    W2 = rng.normal(size=256) / 128**0.5
    x = other.normal(size=(N, 8))
    return x, np.maximum(x @ W1 + b1, 0) @ W2


def network(x, y, width, seed):
    """Scikit-learn's network, for a thousand steps of 64 examples."""
    epochs = max(1000 * 64 // len(x), 1)
    student = MLPRegressor(
        hidden_layer_sizes=(width,),
        batch_size=64,
        learning_rate_init=0.02,
        alpha=0,
        max_iter=epochs,
        tol=0,
        n_iter_no_change=epochs,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return student.fit(x, y).predict


def features(x, y, width, seed):
    """Least squares on random features that are not trained."""
    rng = np.random.default_rng(seed)
    A, a = rng.normal(size=(8, width)) / 2, rng.normal(size=width)
    design = np.c_[np.maximum(x @ A + a, 0), np.ones(len(x))]
    gram = design.T @ design + 1e-2 * np.eye(width + 1)
    c = np.linalg.solve(gram, design.T @ y)
    return lambda u: np.c_[np.maximum(u @ A + a, 0), np.ones(len(u))] @ c


def gain(learner, few, many, distinct=2048, seeds=range(7000, 7003)):
    """By how much a doubling lowers log2 of the error, between two (examples, width).

    Examples beyond `distinct` are copies of the first.
    """
    falls = []
    for seed in seeds:
        x, y = examples(seed, 1000 + 2048)
        errors = []
        for N, width in (few, many):
            own = 1000 + np.arange(N) % distinct
            predict = learner(x[own], y[own], width, seed)
            errors.append(np.mean((predict(x[:1000]) - y[:1000]) ** 2))
        doublings = np.log2(max(many[0] / few[0], many[1] / few[1]))
        falls.append(np.log2(errors[0] / errors[1]) / doublings)
    return np.mean(falls)


def test_another_library_finds_the_same_order(values):
    data = gain(network, (128, 32), (2048, 32))
    narrow = gain(network, (128, 2), (2048, 2))
    width = gain(network, (2048, 2), (2048, 32))
    fixed = gain(network, (128, 32), (2048, 32), distinct=128)
    margin = values["margin"]
    assert min(data, width) > 3 * margin
    assert max(narrow, fixed) < min(data, width) / 2
    means = np.array(values["intervals"])[:, 0]
    assert data == pytest.approx(means[1], abs=0.25)
    assert width == pytest.approx(means[3], abs=0.25)


def test_a_learner_without_gradients_needs_both_too(values):
    few = {"seeds": range(7100, 7110)}
    margin = values["margin"]
    assert gain(features, (256, 128), (2048, 128), **few) > margin
    assert gain(features, (2048, 8), (2048, 128), **few) > margin
    narrow = gain(features, (256, 8), (2048, 8), **few)
    assert narrow < margin
    assert gain(features, (256, 128), (2048, 128), distinct=256, **few) < margin


def test_intervals_by_scipy_from_the_first_and_the_last_error(values):
    """The mean of the doublings telescopes: only the ends of a path count."""
    errors = np.array(values["errors"])  # (data, widths, worlds)
    ends = [
        (errors[0, 0], errors[4, 4]),
        (errors[0, 4], errors[4, 4]),
        (errors[0, 0], errors[4, 0]),
        (errors[4, 0], errors[4, 4]),
        (errors[0, 0], errors[0, 4]),
    ]
    for interval, (first, last) in zip(values["intervals"], ends, strict=True):
        test = stats.ttest_1samp(np.log2(first / last) / 4, 0)
        low, high = test.confidence_interval(0.95)
        found = [np.mean(np.log2(first / last)) / 4, low, high]
        np.testing.assert_allclose(interval, found, rtol=1e-6)
    assert values["margin"] == pytest.approx(np.log2(20 / 19))


def test_no_rate_lies_at_the_edge_of_its_grid(values):
    assert len(values["choices"]) == 35
    assert set(values["choices"]) <= set(values["rates"][1:-1])


def test_copies_are_copies_and_dead_units_stay_dead():
    """What the control does, seen from inside."""
    names = until(
        "scaling",
        "train",
        ("seeds = range(1000, 1020)", "seeds = range(7200, 7203)"),
        ("1000, 1000, 64, [0.01", "200, 60, 32, [0.01"),
    )
    seen, train = [], names["train"]

    def watch(*given):
        seen.append((given[0], train(*given)))
        return seen[-1][1]

    names["train"] = watch
    names["error"](
        "test", names["seeds"], names["tested"], [0.03], 512, 8, copies=4, dead=6
    )
    (x, weights) = seen[0]
    for k in range(3):
        assert len(np.unique(x[k], axis=0)) == 128
        assert len(x[k]) == 512
    assert np.all(weights[0][..., 2:] == 0)
    assert np.all(weights[1][..., 2:] == 0)
    assert np.any(weights[1][..., :2] != 0)


def test_figure_has_the_points_of_three_curves_in_each_panel(record):
    (svg,) = record("scaling").figures("curves")
    assert len(re.findall(r"<use ", svg)) >= 30
    for name in ("examples", "units", "error / variance of y"):
        assert name in svg


def test_what_the_page_says_of_single_doublings(values):
    falls = np.array(values["falls"])  # (5, 4)
    errors = np.array(values["errors"])
    np.testing.assert_allclose(
        falls[1], np.mean(1 - errors[1:, 4] / errors[:-1, 4], axis=1), rtol=1e-6
    )
    assert np.all(np.diff(falls[1]) < 0)  # wide: each doubling brings less
    assert falls[2][0] > 0.05 > 0 > falls[2][3]  # narrow: the last brings nothing
    means = np.array(values["intervals"])[:, 0]
    assert means.argmax() == 0
