"""Attention by a third way, other weights for the same output, and the task again."""

import re

import numpy as np
import pytest
from scipy.optimize import nnls


@pytest.fixture(scope="module")
def values(record):
    return record("attention").values


def softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def test_both_ways_agree_and_the_mask_shows(values):
    # float32 keeps about seven digits of numbers of this size
    assert max(values["plain_error"], values["causal_error"]) < 1e-5
    assert values["mask_effect"] > 1000 * values["causal_error"]


def test_a_causal_mask_hides_the_future():
    """In plain loops, one position at a time: a change at 5 reaches 5 and later."""
    rng = np.random.default_rng(3)
    x, Wq, Wk, Wv = rng.normal(size=(9, 4)), *rng.normal(size=(3, 4, 4))

    def attend(x, causal):
        rows = []
        for t in range(len(x)):
            seen = x[: t + 1] if causal else x
            rows.append(softmax(seen @ Wk @ (x[t] @ Wq) / 2) @ (seen @ Wv))
        return np.array(rows)

    changed = x.copy()
    changed[5] += 1
    moved = [
        np.abs(attend(changed, c) - attend(x, c)).max(axis=1) for c in (True, False)
    ]
    # Products of the same numbers may differ in their last digit, by where they lie in memory.
    rounding = 1e-12
    assert np.all(moved[0][:5] < rounding) and np.all(moved[0][5:] > rounding)
    assert np.all(moved[1] > rounding)


def test_the_strongest_position_can_be_left_out(values):
    """Another search than the snippet's: non-negative least squares without it."""
    rng = np.random.default_rng(11)
    T, d, out = values["T"], values["key_dim"], 0
    for _ in range(60):
        v, w = rng.normal(size=(T, d)), softmax(rng.normal(size=T))
        rest = np.delete(np.vstack([v.T, np.ones(T)]), w.argmax(), axis=1)
        out += nnls(rest, np.append(w @ v, 1))[1] < 1e-9
    assert out / 60 > 0.8
    assert values["emptied"][1] > 0.8 > values["emptied"][0]
    # The solver promises 1e-7 for each equation; another output would differ in the first digits.
    assert max(values["largest_changes"]) < 1e-6


def test_no_freedom_where_values_have_enough_components():
    v = np.random.default_rng(2).normal(size=(9, 8))  # T = d + 1
    assert np.linalg.matrix_rank(np.hstack([v, np.ones((9, 1))])) == 9


def test_verdict_follows_from_the_numbers(values):
    direct, mixed = np.array(values["direct_look"]), np.array(values["mixed_look"])
    losses = np.concatenate([values["direct_loss"], values["mixed_loss"]])
    assert np.all(losses < values["solved_below"])
    assert np.all(direct > 0.5) and not np.all(mixed > 0.5)
    assert values["verdict"] == "holds when"
    assert values["n_mixed_below"] == np.sum(mixed <= 0.5)
    # where the upper weights do not point, those below look harder
    assert values["below_elsewhere"] > values["below_pointing"]


def test_direct_weights_point_with_a_gradient_by_hand(values):
    """The pooling model alone, other seeds, plain gradient descent in NumPy."""
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


def test_figure_has_a_mark_for_every_run(record):
    (svg,) = record("attention").figures("looks")
    assert len(re.findall(r"<use ", svg)) >= 20
    for name in ("as they are", "mixed first", "uniform", "half"):
        assert name in svg
