"""Perceptrons of one width on digits, trained side by side: one for each seed."""

import numpy as np

from shared.adam import adam
from shared.adam import start as remember
from shared.digits import images
from shared.ledger import note
from shared.perceptron import backward, by_scores, forward, start


# --8<-- [start:fit]
def look(ledgers, purpose, items):
    """The pixels of items (S, n), noted in the ledger of each seed."""
    return 2 * images[note(ledgers, purpose, items)].astype("float32") - 1  # (S, n, 64)


def fit(x, y, hidden, rngs, steps, B, rate):
    """x: (S, N, inputs), y: one-hot, (S, N, classes); by Adam. A function x -> scores."""
    sizes = x.shape[-1], hidden, y.shape[-1]
    weights = zip(*[start(rng, *sizes) for rng in rngs], strict=True)
    weights = [np.stack(w).astype(x.dtype) for w in weights]  # (S, ...)
    memory, S = remember(weights), np.arange(len(x))[:, None]  # (S, 1)
    batches = [rng.integers(x.shape[1], size=(steps, B)) for rng in rngs]
    for step, batch in enumerate(np.stack(batches, axis=1), start=1):  # (S, B)
        x_batch, y_batch = x[S, batch], y[S, batch]  # (S, B, inputs), (S, B, classes)
        a1, scores = forward(x_batch, weights)
        dz2 = by_scores(scores, y_batch)
        gradients = backward(x_batch, a1, dz2, weights)
        weights, memory = adam(weights, gradients, memory, step, rate)
    return lambda x: forward(x, weights)[1]


# --8<-- [end:fit]
