"""Where trained attention looks: the lemma, weights set by hand, and training by other means."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from parts import finite_differences, until


@pytest.fixture(scope="module")
def values(record):
    return record("attention_look").values


@pytest.fixture(scope="module")
def names():
    return until("attention_look", "task")


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def predict(x, weights):
    """The model of one seed, in NumPy: predictions and the weights that one reads."""
    query, out, *mixing = weights
    if mixing:
        Wq, Wk, Wv = mixing
        scores = (x @ Wq) @ (x @ Wk).swapaxes(1, 2) / x.shape[-1] ** 0.5
        x = x + softmax(scores) @ x @ Wv
    look = softmax(x @ query)
    return (look * (x @ out)).sum(axis=1), look


def random_weights(rng, size=8):
    shapes = [(size,)] * 2 + [(size, size)] * 3
    return [rng.normal(size=shape) / size**0.5 for shape in shapes]


def test_a_solution_has_to_look_where_the_tokens_are_as_they_are(values):
    """The lemma: the error for each weight in closed form; then scores that also read the numbers."""
    others = values["tokens"] - 1
    p = np.linspace(0.01, 0.99, 981)
    error = 1 - p**2 / (p**2 + (1 - p) ** 2 / others)
    enough = p[error < values["solved_below"]].min()
    assert enough == pytest.approx(3 / (3 + others**0.5), abs=2e-3)
    assert enough > values["looks_above"]
    rng = np.random.default_rng(0)
    number, lowest = rng.normal(size=(4000, others + 1)), 1.0
    for by_number in np.linspace(-2, 2, 21):
        for by_mark in np.linspace(0, 6, 31):
            scores = by_number * number
            scores[:, 0] += by_mark
            w = softmax(scores)
            read = np.stack([(w * number).sum(axis=1), w[:, 0]], axis=1)
            best = np.linalg.lstsq(read, number[:, 0])[0]
            if np.mean((read @ best - number[:, 0]) ** 2) < values["solved_below"]:
                lowest = min(lowest, w[:, 0].mean())
    assert lowest > values["looks_above"]
    assert np.min(values["weights"][2]) > lowest


def test_a_solution_by_hand_that_does_not_look(names, values):
    """Tokens whose number is positive fetch the mark's; the readout averages all that did."""
    x, y, mark = names["world"](np.random.default_rng(31))
    x, y, mark = x[:2000].astype(float), y[:2000], mark[:2000]
    # The directions of number and mark, found from the data.
    e_number = np.linalg.svd(x[mark == 0], full_matrices=False)[2][0]
    e_number *= np.sign(np.sum(x[mark == 1] @ e_number * y))
    e_mark = (x[mark == 1] - np.outer(y, e_number)).mean(axis=0)
    Wq = np.zeros((8, 8))
    Wq[:, 0] = 400 * e_number  # asks as loud as its number
    Wk = np.zeros((8, 8))
    Wk[:, 0] = e_mark  # for the mark
    aside = np.linalg.svd(np.stack([e_number, e_mark]))[2][2:4]  # unused directions
    Wv = np.outer(e_number, aside[0]) + np.outer(e_mark, aside[1])
    query, out = 60 * aside[1] - 60 * e_mark, aside[0]
    y_hat, look = predict(x, [query, out, Wq, Wk, Wv])
    assert np.mean((y_hat - y) ** 2) / y.var() < values["solved_below"]
    assert np.mean((look * mark).sum(axis=1)) < 0.2


@pytest.mark.parametrize("mixed", [False, True])
def test_the_model_and_the_first_step_of_its_training(names, mixed):
    """Adam's first step is as long as the rate, against the sign of the gradient."""
    rng = np.random.default_rng(8)
    x, y, _ = (part[:40] for part in names["world"](rng))
    weights = [2 * w for w in random_weights(rng)[: 5 if mixed else 2]]
    single = [w[None].astype("float32") for w in weights]
    y_hat, look, _ = names["predict"](x[None], [tf.constant(w) for w in single])
    expected = predict(x, weights)
    assert y_hat.numpy()[0] == pytest.approx(expected[0], abs=1e-5)
    assert look.numpy()[0] == pytest.approx(expected[1], abs=1e-5)

    rows = np.arange(40)[None, None]  # one step, on all of them
    moved = names["train"](single, x[None], y[None], rows, 0.001)
    slopes = finite_differences(lambda w: np.mean((predict(x, w)[0] - y) ** 2), weights)
    for before, after, slope in zip(single, moved, slopes, strict=True):
        clear = np.abs(slope) > 1e-4
        assert clear.any()
        step = (after.numpy() - before)[0][clear]
        assert step == pytest.approx(-0.001 * np.sign(slope[clear]), rel=1e-2)


def test_keras_finds_solutions_that_look_elsewhere(values):
    """Keras' own layer, optimiser and start, fresh batches of another generator."""
    found = []
    for seed in (1, 3):
        keras.utils.set_random_seed(seed)
        rng = np.random.default_rng([99, seed])
        basis = np.linalg.qr(rng.normal(size=(8, 2)))[0].T

        def batch(n, rng=rng, basis=basis):
            number, place = rng.normal(size=(n, 8)), rng.integers(8, size=n)
            x = np.stack([number, np.eye(8)[place]], axis=-1) @ basis
            return x.astype("float32"), number[np.arange(n), place], place

        given = keras.Input((8, 8))
        mix = keras.layers.MultiHeadAttention(1, 8, use_bias=False)
        x = keras.layers.Add()([given, mix(given, given)])
        look = keras.layers.Softmax(axis=1)(keras.layers.Dense(1, use_bias=False)(x))
        say = keras.layers.Dense(1, use_bias=False)(x)
        model = keras.Model(given, [keras.layers.Dot(1)([look, say]), look])
        model.compile(keras.optimizers.Adam(0.01), loss=["mse", None])
        x, y, _ = batch(64 * 1200)
        model.fit(x, y[:, None, None], batch_size=64, verbose=0)
        x, y, place = batch(1000)
        y_hat, look = model.predict(x, verbose=0)
        error = np.mean((y_hat.ravel() - y) ** 2) / y.var()
        found.append((error, look[np.arange(1000), place].mean()))
    solved = [weight for error, weight in found if error < values["solved_below"]]
    assert len(solved) == 2 and min(solved) < values["looks_above"]


def test_direct_weights_point_with_a_gradient_by_hand(values):
    """The readout alone, other seeds, plain gradient descent in NumPy."""
    for seed in (100, 101):
        rng = np.random.default_rng(seed)
        basis = np.linalg.qr(rng.normal(size=(8, 2)))[0].T
        query, out = rng.normal(size=(2, 8)) / 8**0.5
        for _ in range(6000):
            number, marked = rng.normal(size=(64, 8)), rng.integers(8, size=64)
            x = np.stack([number, np.eye(8)[marked]], axis=-1) @ basis
            scores = np.exp(x @ query)
            look = scores / scores.sum(axis=1, keepdims=True)
            say = x @ out
            e = 2 * ((look * say).sum(axis=1) - number[np.arange(64), marked]) / 64
            pull = look * (say - (look * say).sum(axis=1, keepdims=True))
            query -= 0.3 * np.einsum("b,bt,btd->d", e, pull, x)
            out -= 0.3 * np.einsum("b,bt,btd->d", e, look, x)
        assert look[np.arange(64), marked].mean() > values["looks_above"]


def test_figure_has_a_mark_for_every_run(record, values):
    (svg,) = record("attention_look").figures("looks")
    assert svg.count("<use ") >= 3 * values["n_seeds"]
    for name in ("as they are", "mixed first", "small start", "even share", "half"):
        assert name in svg
