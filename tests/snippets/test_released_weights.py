"""Adapted weights: by TensorFlow step by step, by scikit-learn and SciPy on other splits, and in closed form."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from parts import finite_differences
from scipy.optimize import minimize
from sklearn.decomposition import PCA
from sklearn.neural_network import MLPClassifier

from shared import adapting, digits, perceptron, shifted


@pytest.fixture(scope="module")
def values(record):
    return record("released_weights").values


def network(seed, S=1):
    rngs = [np.random.default_rng([seed, s]) for s in range(S)]
    return adapting.anew(rngs, 64, 32, 10)


def test_the_gradients_of_an_update_of_low_rank():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(1, 6, 5)), np.eye(3)[rng.integers(3, size=(1, 6))]
    released = [w.astype(float) for w in adapting.anew([rng], 5, 4, 3)]
    parts = adapting.beside(released, 2, [rng])
    parts[1] = rng.normal(size=parts[1].shape)  # at zero P would have no gradient

    def loss(parts):
        weights = adapting.merged(released, parts)
        return perceptron.cross_entropy(perceptron.forward(x, weights)[1], y)[0].sum()

    now = adapting.merged(released, parts)
    a1, scores = perceptron.forward(x, now)
    _, dz2 = perceptron.cross_entropy(scores, y)
    found = adapting.slopes(perceptron.backward(x, a1, dz2, now), parts)
    for ours, theirs in zip(found, finite_differences(loss, parts), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("rank", [0, 3])
def test_training_is_that_of_tensorflow_and_keras(rank):
    """Two rates side by side against a tape and Keras' Adam, one network at a time, on the same batches."""
    own, steps, rates = digits.pool[:30], 15, [0.003, 0.03]
    x, y = shifted.shown["mirrored"][own][None], shifted.y[own][None]
    released = network(2)
    rate = np.reshape(np.array(rates, "f"), (2, 1, 1, 1))
    found = adapting.adapt(
        x, y, released, rank, rate, steps, 8, [np.random.default_rng(3)]
    )
    for k, each in enumerate(rates):
        rng = np.random.default_rng(3)
        W1, b1, W2, b2 = [tf.Variable(w[0]) for w in released]
        trained = [W1, b1, W2, b2]
        if rank:
            P = tf.Variable((rng.normal(size=(64, rank)) / 8).astype("f"))
            Q = tf.Variable(tf.zeros((rank, 32)))
            trained = [P, Q, b1, b2]
        optimiser = keras.optimizers.Adam(each, epsilon=1e-8)
        for batch in rng.integers(30, size=(steps, 8)):
            with tf.GradientTape() as tape:
                W = W1 + P @ Q if rank else W1
                scores = tf.nn.relu(x[0, batch] @ W + b1) @ W2 + b2
                loss = tf.reduce_mean(
                    tf.nn.softmax_cross_entropy_with_logits(y[0, batch], scores)
                )
            optimiser.apply(tape.gradient(loss, trained), trained)
        W = W1 + P @ Q if rank else W1
        for ours, theirs in zip(found, [W, b1, W2, b2], strict=True):
            ours = (
                ours[k] if ours.ndim == 4 else ours
            )  # W2 has no axis of rates if it stays
            assert ours[0] == pytest.approx(theirs.numpy(), abs=2e-3)


def changed():
    """The digits, mirrored and with two principal components flipped, by other means."""
    x = digits.images - digits.images[digits.pool].mean(axis=0)
    x /= digits.images[digits.pool].std()
    pca = PCA().fit(x[digits.pool])
    scores = pca.transform(x)
    scores[:, :2] *= -1
    mirror = x.reshape(-1, 8, 8)[:, :, ::-1].reshape(len(x), 64)
    return x, {"two flipped": pca.inverse_transform(scores), "mirrored": mirror}


def test_the_changed_digits_are_those_of_other_programs():
    x, others = changed()
    assert shifted.x == pytest.approx(x, abs=1e-5)
    for shift, other in others.items():
        assert shifted.shown[shift] == pytest.approx(other, abs=1e-4)


def test_a_change_can_be_undone_in_the_first_layer_by_an_update_of_its_rank():
    """x A (A W1) is x W1, so that A W1 - W1 is the update: of rank 2, or as full as W1 allows."""
    W1, b1, W2, b2 = network(4)
    _, plain = perceptron.forward(shifted.x, [W1, b1, W2, b2])
    left = {}
    for shift, A in shifted.shifts.items():
        assert pytest.approx(np.eye(64), abs=1e-9) == A @ A  # no distance changes
        _, scores = perceptron.forward(shifted.shown[shift], [A @ W1, b1, W2, b2])
        assert scores == pytest.approx(plain, abs=1e-3)
        sizes = np.linalg.svd((A @ W1 - W1)[0])[1]
        left[shift] = np.sqrt(np.sum(sizes[3:] ** 2) / np.sum(sizes**2))
    assert left["two flipped"] < 1e-6 < 0.5 < left["mirrored"]  # of rank 3's best


def continued(x, y, epochs, rate, model=None):
    """Scikit-learn's network trained on from given weights, or from its own first ones."""
    new = MLPClassifier((32,), alpha=0, learning_rate_init=rate, random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a batch larger than the sample
        new.partial_fit(x[:1], y[:1], classes=range(10))
        if model:
            pairs = zip(
                new.coefs_ + new.intercepts_,
                model.coefs_ + model.intercepts_,
                strict=True,
            )
            for mine, theirs in pairs:
                mine[...] = theirs
        for _ in range(epochs):
            new.partial_fit(x, y)
    return new


def low_rank(x, y, model, penalty, rank=3):
    """P, Q and the biases by L-BFGS, with a penalty on the squares of P and Q. A function x -> classes."""
    W1, W2 = model.coefs_
    start = [
        np.random.default_rng(5).normal(size=(64, rank)) / 8,
        np.zeros((rank, 32)),
        *model.intercepts_,
    ]
    ends = np.cumsum([part.size for part in start])[:-1]

    def network(theta, x):
        P, Q, b1, b2 = np.split(theta, ends)
        P, Q = P.reshape(64, rank), Q.reshape(rank, 32)
        h = np.maximum(x @ (W1 + P @ Q) + b1, 0)
        scores = h @ W2 + b2
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        return P, Q, h, p / p.sum(axis=1, keepdims=True)

    def objective(theta):
        P, Q, h, p = network(theta, x)
        e = (p - np.eye(10)[y]) / len(x)
        d = e @ W2.T * (h > 0)
        parts = [x.T @ (d @ Q.T), (x @ P).T @ d, d.sum(0), e.sum(0)]
        squares = np.where(np.arange(theta.size) < ends[1], theta, 0)
        loss = -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))
        gradient = np.concatenate([part.ravel() for part in parts]) + penalty * squares
        return loss + penalty * squares @ squares / 2, gradient

    theta = np.concatenate([part.ravel() for part in start])
    theta = minimize(objective, theta, jac=True, options={"maxiter": 60}).x
    return lambda x: network(theta, x)[3].argmax(axis=1)


@pytest.fixture(scope="module")
def worlds():
    """Four other splits: a release by scikit-learn, own digits, and the others to test on."""
    x, others = changed()
    found = []
    for seed in range(4):
        items = np.random.default_rng([9, seed]).permutation(len(x))
        theirs, own, test = np.split(items, [500, 820])
        release = continued(x[theirs], digits.labels[theirs], 60, 0.003)
        found.append((release, own, test))
    return others, found


def accuracies(worlds, shift, n, fit):
    others, found = worlds
    z, y = others[shift], digits.labels
    pairs = [
        (fit(z[own[:n]], y[own[:n]], release)(z[test]), y[test])
        for release, own, test in found
    ]
    return np.mean([np.mean(guess == label) for guess, label in pairs])


def anew(x, y, _):
    return continued(x, y, 100 if len(x) < 200 else 50, 0.01).predict


def all_weights(x, y, release):
    return continued(x, y, 100 if len(x) < 200 else 50, 0.01, release).predict


def test_scikit_learn_finds_the_same_on_other_splits(worlds, values):
    few, more, margin = (values[name] for name in ("few", "more", "margin"))
    gains = {
        (shift, n): accuracies(worlds, shift, n, all_weights)
        - accuracies(worlds, shift, n, anew)
        for shift in ("two flipped", "mirrored")
        for n in (few, more)
    }
    assert gains["two flipped", few] > margin
    assert gains["two flipped", more] > margin / 2
    assert gains["two flipped", few] > gains["mirrored", few]
    assert abs(gains["mirrored", more]) < margin


def test_low_rank_by_another_optimiser_needs_a_brake(worlds, values):
    """Run to the minimum, P and Q grow until little is left of the release; a penalty keeps it."""
    few, many, margin = (values[name] for name in ("few", "many", "margin"))

    def braked(x, y, release):
        return low_rank(x, y, release, 0.01)

    def unbraked(x, y, release):
        return low_rank(x, y, release, 0)

    flipped, mirrored = "two flipped", "mirrored"
    full = accuracies(worlds, flipped, few, all_weights)
    assert accuracies(worlds, flipped, few, braked) > full - margin / 2
    assert accuracies(worlds, flipped, few, unbraked) < full - 5 * margin
    full = accuracies(worlds, flipped, many, all_weights)
    assert accuracies(worlds, flipped, many, braked) > full - margin
    full = accuracies(worlds, mirrored, many, all_weights)
    assert accuracies(worlds, mirrored, many, braked) < full - margin


def test_a_start_anew_finds_both_changes_equally_hard(values):
    """Both are reflections, and the first weights have no direction of their own."""
    flipped, mirrored = np.array(values["accuracy"])[:, :, 0]
    assert mirrored == pytest.approx(flipped, abs=0.02)


def test_what_the_page_says(values):
    flipped, mirrored = np.array(values["accuracy"])  # (counts, arms)
    assert np.all(
        flipped[:-1, 2] > flipped[:-1, 1]
    )  # low rank, but for the most digits
    assert np.all(flipped[:-1, 1] > flipped[:-1, 0])
    assert np.all(mirrored[2:, 2] < mirrored[2:, 0] - values["margin"])
    assert np.all(mirrored[:, 2] < 0.9)
    rates = range(6)
    assert min(values["choices"]) > rates[0] and max(values["choices"]) < rates[-1]
