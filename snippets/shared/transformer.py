"""A small transformer that predicts the next character, in TensorFlow.

It has the parts of nanoGPT, https://github.com/karpathy/nanoGPT, but for the biases:
attention that sees nothing later, a perceptron, and normalisation before each of them.
"""

import numpy as np
import tensorflow as tf

from shared.adam import adam
from shared.adam import start as remember

width, heads, depth, window = 32, 2, 1, 32
mask = np.tril(np.ones((window, window), "float32"))  # 1 where position t may see s


# --8<-- [start:model]
def first_weights(rng, letters):
    block = {
        "qkv": (width, 3 * width),
        "mix": (width, width),
        "up": (width, 4 * width),
        "down": (4 * width, width),
    }
    shapes = {"letters": (letters, width), "places": (window, width)}
    for layer in range(depth):
        shapes |= {f"{name}{layer}": shape for name, shape in block.items()}
    shapes["out"] = (width, letters)
    draws = {name: rng.normal(0, s[0] ** -0.5, s) for name, s in shapes.items()}
    return {name: tf.constant(w, tf.float32) for name, w in draws.items()}


def normalise(h):
    mean, variance = tf.nn.moments(h, -1, keepdims=True)
    return (h - mean) * tf.math.rsqrt(variance + 1e-5)


def attention(h, qkv, mix):
    parts = tf.reshape(h @ qkv, (-1, window, 3, heads, width // heads))
    q, k, v = tf.unstack(tf.transpose(parts, (2, 0, 3, 1, 4)))  # (B, heads, T, d)
    scores = tf.matmul(q, k, transpose_b=True) / (width / heads) ** 0.5
    weights = tf.nn.softmax(scores - 1e9 * (1 - mask))  # (B, heads, T, T)
    mixed = tf.transpose(weights @ v, (0, 2, 1, 3))  # (B, T, heads, d)
    return tf.reshape(mixed, (-1, window, width)) @ mix


def perceptron(h, up, down):
    return tf.nn.relu(h @ up) @ down


def transformer(text, w):
    """text: (B, T) numbers of characters. The scores of the next ones, (B, T, letters)."""
    letters = tf.one_hot(text, tf.shape(w["letters"])[0])  # (B, T, letters)
    h = letters @ w["letters"] + w["places"]  # (B, T, width)
    for n in range(depth):
        h += attention(normalise(h), w[f"qkv{n}"], w[f"mix{n}"])
        h += perceptron(normalise(h), w[f"up{n}"], w[f"down{n}"])
    return normalise(h) @ w["out"]


# --8<-- [end:model]


# --8<-- [start:train]
def bits(windows, w):
    """windows: (B, T + 1). The bits of each character but the first, (B, T)."""
    scores = transformer(windows[:, :-1], w)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(
        windows[:, 1:], scores
    ) / np.log(2)


measure = tf.function(bits, reduce_retracing=True)


@tf.function(reduce_retracing=True)
def train(w, memory, batches, done, rates):
    """As many steps as there are batches (steps, B, T + 1); so many are done before."""
    names = sorted(w)
    for i in tf.range(len(rates)):
        with tf.GradientTape() as tape:
            tape.watch(w)
            loss = tf.reduce_mean(bits(batches[i], w))
        gradients = tape.gradient(loss, [w[name] for name in names])
        step = tf.cast(done + i + 1, tf.float32)
        new, memory = adam([w[n] for n in names], gradients, memory, step, rates[i])
        w = dict(zip(names, new, strict=True))
    return w, memory


def begin(w):
    """The memory of Adam before the first step."""
    return remember([w[name] for name in sorted(w)])


def judge(text, w):
    """The bits of each character that has half a window before it."""
    starts = np.arange(0, len(text) - window, window // 2)
    windows = tf.constant(text[starts[:, None] + np.arange(window + 1)])
    return measure(windows, w).numpy()[:, window // 2 :].ravel()


# --8<-- [end:train]
