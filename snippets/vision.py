"""Convolution against layers that know no neighbours, on handwritten digits.

The control gives every image the same shuffled pixels: nothing is lost for a
layer that reads all pixels, and no neighbour is left for a convolution.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

seeds = range(5)
tuning_seed = 100  # none of the seeds
steps, batch_size = 600, 50

# --8<-- [start:data]
images, labels = load_digits(return_X_y=True)
images = (images / 16).astype(
    "float32"
)  # (1797, 64), one row of 8 pixels after another


def split(seed, shuffled):
    rng = np.random.default_rng(seed)
    order, permutation = rng.permutation(len(images)), rng.permutation(64)
    x = images[order][:, permutation] if shuffled else images[order]
    y = labels[order]
    return (x[:400], y[:400]), (x[400:800], y[400:800]), (x[800:], y[800:])


# --8<-- [end:data]


# --8<-- [start:models]
def linear(x, w, b):
    return x @ w + b


def dense(x, w1, b1, w2, b2):
    return tf.nn.relu(x @ w1 + b1) @ w2 + b2


def convolution(x, w1, b1, w2, b2, w3, b3):
    h = tf.reshape(x, (-1, 8, 8, 1))
    h = tf.nn.relu(tf.nn.conv2d(h, w1, 1, "SAME") + b1)  # (N, 8, 8, 16)
    h = tf.nn.relu(tf.nn.conv2d(h, w2, 2, "SAME") + b2)  # (N, 4, 4, 16)
    return tf.reshape(h, (-1, 256)) @ w3 + b3


shapes = {
    linear: [(64, 10), (10,)],
    dense: [(64, 67), (67,), (67, 10), (10,)],
    convolution: [(3, 3, 1, 16), (16,), (3, 3, 16, 16), (16,), (256, 10), (10,)],
}
parameters = [sum(int(np.prod(s)) for s in shape) for shape in shapes.values()]
# --8<-- [end:models]


# --8<-- [start:train]
def trainer(model):
    @tf.function
    def train(weights, x, y, batches, learning_rate):
        first = [tf.zeros_like(w) for w in weights]
        second = [tf.zeros_like(w) for w in weights]
        for step in tf.range(steps):
            chosen = batches[step]
            with tf.GradientTape() as tape:
                tape.watch(weights)
                logits = model(tf.gather(x, chosen), *weights)
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(
                        tf.gather(y, chosen), logits
                    )
                )
            gradients = tape.gradient(loss, weights)
            t = tf.cast(step + 1, tf.float32)  # Adam
            first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients, strict=True)]
            second = [
                0.999 * v + 0.001 * g**2 for v, g in zip(second, gradients, strict=True)
            ]
            scale = learning_rate * tf.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            weights = [
                w - scale * m / (tf.sqrt(v) + 1e-7)
                for w, m, v in zip(weights, first, second, strict=True)
            ]
        return weights

    return train


trainers = {model: trainer(model) for model in shapes}


def fit(model, seed, shuffled, learning_rate):
    (x, y), validation, test = split(seed, shuffled)
    rng = np.random.default_rng([seed, 1])
    weights = [
        rng.normal(0, np.sqrt(2 / np.prod(s[:-1])), s) if len(s) > 1 else np.zeros(s)
        for s in shapes[model]
    ]
    weights = [tf.constant(w, tf.float32) for w in weights]
    batches = rng.integers(len(x), size=(steps, batch_size))
    weights = trainers[model](weights, x, y, batches, tf.constant(learning_rate))
    return [
        float(np.mean(np.argmax(model(part_x, *weights), 1) == part_y))
        for part_x, part_y in (validation, test)
    ]


# --8<-- [end:train]
# --8<-- [start:tune]
learning_rates = [0.001, 0.003, 0.01, 0.03]
arrangements = [False, True]  # shuffled?
chosen_rates = [
    [
        max(learning_rates, key=lambda rate: fit(model, tuning_seed, shuffled, rate)[0])
        for model in shapes
    ]
    for shuffled in arrangements
]
# --8<-- [end:tune]

# --8<-- [start:result]
accuracies = np.array(
    [
        [
            [fit(model, seed, shuffled, rate)[1] for seed in seeds]
            for model, rate in zip(shapes, rates, strict=True)
        ]
        for shuffled, rates in zip(arrangements, chosen_rates, strict=True)
    ]
)  # (2 arrangements, 3 models, 5 seeds)
means = accuracies.mean(axis=2)
print("pixels     model       parameters       rate    mean  lowest highest")
for place, name in enumerate(["in place", "shuffled"]):
    for kind, model in enumerate(shapes):
        a = accuracies[place, kind]
        print(
            f"{name}   {model.__name__:11} {parameters[kind]:8,}"
            f"   {chosen_rates[place][kind]:8}"
            f" {a.mean():7.1%} {a.min():7.1%} {a.max():7.1%}"
        )
# --8<-- [end:result]


# --8<-- [start:verdict]
def ahead(advantage):
    error = advantage.std(ddof=1) / np.sqrt(len(advantage))
    return bool(advantage.mean() > 2 * error and (advantage > 0).all())


over_linear = accuracies[:, 2] - accuracies[:, 0]  # (2, 5)
over_dense = accuracies[:, 2] - accuracies[:, 1]  # (2, 5)
in_place, shuffled_too = (
    ahead(over_linear[place]) and ahead(over_dense[place]) for place in range(2)
)
verdict = "did not show"
if in_place:
    verdict = "holds" if shuffled_too else "holds when"
print("convolution ahead of  linear   dense")
for name, a, b in zip(["in place", "shuffled"], over_linear, over_dense, strict=True):
    print(
        f"pixels {name}      {a.mean():+7.1%} {b.mean():+7.1%}"
        f"   clearly, of both: {ahead(a) and ahead(b)}"
    )
print("verdict:", verdict)
# --8<-- [end:verdict]
mean_over_linear = over_linear.mean(axis=1)
mean_over_dense = over_dense.mean(axis=1)
lost_by_shuffling = accuracies[0] - accuracies[1]  # (3 models, seeds)
mean_lost = lost_by_shuffling.mean(axis=1)
only_convolution_loses = [ahead(lost) for lost in lost_by_shuffling] == [0, 0, 1]
n_seeds, convolution_wins = len(seeds), int((over_dense[0] > 0).sum())

# --8<-- [start:figure]
figure, axes = plt.subplots()
names = ["linear", "dense", "convolution"]
for place, (label, marker) in enumerate([("in place", "o"), ("shuffled", "^")]):
    for kind in range(3):
        at = kind + 0.3 * place - 0.15
        axes.plot([at - 0.1, at + 0.1], 2 * [100 * means[place, kind]], f"C{place}")
        dots = 100 * accuracies[place, kind]
        axes.plot([at] * len(dots), dots, f"C{place}{marker}", markersize=5, alpha=0.7)
    axes.plot([], [], f"C{place}{marker}", label=f"pixels {label}")
axes.set(xticks=range(3), ylabel="test accuracy, per cent")
axes.set_xticklabels(names)
axes.legend(loc="upper left")
plt.show()
# --8<-- [end:figure]
