"""More digits again: a support vector machine on other draws."""

import numpy as np
import pytest
from sklearn.svm import SVC

from shared import digits


@pytest.fixture(scope="module")
def values(record):
    return record("more_digits").values


def test_another_learner_is_helped_by_more_digits_too(values):
    """It fits its training set as the network does, and its errors are of the same size."""
    means = []
    for size in values["sizes"]:
        wrong = []
        for seed in range(70, 75):
            items = np.random.default_rng(seed).permutation(digits.pool)[:size]
            model = SVC(C=10).fit(digits.images[items], digits.labels[items])
            assert model.score(digits.images[items], digits.labels[items]) > 0.99
            held_out = digits.images[digits.held_out], digits.labels[digits.held_out]
            wrong.append(1 - model.score(*held_out))
        means.append(np.mean(wrong))
    assert np.all(np.diff(means) < 0)
    assert np.array(values["test_errors"]) == pytest.approx(means, abs=0.06)
    assert np.all(np.array(values["train_errors"]) == 0)


def test_figure_names_its_axes(record):
    (svg,) = record("more_digits").figures("curve")
    assert "training digits" in svg and "wrong held-out digits (%)" in svg
