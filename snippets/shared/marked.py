"""Sequences of tokens in which one token decides, by construction, and a decoy does not."""

import numpy as np

tokens, size = 10, 6  # tokens in a sequence, numbers of a token


# --8<-- [start:task]
def ordinary(rng, N):
    """Tokens of six numbers of one size: mark, decoy's mark, value, three of noise."""
    x = rng.choice([-1.0, 1.0], size=(tokens, N, size)).astype("float32")
    x[..., :2] = -1  # neither mark
    return x


def sequences(rng, N):
    """y is the value of the marked token. The decoy's value decides nothing."""
    x, row = ordinary(rng, N), np.arange(N)
    marked, decoy = np.argsort(rng.random((tokens, N)), axis=0)[:2]
    x[marked, row, 0] = x[decoy, row, 1] = 1
    return x, x[marked, row, 2], marked, decoy


# --8<-- [end:task]
