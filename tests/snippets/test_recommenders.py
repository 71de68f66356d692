"""Dot product and scorer again: alternating least squares, another library, other seeds."""

import re
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

USERS, ITEMS = 120, 80


@pytest.fixture(scope="module")
def values(record):
    return record("recommenders").values


def world(seed, nonlinear):
    rng = np.random.default_rng(seed)
    p, q = rng.normal(size=(USERS, 3)), rng.normal(size=(ITEMS, 3))
    if nonlinear:
        a, b, w = (
            rng.normal(size=(3, 16)),
            rng.normal(size=(3, 16)),
            rng.normal(size=16),
        )
        truth = np.array([np.tanh(u @ a + q @ b) @ w for u in p])
    else:
        truth = p @ q.T
    truth = (truth - truth.mean()) / truth.std()
    part = rng.permutation(USERS * ITEMS).reshape(USERS, ITEMS)
    known, validation = part < 1920, (part >= 1920) & (part < 2400)
    return truth + 0.3 * rng.normal(size=truth.shape), known, validation, part >= 2400


def rmse(predicted, observed, mask):
    return np.mean((predicted - observed)[mask] ** 2) ** 0.5


def least_squares(observed, known, penalty, rounds=15, size=8):
    Q = np.linalg.svd(np.where(known, observed, 0))[2][:size].T
    for _ in range(rounds):
        P = half_step(observed, known, Q, penalty)
        Q = half_step(observed.T, known.T, P, penalty)
    return P @ Q.T


def half_step(observed, known, fixed, penalty):
    weights = known.astype(float)
    grams = np.einsum("ui,ik,il->ukl", weights, fixed, fixed, optimize=True)
    grams += penalty * np.eye(fixed.shape[1])
    return np.linalg.solve(grams, ((observed * weights) @ fixed)[..., None])[..., 0]


def dot_product(observed, known, validation, test):
    fits = [least_squares(observed, known, p) for p in (0.5, 1.0, 2.0, 4.0)]
    best = min(fits, key=lambda fit: rmse(fit, observed, validation))
    return rmse(best, observed, test)


def scorer(observed, known, validation, test):
    """A user's and an item's vector are a layer on two one-hot codes."""
    grid = np.indices((USERS, ITEMS)).reshape(2, -1)
    x = np.hstack([np.eye(USERS)[grid[0]], np.eye(ITEMS)[grid[1]]])
    best = np.inf, np.inf
    for alpha in (0.3, 1.0, 3.0):
        shape = {"hidden_layer_sizes": 32, "random_state": 0}
        model = MLPRegressor(**shape, alpha=alpha, learning_rate_init=0.01)
        for _ in range(60):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.partial_fit(x[known.ravel()], observed[known])
            predicted = model.predict(x).reshape(USERS, ITEMS)
            scores = (rmse(predicted, observed, part) for part in (validation, test))
            best = min(best, tuple(scores))
    return best[1]


def test_other_programs_agree_on_other_seeds(values):
    for nonlinear in (False, True):
        results = np.array(
            [
                [model(*world([seed, nonlinear], nonlinear)) for seed in (301, 302)]
                for model in (dot_product, scorer)
            ]
        ).mean(axis=1)
        recorded = np.array(values["mean_rmse"])[int(nonlinear), :2]
        assert results[0] == pytest.approx(recorded[0], abs=0.06)
        if nonlinear:
            assert results[1] < results[0]
        else:  # this scorer, tuned less, is far behind: the page says so
            assert results[1] > results[0] + 0.05
    assert values["verdict"] == "holds when"


def test_the_rule_of_the_verdict(values):
    errors = np.array(values["rmse"])  # nonlinear?, method, seed
    gain = errors[:, 0] - errors[:, 1]
    assert gain[1].min() > 0  # the scorer, in every seed
    # Neither; the sign in a single seed hangs on rounding, which changes the step that validation prefers.
    assert abs(gain[0].mean()) < 2 * gain[0].std(ddof=1) / gain.shape[1] ** 0.5
    assert values["scorer_better"] == [False, True]
    assert values["dot_better"] == [False, False]
    assert errors.min() > values["noise"]  # nobody predicts the noise
    assert np.all(errors[:, :2].mean(axis=2) < errors[:, 2:].mean(axis=2))


def test_validation_chose_no_end_of_the_grid_of_decays(values):
    """An end would mean that one side might have gained from a wider grid."""
    decays = len(values["decays"])
    for model in range(2):
        chosen = np.array(values["chosen"])[:, model].ravel() % decays
        assert np.mean((chosen > 0) & (chosen < decays - 1)) > 0.6


def test_figure_has_a_mark_for_every_run(record):
    (svg,) = record("recommenders").figures("figure")
    assert len(re.findall(r"<use ", svg)) >= 30
    assert "neural scorer" in svg
