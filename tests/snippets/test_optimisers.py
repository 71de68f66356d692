"""The optimisers again: by Keras step by step, by scikit-learn on other splits, and one training step by differences."""

import re
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from parts import finite_differences, until
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from shared import adam, digits, momentum
from shared.perceptron import cross_entropy, forward, start

RATES = {"sgd": [0.01, 0.03, 0.1, 0.3], "adam": [0.003, 0.01, 0.03]}


@pytest.fixture(scope="module")
def values(record):
    return record("optimisers").values


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (momentum.descent, keras.optimizers.SGD(0.1)),
        (momentum.momentum, keras.optimizers.SGD(0.1, momentum=0.9)),
    ],
)
def test_steps_are_those_of_keras(ours, theirs):
    rng = np.random.default_rng(1)
    w, gradients = rng.normal(size=(4, 3)), rng.normal(size=(20, 4, 3))
    variable = tf.Variable(w, dtype="float64")
    weights, memory = [w], adam.start([w])
    for step, gradient in enumerate(gradients, 1):
        theirs.apply([tf.constant(gradient)], [variable])
        weights, memory = ours(weights, [gradient], memory, step, 0.1)
    assert weights[0] == pytest.approx(variable.numpy(), abs=1e-5)


def test_undivided_adam_takes_the_weighted_mean_of_all_gradients():
    gradients = np.random.default_rng(2).normal(size=(20, 3))
    weights, memory = [np.zeros(3)], adam.start([np.zeros(3)])
    for step, gradient in enumerate(gradients, 1):
        before = weights[0]
        weights, memory = momentum.undivided(weights, [gradient], memory, step, 0.1)
    mean = np.average(gradients, axis=0, weights=0.9 ** np.arange(20)[::-1])
    assert before - weights[0] == pytest.approx(0.1 * mean)


def test_adam_does_not_see_the_scale_of_a_gradient():
    gradients = np.random.default_rng(3).normal(size=(50, 3))

    def path(step_of, factor):
        weights, memory = [np.zeros(3)], adam.start([np.zeros(3)])
        for step, gradient in enumerate(gradients * factor, 1):
            weights, memory = step_of(weights, [gradient], memory, step, 0.01)
        return weights[0]

    factor = np.array([1, 1e-2, 1e2])
    assert path(adam.adam, factor) == pytest.approx(path(adam.adam, 1), abs=1e-6)
    for step_of in (momentum.descent, momentum.momentum, momentum.undivided):
        assert path(step_of, factor) == pytest.approx(factor * path(step_of, 1))


def test_a_training_step_follows_the_finite_differences():
    """One step of descent at two rates side by side, on the batch that the program draws."""
    lab = until(
        "optimisers", "train", ("B, hidden = 400, 32, 32", "B, hidden = 1, 8, 3")
    )
    x, y = lab["inputs"]("badly scaled", np.random.default_rng(4)), np.eye(10)
    y, rates = y[digits.labels], np.array([0.5, 2.0])
    items = digits.pool[:20]
    found = lab["train"](
        x, y, items, momentum.descent, rates, np.random.default_rng(5), lab["Ledger"]()
    )
    rng = np.random.default_rng(5)
    weights = start(rng, 64, 3, 10)
    batch = rng.choice(items, size=8)

    def loss(weights):
        return cross_entropy(forward(x[batch], weights)[1], y[batch])[0]

    slopes = finite_differences(loss, weights)
    for w, slope, after in zip(weights, slopes, found, strict=True):
        for k, rate in enumerate(rates):
            assert after[k] == pytest.approx(w - rate * slope, abs=1e-6)


def score(solver, world, seed):
    """Test accuracy of the rate that does best on the validation set; sgd has momentum."""
    rng = np.random.default_rng(seed)
    x, y = digits.images - 0.3, digits.labels
    x = x / 0.37
    if world == "badly scaled":
        x = x * 10.0 ** rng.uniform(-2, 0, size=64)
    if world == "small noise":
        x = np.hstack([x, 0.3 * rng.normal(size=(len(x), 128))])
    fit, validate, test = np.split(rng.permutation(len(x)), [600, 1000])
    found = []
    for rate in RATES[solver]:
        model = MLPClassifier(
            (32,),
            solver=solver,
            alpha=0,
            batch_size=32,
            learning_rate_init=rate,
            nesterovs_momentum=False,
            max_iter=20,
            n_iter_no_change=100,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x[fit], y[fit])
        found.append(
            (model.score(x[validate], y[validate]), model.score(x[test], y[test]))
        )
    return max(found)[1]


@pytest.mark.parametrize("world", ["badly scaled", "well scaled", "small noise"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_scikit_learn_finds_the_same_on_other_splits(world, values):
    leads = [score("adam", world, s) - score("sgd", world, s) for s in (50, 51, 52, 53)]
    if world == "badly scaled":
        assert np.mean(leads) > values["margin"]
    elif world == "well scaled":
        assert abs(np.mean(leads)) < 0.02
    else:
        assert np.mean(leads) < values["margin"]


def test_figure_has_a_dot_for_every_run(record, values):
    (svg,) = record("optimisers").figures("pairs")
    assert len(re.findall(r"<use ", svg)) >= 2 * 4 * values["n_seeds"]
    for name in ("descent", "undivided", "Adam", "well scaled", "badly scaled"):
        assert name in svg
