"""Worlds of ratings, and the two models of recommenders.py, with their gradients by hand.

All weights have a leading axis of S seeds.
"""

import numpy as np

size, hidden = 6, 16  # numbers in a vector, units of the scorer


# --8<-- [start:world]
def world(rng, kind, users, items):
    """The true ratings (users, items), with mean 0 and variance 1."""
    p, q = rng.normal(size=(users, 3)), rng.normal(size=(items, 3))
    if kind == "product":
        truth = p @ q.T
    elif kind == "distance":  # the nearer, the better
        truth = -np.linalg.norm(p[:, None] - q, axis=2)
    elif kind == "chance":
        truth = rng.normal(size=(users, items))
    else:  # a network of 16 units reads both vectors
        a, b = rng.normal(size=(2, 3, 16))
        truth = np.tanh((p @ a)[:, None] + q @ b) @ rng.normal(size=16)
    return (truth - truth.mean()) / truth.std()


# --8<-- [end:world]


# --8<-- [start:models]
def first_weights(rngs, model, users, items):
    """P (S, users, size) and Q (S, items, size); for the scorer also A, B, b and w."""
    shapes = [(users, size), (items, size)]
    scales = [0.3, 0.3]
    if model is scorer:
        shapes += [(size, hidden), (size, hidden), (1, hidden), (hidden, 1)]
        scales += [size**-0.5, size**-0.5, 0, hidden**-0.5]
    return [
        np.stack([c * rng.normal(size=s) for rng in rngs]).astype("float32")
        for s, c in zip(shapes, scales, strict=True)
    ]


def dot_product(weights):
    P, Q = weights
    return P @ Q.swapaxes(1, 2), None  # (S, users, items)


def scorer(weights):
    """A network with one hidden layer that reads the vectors of user and item."""
    P, Q, A, B, b, w = weights
    user, item = (P @ A).swapaxes(1, 2), (Q @ B + b).swapaxes(1, 2)  # (S, hidden, ...)
    a1 = np.maximum(user[..., None] + item[:, :, None], 0)  # (S, hidden, users, items)
    y_hat = w.swapaxes(1, 2) @ a1.reshape(*w.shape[:2], -1)  # (S, 1, users * items)
    return y_hat.reshape(len(w), len(P[0]), len(Q[0])), a1


def slopes(weights, a1, slope):
    """The derivatives by the weights; slope: by the predictions, (S, users, items)."""
    P, Q = weights[:2]
    if a1 is None:
        return [slope @ Q, slope.swapaxes(1, 2) @ P]
    _, _, A, B, _, w = weights
    dz1 = slope[:, None] * (a1 > 0) * w[..., None]  # (S, hidden, users, items)
    user, item = (np.einsum(f"shui->s{k}h", dz1) for k in "ui")  # (S, ..., hidden)
    return [
        user @ A.swapaxes(1, 2),
        item @ B.swapaxes(1, 2),
        P.swapaxes(1, 2) @ user,
        Q.swapaxes(1, 2) @ item,
        item.sum(axis=1, keepdims=True),
        a1.reshape(*w.shape[:2], -1) @ slope.reshape(len(w), -1, 1),
    ]


# --8<-- [end:models]
