"""Scikit-learn's handwritten digits, divided once: 1,000 to learn from, 797 to test on."""

import numpy as np
from sklearn.datasets import load_digits

# --8<-- [start:digits]
images, labels = load_digits(return_X_y=True)  # (1797, 64) of 0 to 16, (1797,)
images = images / 16
order = np.random.default_rng(13).permutation(len(images))
pool, held_out = order[:1000], order[1000:]  # nothing is tuned on what is held out


def split(rng, n_train, n_choose):
    """Items of the pool to train on, and others to choose by; anew for each seed."""
    items = rng.permutation(pool)
    return items[:n_train], items[n_train : n_train + n_choose]


# --8<-- [end:digits]


# --8<-- [start:framed]
def framed(rng, side, anywhere=False):
    """All images in a frame of side by side pixels, (1797, side**2): centred or not."""
    x = np.zeros((len(images), side, side), "float32")
    corners = np.full((len(images), 2), (side - 8) // 2)
    if anywhere:
        corners = rng.integers(side - 7, size=corners.shape)
    for frame, image, (i, j) in zip(x, images.reshape(-1, 8, 8), corners, strict=True):
        frame[i : i + 8, j : j + 8] = image
    return x.reshape(len(x), -1)


# --8<-- [end:framed]
