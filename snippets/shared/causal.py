"""Causal convolutions, which look only backwards: one network for each seed, side by side."""

import numpy as np
import tensorflow as tf


# --8<-- [start:network]
def linear(h, weight, bias):
    """Each network S has a matrix of its own, used at each of the times T."""
    return tf.einsum("sntc,scd->sntd", h, weight) + bias[:, None]


def network(x, weights, dilations):
    """x: (S, N, T). At time t: what x is at t + 1, from two inputs in each layer."""
    into, into_bias, *layers, out, out_bias = weights
    h = linear(x[..., None], into, into_bias)  # (S, N, T, channels)
    for d, weight, bias in zip(dilations, layers[0::2], layers[1::2], strict=True):
        earlier = tf.pad(h[:, :, :-d], [[0, 0], [0, 0], [d, 0], [0, 0]])
        both = tf.concat([earlier, h], axis=3)  # (S, N, T, 2 channels)
        h += tf.nn.relu(linear(both, weight, bias))
    return linear(h, out, out_bias)[..., 0]  # (S, N, T)


def start(seeds, channels, layers):
    """First weights: a list of (S, rows, columns), and of zeros (S, 1, columns)."""
    rngs = [np.random.default_rng([seed, 1]) for seed in seeds]
    sizes = [(1, channels), *layers * [(2 * channels, channels)], (channels, 1)]
    weights = []
    for rows, columns in sizes:
        drawn = [rng.normal(0, rows**-0.5, (rows, columns)) for rng in rngs]
        weights += [np.stack(drawn), np.zeros((len(rngs), 1, columns))]
    return [tf.constant(w, tf.float32) for w in weights]


def errors(x, weights, dilations, skip=32):
    """Squared error of each network, without the first times, which have little past."""
    y_hat = network(x, weights, dilations)
    return tf.reduce_mean(
        (y_hat[..., skip:-1] - x[..., skip + 1 :]) ** 2, (1, 2)
    )  # (S,)


# --8<-- [end:network]
