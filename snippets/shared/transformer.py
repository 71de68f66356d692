"""A small transformer in the shape of nanoGPT: a function for each of its parts.

N texts of T characters; each character is a vector of C numbers, divided among H heads.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import numpy as np
import tensorflow as tf

from shared.adam import adam

# --8<-- [start:transformer]
T, C, H, depth = 32, 32, 2, 1
mask = np.tril(np.ones((T, T), "float32"))  # nothing from the future


def start(rng, n_characters):
    """First weights: letters, places, six arrays for each block, and the way out."""
    project, scale = (C, H, C // H), C**-0.5
    block = [
        *[(project, scale)] * 3,  # to q, k and v
        ((H, C // H, C), scale),
        ((C, 4 * C), scale),
        ((4 * C, C), scale / 2),
    ]
    ends = ((n_characters, C), 0.5), ((T, C), 0.5), ((C, n_characters), scale)
    return [
        tf.constant(scale * rng.normal(size=shape), tf.float32)
        for shape, scale in [*ends[:2], *depth * block, ends[2]]
    ]


def normalise(h):
    mean, variance = tf.nn.moments(h, -1, keepdims=True)
    return (h - mean) * tf.math.rsqrt(variance + 1e-5)


def attention(h, Wq, Wk, Wv, Wo):
    q, k, v = (tf.einsum("ntc,chd->nhtd", h, W) for W in (Wq, Wk, Wv))
    scores = tf.einsum("nhtd,nhsd->nhts", q, k) / (C // H) ** 0.5  # (N, H, T, T)
    weights = tf.nn.softmax(scores - 1e9 * (1 - mask))
    mixed = tf.einsum("nhts,nhsd->nhtd", weights, v)  # (N, H, T, C / H)
    return tf.einsum("nhtd,hdc->ntc", mixed, Wo)  # (N, T, C)


def perceptron(h, W1, W2):
    a1 = tf.nn.relu(tf.einsum("ntc,cm->ntm", h, W1))  # (N, T, 4 C)
    return tf.einsum("ntm,mc->ntc", a1, W2)  # (N, T, C)


def transformer(text, weights):
    """The scores of all characters that may come next, (N, T, n_characters)."""
    letters, places, *blocks, W = weights
    h = tf.gather(letters, text) + places  # (N, T, C)
    for b in range(depth):
        Wq, Wk, Wv, Wo, W1, W2 = blocks[6 * b : 6 * b + 6]
        h += attention(normalise(h), Wq, Wk, Wv, Wo)
        h += perceptron(normalise(h), W1, W2)
    return tf.einsum("ntc,cm->ntm", normalise(h), W)


# --8<-- [end:transformer]


# --8<-- [start:leak]
def check(rng, n_characters, changed=20):
    """Characters from place 20 on become others: no score before them may change.

    Returns the number of parameters.
    """
    weights = start(rng, n_characters)
    text = rng.integers(n_characters, size=(1, T))
    other = text.copy()
    other[:, changed:] = (other[:, changed:] + 1) % n_characters
    difference = transformer(text, weights) - transformer(other, weights)
    moved = np.flatnonzero(np.any(difference[0] != 0, axis=1))
    assert moved.min() == changed, "a prediction has seen its future"
    return sum(w.numpy().size for w in weights)


# --8<-- [end:leak]


# --8<-- [start:train]
def bits(windows, weights):
    """What each character costs that follows others in its window; windows (N, T + 1)."""
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
        windows[:, 1:], transformer(windows[:, :-1], weights)
    )
    return loss / np.log(2)  # (N, T)


def read(windows, weights):
    """The bits of the second half of each window: half a window or more stands before."""
    return bits(windows, weights)[:, T // 2 :].numpy()  # (N, T / 2)


@tf.function(jit_compile=True)
def train(weights, memory, batches, rates, numbers):
    """Steps of Adam, of these rates and numbers, on batches (steps, N, T + 1)."""
    for i in tf.range(len(batches)):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = tf.reduce_mean(bits(batches[i], weights))
        gradients = map(tf.convert_to_tensor, tape.gradient(loss, weights))
        now = memory, numbers[i], rates[i]
        weights, memory = adam(weights, list(gradients), *now)
    return weights, memory


# --8<-- [end:train]
