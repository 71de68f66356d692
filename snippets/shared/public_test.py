"""A public test and its fresh twin: by turns, one quarter of the held-out digits is public."""

import numpy as np

from shared.digits import held_out, images, labels

# --8<-- [start:turns]
quarters = held_out[:796].reshape(4, 199)  # in turn t, quarter t is the public test


def answered(predict):
    """Which digits each network gets right: (networks, quarter, 199)."""
    x = 2 * images[quarters.ravel()].astype("float32") - 1
    right = predict(x).argmax(axis=-1) == labels[quarters.ravel()]
    return right.reshape(-1, *quarters.shape)


def public_and_fresh(right, elsewhere=0):
    """right: (S, turn, quarter, 199). Of each digit, when it is public and when fresh.

    What chose lies elsewhere quarters behind the public one, and is not fresh either.
    """
    public = np.eye(4, dtype=bool)  # (turn, quarter)
    fresh = ~(public | np.roll(public, elsewhere, axis=1))
    again = (right * fresh[..., None]).sum(axis=1) / fresh.sum(axis=0)[:, None]
    once = right[:, range(4), range(4)]
    return once.reshape(len(right), -1), again.reshape(len(right), -1)  # (S, 796) each


# --8<-- [end:turns]


# --8<-- [start:plot]
def with_intervals(axes, x, effects, style, color, label):
    """A line through the means, in points, and each 95% interval."""
    mean, low, high = 100 * np.array(effects).T
    reach = [mean - low, high - mean]
    axes.errorbar(x, mean, reach, fmt=style, color=color, label=label, capsize=3)


# --8<-- [end:plot]
