"""Training in which no single record counts for much: clipped gradients, and noise.

The method of Abadi et al. (2016), https://arxiv.org/abs/1607.00133, with Adam's step.
"""

import numpy as np
from dp_accounting import SelfComposedDpEvent
from dp_accounting.dp_event import MixtureOfGaussiansDpEvent
from dp_accounting.pld import PLDAccountant
from scipy.stats import binom

from shared.adam import adam
from shared.adam import start as remember
from shared.perceptron import backward, forward, log_softmax, start


# --8<-- [start:clipped]
def clipped(x, a1, dz2, weights):
    """dz2: (..., N, outputs), scaled so that no record's gradient is longer than 1."""
    dz1 = dz2 @ weights[2].swapaxes(-1, -2) * (a1 > 0)
    # A record's gradient by W is an outer product: its norm is a product of two norms.
    square = (1 + np.sum(x**2, axis=-1)) * np.sum(dz1**2, axis=-1)  # W1 and b1
    square += (1 + np.sum(a1**2, axis=-1)) * np.sum(dz2**2, axis=-1)  # W2 and b2
    return dz2 / np.maximum(1, square**0.5)[..., None]


# --8<-- [end:clipped]


# --8<-- [start:train]
def begin(seeds, *sizes):
    """First weights, a network for each seed: a list of (S, ...)."""
    first = [start(np.random.default_rng([seed, 2]), *sizes) for seed in seeds]
    return [np.stack(w).astype("float32") for w in zip(*first, strict=True)]


def draw(rng, S, N, share):
    """Each record by itself, with the chance share. (S, B), and which places count."""
    net, item = np.nonzero(rng.random((S, N), "float32") < share)
    size = np.bincount(net, minlength=S)[:, None]
    counts = np.arange(size.max()) < size  # (S, B): batches differ in size
    batch = np.zeros(counts.shape, int)
    batch[counts] = item
    return batch, counts


def log_p(x, weights):
    """x: (S, N, inputs). For each of three digits: (S, N, 3, 10)."""
    return log_softmax(forward(x, weights)[1].reshape(*x.shape[:-1], 3, 10))


def gradients(x, y, counts, weights, noise, rng):
    """Sums over the batch. noise: its standard deviation; None: not even clipped."""
    a1, scores = forward(x, weights)
    p = np.exp(log_softmax(scores.reshape(y.shape)))
    dz2 = ((p - y) * counts[..., None, None]).reshape(scores.shape)
    if noise is None:
        return backward(x, a1, dz2, weights)
    sums = backward(x, a1, clipped(x, a1, dz2, weights), weights)
    return [g + noise * rng.standard_normal(g.shape, "float32") for g in sums]


def train(x, y, weights, rng, steps, share, rate, noise):
    """x: (S, N, inputs), y: one-hot, (S, N, 3, 10); a network for each of S seeds."""
    (S, N), memory = x.shape[:2], remember(weights)
    for step in range(1, steps + 1):
        batch, counts = draw(rng, S, N, share)
        here = np.arange(S)[:, None], batch
        sums = gradients(x[here], y[here], counts, weights, noise, rng)
        means = [g / (share * N) for g in sums]  # by the expected size
        weights, memory = adam(weights, means, memory, step, rate)
    return weights


# --8<-- [end:train]


# --8<-- [start:epsilon]
def epsilon(n, steps, share, noise, delta):
    """What is promised to a text that stands there n times, at this delta."""
    drawn = np.arange(n + 1)  # copies in a batch: each moves a sum by at most 1
    step = MixtureOfGaussiansDpEvent(noise, drawn, binom.pmf(drawn, n, share))
    accountant = PLDAccountant(value_discretization_interval=0.02)
    return accountant.compose(SelfComposedDpEvent(step, steps)).get_epsilon(delta)


# --8<-- [end:epsilon]
