"""Both optimisers again, by scikit-learn on other splits; what Adam does not see."""

import re
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

RATES = {"sgd": [0.1, 0.3, 1.0, 3.0], "adam": [0.003, 0.01, 0.03, 0.1]}


@pytest.fixture(scope="module")
def values(record):
    return record("optimisers").values


def scores(solver, badly, seed):
    """Test accuracy of the rate that does best on the validation set."""
    x, y = load_digits(return_X_y=True)
    x = (x - x.mean()) / x.std()
    rng = np.random.default_rng(seed)
    if badly:
        x = x * 10.0 ** rng.uniform(-2, 0, size=64)
    order = rng.permutation(len(x))
    fit, validate, test = np.split(order, [600, 1000])
    best = (0.0, 0.0)
    for rate in RATES[solver]:
        model = MLPClassifier(
            (32,),
            solver=solver,
            alpha=0,
            batch_size=64,
            learning_rate_init=rate,
            momentum=0,
            max_iter=40,
            n_iter_no_change=100,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            try:
                model.fit(x[fit], y[fit])
            except ValueError:  # the weights overflowed
                continue
        best = max(
            best, (model.score(x[validate], y[validate]), model.score(x[test], y[test]))
        )
    return best[1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_scikit_learn_finds_the_same_on_other_splits(values):
    lead = {
        badly: np.array(
            [scores("adam", badly, s) - scores("sgd", badly, s) for s in (50, 51, 52)]
        )
        for badly in (False, True)
    }
    assert abs(lead[False].mean()) < 0.02
    assert lead[True].mean() > values["level"]


def test_adam_does_not_see_the_scale_of_a_gradient():
    """Its steps on c g are those on g; gradient descent's are c times as long."""
    rng = np.random.default_rng(1)
    gradients = rng.normal(size=(50, 3))

    def path(factor):
        m, s, w = np.zeros(3), np.zeros(3), np.zeros(3)
        for step, g in enumerate(gradients * factor, start=1):
            m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
            w = w - 0.01 * (m / (1 - 0.9**step)) / (
                np.sqrt(s / (1 - 0.999**step)) + 1e-8
            )
        return w

    np.testing.assert_allclose(path(np.array([1, 1e-2, 1e2])), path(1), rtol=1e-4)


def test_verdict_follows_from_the_differences(values):
    well, badly = np.array(values["well"]), np.array(values["badly"])
    error = badly.std(ddof=1) / np.sqrt(len(badly))
    assert abs(well.mean()) < values["level"]
    assert badly.mean() > 2 * error and badly.mean() > values["level"]
    assert np.all(badly > 0)
    assert values["verdict"] == "holds when"
    assert values["well_lead"] == pytest.approx(
        values["well_adam"] - values["well_sgd"]
    )
    assert values["badly_lead"] == pytest.approx(
        values["badly_adam"] - values["badly_sgd"]
    )


def test_both_had_the_same_budget(values):
    assert len(values["sgd_rates"]) == len(values["adam_rates"]) == values["n_rates"]


def test_figure_joins_every_seed(record):
    (svg,) = record("optimisers").figures("pairs")
    assert len(re.findall(r"<use ", svg)) >= 4 * 10
    for name in ("descent", "Adam", "well scaled", "badly scaled"):
        assert name in svg
