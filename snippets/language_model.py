"""Counting against a small transformer: bits per character on held-out text.

The text is corpus.txt beside this file, a frozen copy of this site's English prose.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

seeds = range(2)
tuning_seed = 100  # none of the seeds
# time limit: 180 s
# reads: corpus.txt

# --8<-- [start:text]
corpus = Path(__file__).parent / "corpus.txt"
paragraphs = corpus.read_text(encoding="utf-8").splitlines(True)
alphabet = sorted(set("".join(paragraphs)))
number = {character: i for i, character in enumerate(alphabet)}


def part(numbers):  # of every ten paragraphs
    chosen = [p for i, p in enumerate(paragraphs) if i % 10 in numbers]
    return np.array([number[c] for c in "".join(chosen)])


train, validation, test = part(range(8)), part([8]), part([9])
train_size, test_size, n_characters = len(train), len(test), len(alphabet)
print(f"characters: {train_size:,} to train, {test_size:,} to test")
print(f"alphabet: {n_characters}")
# --8<-- [end:text]


# --8<-- [start:counting]
def count(text, longest):
    """How often each character follows each context of up to `longest` characters."""
    text = tuple(text.tolist())
    return [
        Counter(text[i - k : i + 1] for i in range(k, len(text)))
        for k in range(longest + 1)
    ]


def ngram_bits(text, pairs, totals, weight):
    """Bits per character, for contexts of 0, 1, 2, ... characters."""
    text = tuple(text.tolist())
    bits = np.zeros(len(pairs))
    for i in range(longest, len(text)):
        p = 1 / n_characters
        for k in range(len(pairs)):
            context = text[i - k : i]
            p = (pairs[k][text[i - k : i + 1]] + weight * p) / (
                totals[k][context] + weight
            )
            bits[k] -= np.log2(p)
    return bits / (len(text) - longest)


longest = 7
pairs = count(train, longest)
totals = [Counter() for _ in pairs]
for k, seen in enumerate(pairs):
    for sequence, times in seen.items():
        totals[k][sequence[:-1]] += times
mixing_weights = [1, 2, 4, 8, 16]
validation_bits = [ngram_bits(validation, pairs, totals, w) for w in mixing_weights]
best_weight, context = np.unravel_index(np.argmin(validation_bits), (5, longest + 1))
mixing_weight, context = mixing_weights[best_weight], int(context)
by_context = ngram_bits(test, pairs, totals, mixing_weight)
counting_bits = float(by_context[context])
for k, bits in enumerate(by_context):
    print(f"after {k} characters: {bits:.3f} bits" + (k == context) * "  <- chosen")
# --8<-- [end:counting]

# --8<-- [start:transformer]
width, heads, depth, window = 64, 4, 2, 32
mask = np.tril(np.ones((window, window), "float32"))  # nothing from the future
block = [(width, 3 * width), (width, width), (width, 4 * width), (4 * width, width)]
shapes = [(n_characters, width), (window, width), *(depth * block)]
shapes += [(width, n_characters)]
n_parameters = sum(a * b for a, b in shapes)


def normalise(h):
    mean, variance = tf.nn.moments(h, -1, keepdims=True)
    return (h - mean) * tf.math.rsqrt(variance + 1e-5)


def transformer(text, weights):
    letters, places, *blocks, out = weights
    n = tf.shape(text)[0]
    h = tf.one_hot(text, n_characters) @ letters + places  # (N, T, width)
    h = tf.reshape(h, (-1, width))  # (N T, width)
    for qkv, mix, up, down in zip(*(blocks[i::4] for i in range(4)), strict=True):
        parts = tf.reshape(normalise(h) @ qkv, (n, window, 3, heads, -1))
        q, k, v = tf.unstack(tf.transpose(parts, (2, 0, 3, 1, 4)))  # (N, heads, T, 16)
        scores = tf.matmul(q, k, transpose_b=True) / (width / heads) ** 0.5
        attention = tf.nn.softmax(scores - 1e9 * (1 - mask))
        mixed = tf.transpose(attention @ v, (0, 2, 1, 3))
        h += tf.reshape(mixed, (-1, width)) @ mix
        h += tf.nn.relu(normalise(h) @ up) @ down
    return tf.reshape(normalise(h) @ out, (n, window, n_characters))


# --8<-- [end:transformer]


# --8<-- [start:leak]
rng = np.random.default_rng(tuning_seed)
weights = [tf.constant(rng.normal(size=s), tf.float32) for s in shapes]
sample = rng.integers(n_characters, size=(1, window))
changed = sample.copy()
changed[:, 20:] = (changed[:, 20:] + 1) % n_characters
difference = transformer(sample, weights) - transformer(changed, weights)
affected = np.flatnonzero(np.any(difference[0] != 0, axis=1))
assert affected.min() == 20, "a prediction has seen its future"
print(f"{n_parameters:,} parameters; no prediction depends on a later character")
# --8<-- [end:leak]

# --8<-- [start:train]
steps, batch_size, pause = 2000, 8, 200


def bits_each(windows, weights):
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
        windows[:, 1:], transformer(windows[:, :-1], weights)
    )
    return loss / np.log(2)  # (N, T)


@tf.function
def measure(windows, weights):  # only where half a window or more stands before
    return tf.reduce_mean(bits_each(windows, weights)[:, window // 2 :])


@tf.function
def train_on(weights, first, second, batches, done, share):
    for i in tf.range(pause):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = tf.reduce_mean(bits_each(batches[i], weights))
        gradients = tape.gradient(loss, weights)
        t = tf.cast(done + i + 1, tf.float32)  # Adam
        first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients, strict=True)]
        second = [
            0.99 * v + 0.01 * g**2 for v, g in zip(second, gradients, strict=True)
        ]
        scale = share[i] * tf.sqrt(1 - 0.99**t) / (1 - 0.9**t)
        weights = [
            w - scale * m / (tf.sqrt(v) + 1e-7)
            for w, m, v in zip(weights, first, second, strict=True)
        ]
    return weights, first, second


def cut(text):  # (N, T + 1), half a window apart
    starts = np.arange(0, len(text) - window, window // 2)
    return tf.constant(text[starts[:, None] + np.arange(window + 1)])


parts = [cut(train[: len(test)]), cut(validation), cut(test)]


def fit(seed, learning_rate, steps):
    rng = np.random.default_rng(seed)
    weights = [tf.constant(rng.normal(0, s[0] ** -0.5, s), tf.float32) for s in shapes]
    first = second = [tf.zeros_like(w) for w in weights]
    rates = learning_rate * (1 - np.arange(steps, dtype="float32") / steps)
    curve = []
    for done in range(0, steps, pause):
        starts = rng.integers(len(train) - window, size=(pause, batch_size, 1))
        weights, first, second = train_on(
            weights,
            first,
            second,
            tf.constant(train[starts + np.arange(window + 1)]),
            tf.constant(done),
            tf.constant(rates[done : done + pause]),
        )
        curve.append([float(measure(windows, weights)) for windows in parts])
    return np.array(curve)  # (steps / pause, 3): train, validation, test


# --8<-- [end:train]

# --8<-- [start:result]
learning_rates = [0.001, 0.003, 0.006]
tuning_bits = [fit(tuning_seed, rate, 400)[-1, 1] for rate in learning_rates]
learning_rate = learning_rates[int(np.argmin(tuning_bits))]
curves = np.array([fit(seed, learning_rate, steps) for seed in seeds])
best = np.argmin(curves[:, :, 1], axis=1)  # chosen by the validation set
train_bits, _, test_bits = curves[np.arange(len(seeds)), best].T  # each (seeds,)
print(f"bits per character    train   test     learning rate {learning_rate}")
for i, seed_of_run in enumerate(seeds):
    print(f"transformer, seed {seed_of_run}   {train_bits[i]:.3f}  {test_bits[i]:.3f}")
print(f"counting                      {counting_bits:.3f}")
# --8<-- [end:result]

# --8<-- [start:verdict]
smallest = 0.05  # bits; less is no difference worth naming
advantages = counting_bits - test_bits
verdict = "holds" if (advantages > smallest).all() else "did not show"
print("transformer ahead by", *(f"{a:+.3f}" for a in advantages), "bits")
print("verdict:", verdict)
# --8<-- [end:verdict]
mean_test, mean_train = float(test_bits.mean()), float(train_bits.mean())
behind = float(mean_test - counting_bits)
passes = steps * batch_size * window / train_size
uniform_bits = float(np.log2(n_characters))
n_seeds = len(seeds)

# --8<-- [start:figure]
figure, axes = plt.subplots()
at = np.arange(pause, steps + 1, pause)
for curve in curves:
    axes.plot(at, curve[:, 2], "C0-o", markersize=4)
    axes.plot(at, curve[:, 0], "C0--", linewidth=1)
axes.plot([], [], "C0-o", markersize=4, label="transformer, test")
axes.plot([], [], "C0--", linewidth=1, label="transformer, train")
for k in (1, 2, 3, context):
    axes.axhline(by_context[k], color="C1", linewidth=1, linestyle=":")
    axes.text(steps * 1.02, by_context[k], f"{k}", color="C1", va="center")
axes.plot([], [], "C1:", linewidth=1, label="counting after so many characters")
axes.set(xlabel="step", ylabel="bits per character", ylim=(1.5, 4.5))
axes.legend()
plt.show()
# --8<-- [end:figure]
