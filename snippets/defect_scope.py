"""A name bound inside one function does not exist in another function."""
# ruff: noqa: F821  (the undefined name is what this program shows)

import numpy as np

seed = 7
rng = np.random.default_rng(seed)
x = rng.random((1, 3))  # (N, 3)
W1 = rng.normal(size=(3, 2))
error = np.array([[0.5]])  # (N, 1)

# --8<-- [start:mended]


def hidden(x):
    return np.maximum(x @ W1, 0)  # (N, 2)


def output_gradient(h, error):
    return h.T @ error  # (2, 1)


print("handed over:", output_gradient(hidden(x), error).shape)
# --8<-- [end:mended]


# --8<-- [start:broken]
# raises: NameError
def keep_inside(x):
    h = np.maximum(x @ W1, 0)  # known in here only
    return h.sum()


def reach_for_it(error):
    return h.T @ error


keep_inside(x)
reach_for_it(error)
# --8<-- [end:broken]
