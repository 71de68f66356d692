"""Data parallelism: the training of one worker and of two, by hand in NumPy."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

IMAGES, LABELS = load_digits(return_X_y=True)
IMAGES = IMAGES / 16


@pytest.fixture(scope="module")
def values(record):
    return record("data_parallel").values


def loss_and_gradients(weights, x, y):
    w1, b1, w2, b2 = weights
    z1 = x @ w1 + b1
    a1 = np.maximum(z1, 0)
    logits = a1 @ w2 + b2
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.mean(np.log(p[rows, y]))
    p[rows, y] -= 1
    dz2 = p / len(y)
    dz1 = dz2 @ w2.T * (z1 > 0)
    return loss, [x.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0)]


def train(seed, n, exchange):
    """The mean loss of each step and the last weights of each of n workers."""
    rng = np.random.default_rng(seed)
    shapes = [(64, 32), (32,), (32, 10), (10,)]
    start = [rng.normal(0, 0.1, s) for s in shapes]
    workers, losses = [start] * n, []
    for batch in rng.integers(len(IMAGES), size=(50, 64)):
        own = [batch[rank::n] for rank in range(n)]
        results = [
            loss_and_gradients(w, IMAGES[i], LABELS[i])
            for w, i in zip(workers, own, strict=True)
        ]
        losses.append(np.mean([loss for loss, _ in results]))
        gradients = [g for _, g in results]
        if exchange:
            mean = [sum(parts) / n for parts in zip(*gradients, strict=True)]
            gradients = [mean] * n
        workers = [
            [w - 0.5 * g for w, g in zip(weights, gradient, strict=True)]
            for weights, gradient in zip(workers, gradients, strict=True)
        ]
    return np.array(losses), workers


@pytest.mark.parametrize("k", range(0, 20, 4))
def test_by_hand_one_worker_and_two_have_the_recorded_losses(values, k):
    seed, reference = values["seeds"][k], np.array(values["reference"])[:, k]
    for n in (1, 2, 4):
        losses, _ = train(seed, n, exchange=True)
        np.testing.assert_allclose(losses, reference, atol=1e-4)


@pytest.mark.parametrize("k", range(0, 20, 4))
def test_by_hand_workers_apart_differ_as_recorded(values, k):
    seed = values["seeds"][k]
    losses, workers = train(seed, 2, exchange=False)
    largest = np.abs(losses - np.array(values["reference"])[:, k]).max()
    assert largest == pytest.approx(values["largest_apart"][k], abs=1e-3)
    gap = max(np.abs(a - b).max() for a, b in zip(*workers, strict=True))
    assert 0.05 < gap < values["gap_apart"] + 1e-3


def test_counts(values):
    assert values["gap_exchanged"] == 0  # "to the last bit"
    assert values["n_parameters"] == 64 * 32 + 32 + 32 * 10 + 10
    assert values["gradient_bytes"] == 4 * values["n_parameters"]
    assert values["ratios"] == pytest.approx([0, 48, 16, 48 / 7])


def test_the_shares_of_the_workers_are_the_batch_once():
    """What no ledger of training and test data says of this lab: who uses which examples."""
    batch = np.arange(64)
    for n in (1, 2, 4, 8):
        shares = [batch[rank::n] for rank in range(n)]
        assert sorted(np.concatenate(shares)) == batch.tolist()
        assert {len(share) for share in shares} == {64 // n}


def test_exercise_weights_of_unequal_shares():
    x, y = IMAGES[:64], LABELS[:64]
    rng = np.random.default_rng(3)
    weights = [rng.normal(0, 0.1, s) for s in [(64, 32), (32,), (32, 10), (10,)]]
    whole = loss_and_gradients(weights, x, y)[1]
    shares = [(slice(0, 32), 0.5), (slice(32, 48), 0.25), (slice(48, 64), 0.25)]
    parts = [loss_and_gradients(weights, x[s], y[s])[1] for s, _ in shares]
    for k, gradient in enumerate(whole):
        mean = sum(w * part[k] for (_, w), part in zip(shares, parts, strict=True))
        np.testing.assert_allclose(mean, gradient, atol=1e-12)


def test_figure_shows_both_kinds(record):
    (svg,) = record("data_parallel").figures("figure")
    assert "without exchange" in svg
    assert "with exchange" in svg
