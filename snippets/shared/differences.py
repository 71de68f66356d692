"""Central differences of a 3-2-1 network's loss, to compare a gradient with that is derived by hand."""

import numpy as np


# --8<-- [start:finite_differences]
def unpack(w):
    return w[:6].reshape(3, 2), w[6:].reshape(2, 1)  # W1, W2


def loss(w, x, y):
    W1, W2 = unpack(w)
    return np.mean((np.maximum(0, x @ W1) @ W2 - y) ** 2)


def finite_differences(w, x, y, h=1e-5):
    nudges = h * np.eye(w.size)  # (8, 8): one weight at a time
    return np.array([loss(w + d, x, y) - loss(w - d, x, y) for d in nudges]) / (2 * h)


def relative_error(a, b):
    return np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-8)


# --8<-- [end:finite_differences]
