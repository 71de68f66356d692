"""A sequence of tokens read out by attention, and its gradients by hand.

The first axis of all arrays is the seed: every seed has a network of its own.
"""

import numpy as np

from shared.adam import adam
from shared.adam import start as remember


# --8<-- [start:model]
def forward(x, weights, u, shifts):
    """x: (S, tokens, N, size). The answer is positive for plus, negative for minus.

    The layer reads each token with the neighbours at these shifts, in a ring. Scores
    depend on its units by q, which is learned, and on the tokens by u, which is not.
    """
    W, b, q, v, c = weights  # (S, k, H), (S, 1, H), (S, H, 1), (S, H, 1), (S, 1, 1)
    z = np.concatenate([np.roll(x, -shift, axis=1) for shift in shifts], axis=-1)
    h = np.tanh(z @ W[:, None] + b[:, None])  # (S, tokens, N, H)
    scores = h @ q[:, None] + x @ u[:, None]  # (S, tokens, N, 1)
    attention = np.exp(scores - scores.max(axis=1, keepdims=True))
    attention = attention / attention.sum(axis=1, keepdims=True)
    mean = (attention * h).sum(axis=1)  # (S, N, H)
    return z, h, attention, mean, mean @ v + c  # (S, N, 1)


# --8<-- [end:model]


# --8<-- [start:gradients]
def transposed(a):
    return a.swapaxes(-1, -2)


def backward(d_answer, inner, weights, u, shifts):
    """inner: what forward returns before the answer. Gradients by weights and by x."""
    (W, _, q, v, _), (z, h, attention, mean) = weights, inner
    d_mean = (d_answer @ transposed(v))[:, None]  # (S, 1, N, H)
    d_attention = (d_mean * h).sum(axis=-1, keepdims=True)
    pull = d_attention - (attention * d_attention).sum(axis=1, keepdims=True)
    d_scores = attention * pull  # (S, tokens, N, 1)
    d_h = attention * d_mean + d_scores * transposed(q)[:, None]
    d_sum = d_h * (1 - h**2)
    by_weights = [
        (transposed(z) @ d_sum).sum(axis=1),
        d_sum.sum(axis=(1, 2))[:, None],
        (transposed(h) @ d_scores).sum(axis=1),
        transposed(mean) @ d_answer,
        d_answer.sum(axis=1, keepdims=True),
    ]
    d_z = np.split(d_sum @ transposed(W)[:, None], len(shifts), axis=-1)
    by_x = d_scores * transposed(u)[:, None]
    for shift, part in zip(shifts, d_z, strict=True):
        by_x = by_x + np.roll(part, shift, axis=1)
    return by_weights, by_x


# --8<-- [end:gradients]


# --8<-- [start:train]
def start(rng, inputs, hidden, learned):
    """First weights; where scores are not learned, a fixed u reads them off the noise."""
    shapes = [(inputs, hidden), (1, hidden), (hidden, 1), (hidden, 1), (1, 1)]
    W, b, q, v, c = [rng.normal(size=shape) / shape[0] ** 0.5 for shape in shapes]
    noise = rng.normal(size=(3, 1))
    u = np.append(np.zeros((3, 1)), 0.8 * noise / np.linalg.norm(noise), axis=0)
    first = [W, 0 * b, learned * q, v, 0 * c, (1 - learned) * u]
    return [w.astype("float32") for w in first]


def train(x, y, batches, weights, u, shifts, learned, rate):
    """By Adam. batches: (steps, S, B), the sequences of each step of each seed."""
    memory = remember(weights)
    for step, rows in enumerate(batches, 1):
        xs = np.stack([part[:, row] for part, row in zip(x, rows, strict=True)])
        ys = np.take_along_axis(y, rows, axis=1)[..., None]  # (S, B, 1) of -1 and 1
        *inner, answer = forward(xs, weights, u, shifts)
        d_answer = -ys / (1 + np.exp(ys * answer)) / rows.shape[1]  # logistic loss
        gradients, _ = backward(d_answer, inner, weights, u, shifts)
        gradients[2] = learned * gradients[2]
        weights, memory = adam(weights, gradients, memory, step, rate)
    return weights


# --8<-- [end:train]


# --8<-- [start:methods]
methods = ["attention", "gradient", "grad x input", "occlusion"]


def explanations(x, spare, *network):
    """The answers, (S, N), and what each method gives each token, (4, S, tokens, N).

    spare: the tokens that occlusion puts in the place of those of x, one at a time.
    """
    *inner, answer = forward(x, *network)
    _, gradient = backward(np.ones_like(answer), inner, *network)
    occlusion = np.zeros(x.shape[:3])
    for t in range(x.shape[1]):
        without = x.copy()
        without[:, t] = spare[:, t]
        occlusion[:, t] = np.abs(forward(without, *network)[-1] - answer)[..., 0]
    length = np.linalg.norm(gradient, axis=-1)
    product = np.abs((gradient * x).sum(axis=-1))
    values = np.stack([inner[2][..., 0], length, product, occlusion])
    return answer[..., 0], values


# --8<-- [end:methods]
