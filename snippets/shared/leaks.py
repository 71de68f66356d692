"""What can be read in the change of a network's weights, and what is done against it.

Changes are those of W1, b1, W2, b2 by gradient descent at the rate 1, for groups of
images side by side: (G, ...).
"""

import numpy as np

from shared.digits import labels
from shared.federation import local_steps
from shared.partners import pictures


def update(rng, weights, groups, steps, B, rate):
    """How the images of each group, (G, n), change the weights; and the labels met."""
    items = np.stack([rng.permuted(groups, axis=1)[:, :B] for _ in range(steps)])
    after = local_steps(weights, items, labels[items], rate)
    change = [(new - old) / rate for new, old in zip(after, weights, strict=True)]
    return change, labels[items]  # (steps, G, B)


# --8<-- [start:reading]
def pixels(change):
    """Of one image: a unit's weights change by the image times what its bias does."""
    dW1, db1, *_ = change
    unit = np.abs(db1).argmax(axis=2)[..., None]  # the one that changes most
    parts = [np.take_along_axis(each, unit, axis=2)[..., 0] for each in (dW1, db1)]
    return parts[0] / parts[1]  # (G, 64)


def counts(change, p, B):
    """Of a batch's labels: a class's bias changes by its share less what p expects."""
    return B * (p + change[3][:, 0])  # (G, 10)


def picked(change, groups, others):
    """Which images lie deeper in the span of their group's dW1 than others do."""
    span = np.linalg.svd(change[0], full_matrices=False)[0][:, :, : groups.shape[1]]
    x, n, hits = pictures[groups.ravel()], groups.shape[1], {}
    inside = np.linalg.norm(x @ span, axis=2) / np.linalg.norm(x, axis=1)  # (G, G n)
    for k, (group, depth) in enumerate(zip(groups, inside, strict=True)):
        depth = np.roll(depth, -k * n)  # the group's own come first
        hits |= zip(group, depth[:n] > depth[n : n + others].max(), strict=True)
    return hits  # by image


# --8<-- [end:reading]


# --8<-- [start:send]
def send(rng, change, noise):
    """Shortened to the length 1, if longer, and noise of the length noise added."""
    squares = sum((d**2).sum(axis=(-2, -1), keepdims=True) for d in change)
    size = noise / sum(np.prod(d.shape[-2:]) for d in change) ** 0.5
    short = 1 / np.maximum(1, squares**0.5)
    return [(short * d + size * rng.normal(size=d.shape)).astype("f") for d in change]


# --8<-- [end:send]
