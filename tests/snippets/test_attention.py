"""Attention in plain loops, and other weights for the same output by another search."""

import numpy as np
import pytest
from parts import until
from scipy.optimize import nnls


@pytest.fixture(scope="module")
def values(record):
    return record("attention").values


@pytest.fixture(scope="module")
def attend():
    return until("attention", "by_hand")["attend"]


def softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def random_layer(rng, heads=2, key_dim=3, width=4):
    shapes = [(width, heads, key_dim), (heads, key_dim)] * 3
    shapes += [(heads, key_dim, width), (width,)]
    return [rng.normal(size=shape) for shape in shapes]


def test_both_ways_agree_and_the_mask_shows(values):
    # float32 keeps about seven digits of numbers of this size
    assert max(values["plain_error"], values["causal_error"]) < 1e-5
    assert values["mask_effect"] > 1000 * values["causal_error"]


@pytest.mark.parametrize("causal", [False, True])
def test_the_program_does_what_plain_loops_do(attend, causal):
    """One sequence, one head, one position at a time."""
    rng = np.random.default_rng(3)
    layer, x = random_layer(rng), rng.normal(size=(2, 6, 4))
    Wq, bq, Wk, bk, Wv, bv, Wo, bo = layer
    expected = np.zeros_like(x) + bo
    for b in range(2):
        for h in range(2):
            q, k, v = (x[b] @ W[:, h] + c[h] for W, c in ((Wq, bq), (Wk, bk), (Wv, bv)))
            for t in range(6):
                seen = slice(t + 1 if causal else None)
                w = softmax(np.array([key @ q[t] / 3**0.5 for key in k[seen]]))
                expected[b, t] += w @ v[seen] @ Wo[h]
    assert attend(x, layer, causal)[0] == pytest.approx(expected, abs=1e-12)


def test_a_causal_mask_hides_the_future(attend):
    """In the program itself: a change at position 5 reaches 5 and later."""
    rng = np.random.default_rng(4)
    layer, x = random_layer(rng), rng.normal(size=(1, 9, 4))
    changed = x.copy()
    changed[0, 5] += 1
    causal, plain = (
        np.abs(attend(changed, layer, c)[0] - attend(x, layer, c)[0])[0].max(axis=1)
        for c in (True, False)
    )
    # Products of the same numbers may differ in their last digit, by where they lie in memory.
    rounding = 1e-12
    assert np.all(causal[:5] < rounding) and np.all(causal[5:] > rounding)
    assert np.all(plain > rounding)


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
