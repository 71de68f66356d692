"""Width again: networks by Keras step by step and by scikit-learn on other splits, least squares by LAPACK."""

import re
import warnings

import keras
import numpy as np
import pytest
from parts import until
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from shared import digits
from shared.perceptron import start
from shared.side_by_side import fit


@pytest.fixture(scope="module")
def values(record):
    return record("overfitting").values


def test_networks_side_by_side_are_those_that_keras_trains_one_by_one():
    """From the same weights, on the same batches, by the Adam of Keras."""
    items = np.random.default_rng(1).permutation(digits.pool)[:40].reshape(2, 20)
    x = digits.images[items].astype("float32")
    y = np.eye(10, dtype="float32")[digits.labels[items]]
    rngs = [np.random.default_rng(s) for s in (3, 4)]
    predict = fit(x, y, 6, rngs, steps=30, B=5, rate=0.01)
    for k, seed in enumerate((3, 4)):
        rng = np.random.default_rng(seed)
        model = keras.Sequential(
            [keras.Input((64,)), keras.layers.Dense(6, "relu"), keras.layers.Dense(10)]
        )
        model.set_weights([w.reshape(w.shape[-1:]) if len(w) == 1 else w for w in start(rng, 64, 6, 10)])  # fmt: skip
        model.compile(
            keras.optimizers.Adam(0.01, epsilon=1e-8),
            keras.losses.CategoricalCrossentropy(from_logits=True),
        )
        for _ in range(30):
            batch = rng.integers(20, size=5)
            model.train_on_batch(x[k, batch], y[k, batch])
        assert predict(x)[k] == pytest.approx(model(x[k]).numpy(), abs=2e-3)


def test_numbers_of_parameters_are_those_that_keras_counts(values):
    layers = keras.layers
    for width, count in zip(values["widths"], values["parameters"], strict=True):
        model = keras.Sequential(
            [keras.Input((64,)), layers.Dense(width), layers.Dense(10)]
        )
        assert model.count_params() == count


def error(width, seed, epochs, spoilt):
    """The share of wrong held-out digits of a network by scikit-learn."""
    rng = np.random.default_rng(seed)
    items = rng.permutation(digits.pool)[:200]
    x, y = 2 * digits.images - 1, digits.labels
    labels = np.where(rng.random(200) < spoilt, rng.integers(10, size=200), y[items])
    model = MLPClassifier(
        (width,),
        alpha=0,
        batch_size=50,
        learning_rate_init=0.003,
        max_iter=epochs,
        tol=0,
        n_iter_no_change=epochs,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x[items], labels)
    return 1 - model.score(x[digits.held_out], y[digits.held_out])


@pytest.mark.parametrize(
    ("epochs", "spoilt", "worse"),
    [(250, 0.0, False), (250, 0.2, False), (38, 0.0, False), (38, 0.2, True)],
)
def test_scikit_learn_finds_harm_with_spoilt_labels_and_few_steps(
    epochs, spoilt, worse
):
    """38 passes over 200 digits in batches of 50 are 152 steps; 250 are 1,000."""
    narrow, wide = (
        np.mean([error(width, seed, epochs, spoilt) for seed in range(60, 66)])
        for width in (32, 256)
    )
    assert (wide > narrow + 0.01) == worse


def test_least_squares_of_lapack_peaks_where_features_are_as_many_as_digits():
    rng = np.random.default_rng(7)
    items = rng.permutation(digits.pool)[:200]
    errors = []
    for width in (100, 200, 800):
        W1 = rng.normal(size=(64, width)) / 6
        hidden = [
            np.maximum((2 * digits.images[some] - 1) @ W1, 0)
            for some in (items, digits.held_out)
        ]
        W2 = np.linalg.lstsq(hidden[0], np.eye(10)[digits.labels[items]])[0]
        found = (hidden[1] @ W2).argmax(axis=1)
        errors.append(np.mean(found != digits.labels[digits.held_out]))
    assert errors[1] > 2 * errors[0] and errors[1] > 4 * errors[2]


def test_the_rule_finds_a_rise_that_was_put_there():
    """Errors fall, rise by three tenths between the second and the third width, and fall."""
    rng = np.random.default_rng(8)
    shares = np.array([0.5, 0.2, 0.5, 0.3])[:, None, None]
    choosing, wrong = rng.random((4, 9, 400)) < shares, rng.random((4, 9, 797)) < shares
    rule = until("overfitting", "rule")["growth"]
    pair, effect = rule(choosing.astype(int), wrong.astype(int))
    assert pair == (1, 2)
    assert effect.mean == pytest.approx(0.3, abs=0.03)
    assert effect.low < 0.3 < effect.high


def test_figure_has_a_curve_for_every_seed(record, values):
    (svg,) = record("overfitting").figures("curves")
    assert len(re.findall(r"<path ", svg)) > 5 * values["n_seeds"]
    for name in ("true labels", "a fifth random", "fewer steps", "least squares"):
        assert name in svg
