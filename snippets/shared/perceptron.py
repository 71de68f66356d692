"""A perceptron with one hidden layer of ReLU units, and its gradients by hand.

All arrays may have leading axes in common: one network for each seed, or each rate.
"""

import numpy as np


# --8<-- [start:perceptron]
def start(rng, inputs, hidden, outputs):
    """First weights whose variance suits ReLU units (He et al., 2015)."""
    return [
        rng.normal(size=(inputs, hidden)) * (2 / inputs) ** 0.5,
        np.zeros((1, hidden)),
        rng.normal(size=(hidden, outputs)) * (2 / hidden) ** 0.5,
        np.zeros((1, outputs)),
    ]


def forward(x, weights):
    """x: (..., N, inputs). The hidden units and the outputs."""
    W1, b1, W2, b2 = weights
    a1 = np.maximum(x @ W1 + b1, 0)  # (..., N, hidden)
    return a1, a1 @ W2 + b2  # (..., N, outputs)


def backward(x, a1, dz2, weights):
    """dz2: the loss's derivatives by the outputs, (..., N, outputs)."""
    dz1 = dz2 @ weights[2].swapaxes(-1, -2) * (a1 > 0)  # (..., N, hidden)
    return [
        x.swapaxes(-1, -2) @ dz1,
        np.einsum("...nh->...h", dz1)[..., None, :],  # a sum, faster than by .sum
        a1.swapaxes(-1, -2) @ dz2,
        dz2.sum(axis=-2, keepdims=True),
    ]


# --8<-- [end:perceptron]


# --8<-- [start:loss]
def log_softmax(scores):
    scores = scores - scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def cross_entropy(scores, y):
    """y: one-hot, (..., N, classes). The mean loss, and its derivatives by the scores."""
    loss = -(y * log_softmax(scores)).sum(axis=-1).mean(axis=-1)
    return loss, by_scores(scores, y)


def by_scores(scores, y):
    """The derivatives alone, which is all that training needs."""
    return (np.exp(log_softmax(scores)) - y) / y.shape[-2]


def squared_error(y_hat, y):
    """The mean over examples and outputs, and its derivatives by y_hat."""
    return ((y_hat - y) ** 2).mean(axis=(-1, -2)), by_outputs(y_hat, y)


def by_outputs(y_hat, y):
    return 2 * (y_hat - y) / (y.shape[-1] * y.shape[-2])


# --8<-- [end:loss]
