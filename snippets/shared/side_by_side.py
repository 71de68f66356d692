"""Perceptrons of one width on digits, trained side by side: one for each seed."""

import numpy as np

from shared.adam import adam
from shared.adam import start as remember
from shared.digits import images
from shared.perceptron import backward, cross_entropy, forward, start


# --8<-- [start:fit]
def look(ledgers, purpose, items):
    """The pixels of items (S, n), noted in the ledger of each seed."""
    for used, each in zip(ledgers, items, strict=True):
        used(purpose, each)
    return 2 * images[items].astype("float32") - 1  # (S, n, 64)


def fit(x, y, hidden, rngs, steps, B, rate):
    """x: (S, N, inputs), y: one-hot, (S, N, classes); by Adam. A function x -> scores."""
    sizes = x.shape[-1], hidden, y.shape[-1]
    weights = zip(*[start(rng, *sizes) for rng in rngs], strict=True)
    weights = [np.stack(w).astype(x.dtype) for w in weights]  # (S, ...)
    memory, S = remember(weights), np.arange(len(x))[:, None]  # (S, 1)
    for step in range(1, steps + 1):
        batch = np.array([rng.integers(x.shape[1], size=B) for rng in rngs])  # (S, B)
        a1, scores = forward(x[S, batch], weights)
        _, dz2 = cross_entropy(scores, y[S, batch])
        gradients = backward(x[S, batch], a1, dz2, weights)
        weights, memory = adam(weights, gradients, memory, step, rate)
    return lambda x: forward(x, weights)[1]


# --8<-- [end:fit]
