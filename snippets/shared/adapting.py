"""Trains perceptrons side by side from given weights: all of them, or an update of low rank."""

import numpy as np

from shared.adam import adam
from shared.adam import start as remember
from shared.perceptron import backward, by_scores, forward, start


# --8<-- [start:update]
def beside(weights, rank, rngs):
    """What low rank trains: P and Q, whose product is zero at first, and the biases."""
    W1, b1, _, b2 = weights  # W1: (S, inputs, hidden)
    S, inputs, hidden = W1.shape
    P = np.stack([rng.normal(size=(inputs, rank)) for rng in rngs]) * inputs**-0.5
    return [P.astype(W1.dtype), np.zeros((S, rank, hidden), W1.dtype), b1, b2]


def merged(weights, parts):
    """The network with its update: W1 + P Q in place of W1."""
    P, Q, b1, b2 = parts
    return [weights[0] + P @ Q, b1, weights[2], b2]


def slopes(gradients, parts):
    """The chain rule: from the derivatives by W1 to those by P and by Q."""
    (P, Q, _, _), (dW1, db1, _, db2) = parts, gradients
    return [dW1 @ Q.swapaxes(-1, -2), P.swapaxes(-1, -2) @ dW1, db1, db2]


# --8<-- [end:update]


# --8<-- [start:adapt]
def anew(rngs, *sizes):
    """First weights of a new network for each seed, (S, ...)."""
    weights = zip(*[start(rng, *sizes) for rng in rngs], strict=True)
    return [np.stack(w).astype("float32") for w in weights]


def adapt(x, y, weights, rank, rate, steps, B, rngs):
    """x: (S, N, inputs), y: one-hot; by Adam. All weights, or an update of this rank.

    rate: a number, or (R, 1, 1, 1): all rates on the same batches, weights (R, S, ...).
    """
    parts = beside(weights, rank, rngs) if rank else weights
    memory, N, S = remember(parts), x.shape[1], np.arange(len(x))[:, None]  # (S, 1)
    batches = [rng.integers(N, size=(steps, min(N, B))) for rng in rngs]
    for step, batch in enumerate(np.stack(batches, axis=1), start=1):  # (S, B)
        now = merged(weights, parts) if rank else parts
        a1, scores = forward(x[S, batch], now)
        dz2 = by_scores(scores, y[S, batch])
        gradients = backward(x[S, batch], a1, dz2, now)
        gradients = slopes(gradients, parts) if rank else gradients
        parts, memory = adam(parts, gradients, memory, step, rate)
    return merged(weights, parts) if rank else parts


# --8<-- [end:adapt]
