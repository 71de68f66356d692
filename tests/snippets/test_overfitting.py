"""Width and data again, by scikit-learn on other splits; what the rule can see."""

import re
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier


@pytest.fixture(scope="module")
def values(record):
    return record("overfitting").values


def error(width, size, seed):
    x, y = load_digits(return_X_y=True)
    x = (x - x.mean()) / x.std()
    order = np.random.default_rng(seed).permutation(len(x))
    test, train = order[:500], order[500 : 500 + size]
    model = MLPClassifier(
        (width,), alpha=0, max_iter=300, tol=0, n_iter_no_change=300, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x[train], y[train])
    return 1 - model.score(x[test], y[test])


def test_scikit_learn_finds_no_harm_in_width_and_help_in_data(values):
    narrow, wide, much = (
        np.mean([error(width, size, seed) for seed in (40, 41)])
        for width, size in ((8, 200), (256, 200), (256, 1297))
    )
    assert wide < narrow
    assert much < wide / 2
    assert wide == pytest.approx(values["clean_means"][2], abs=0.03)


def test_verdict_follows_from_the_errors(values):
    clean, noisy = np.array(values["clean"]), np.array(values["noisy"])
    assert clean.shape == noisy.shape == (4, 5)
    # in no seed is the widest network worse than the narrowest
    assert np.all(clean[-1] <= clean[0]) and np.all(noisy[-1] <= noisy[0])
    assert values["verdict"] == "did not show"
    assert values["n_wider_worse"] == values["n_wider_worse_noisy"] == 0


def test_the_setting_can_show_harm(values):
    """Spoilt labels hurt at every width, in every seed, without a training error."""
    clean, noisy = np.array(values["clean"]), np.array(values["noisy"])
    assert (noisy - clean).min() == pytest.approx(values["least_harm"])
    assert values["least_harm"] > 0.05
    assert values["train_noisy"][-1] < 0.01


def test_more_data_helps_in_every_seed(values):
    means = values["test_by_size"]
    assert all(b < a for a, b in zip(means, means[1:], strict=False))
    assert values["more_data_helps"] is True
    assert values["test_by_size"][1] == pytest.approx(values["clean_means"][2])


def test_figure_has_a_point_for_every_run(record):
    (svg,) = record("overfitting").figures("curves")
    assert len(re.findall(r"<use ", svg)) >= 3 * 20
    for name in ("true labels", "a fifth of labels random", "training digits"):
        assert name in svg
