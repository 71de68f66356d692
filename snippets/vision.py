"""Convolution against a dense network, on digits in one place and anywhere in a frame.

The control gives every image the same shuffled pixels: nothing is lost for a layer
that reads all pixels, and no neighbour is left for a convolution.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from shared.digits import framed, held_out, labels, split
from shared.ledger import Ledger
from shared.plots import dots
from shared.training import trainer
from shared.verdict import confirm, decide, over_seeds_and_items

seeds = range(1100, 1120)
tuning_seeds = range(2100, 2103)
steps, batch_size, side = 400, 50, 12  # of the frame, in pixels
# time limit: 300 s

# --8<-- [start:rule]
# The effect: the share of test images that the convolution gets right and the dense
# network of its size does not, less the reverse. For less than one image in a hundred
# nobody would change the network.
margin = 0.01
places = ["centred", "anywhere", "shuffled"]  # the last is the control
# --8<-- [end:rule]


# --8<-- [start:models]
def dense(x, w1, b1, w2, b2):
    return tf.nn.relu(x @ w1 + b1) @ w2 + b2


def convolution(x, w1, b1, w2, b2):
    x = tf.pad(tf.reshape(x, (-1, side, side)), [[0, 0], [1, 1], [1, 1]])
    windows = [x[:, i : i + side, j : j + side] for i in range(3) for j in range(3)]
    windows = tf.reshape(tf.stack(windows, axis=-1), (-1, 9))  # (144 N, 9)
    h = tf.nn.relu(windows @ w1 + b1)  # (144 N, 24)
    h = tf.reduce_max(tf.reshape(h, (-1, 6, 2, 6, 2, 24)), axis=(2, 4))
    return tf.reshape(h, (-1, 864)) @ w2 + b2


filters = [(9, 24), (24,)]
shapes = {  # model, shapes of its weights, how many of them are not trained
    "dense": (dense, [(144, 57), (57,), (57, 10), (10,)], 0),
    "convolution": (convolution, [*filters, (864, 10), (10,)], 0),
    "random filters": (convolution, [*filters, (864, 10), (10,)], 2),
}
trainers = {name: trainer(model, steps, k) for name, (model, _, k) in shapes.items()}
# --8<-- [end:models]


# --8<-- [start:fit]
def fit(name, seed, place, rate):
    """Which images the trained model gets right: to choose by, and held out."""
    rng, used = np.random.default_rng(seed), Ledger()
    train, choose = split(rng, 400, 200)
    x = framed(rng, side, anywhere=place == "anywhere")  # (1797, 144)
    if place == "shuffled":
        x = x[:, rng.permutation(side**2)]
    weights = [rng.normal(0, (2 / np.prod(s[:-1])) ** 0.5, s) for s in shapes[name][1]]
    weights = [tf.constant(w if w.ndim > 1 else 0 * w, tf.float32) for w in weights]
    batches = rng.integers(len(train), size=(steps, batch_size))
    used("train", train)
    weights = trainers[name](
        weights, x[train], labels[train], batches, tf.constant(rate)
    )
    right = []
    for purpose, items in (("choose", choose), ("test", held_out)):
        used(purpose, items)
        scores = shapes[name][0](x[items], *weights).numpy()  # (items, 10)
        right.append(scores.argmax(axis=1) == labels[items])
    return right


# --8<-- [end:fit]

# --8<-- [start:result]
rates = [0.001, 0.003, 0.01, 0.03, 0.1]


def chosen(name, place):
    tried = [[fit(name, s, place, rate)[0] for s in tuning_seeds] for rate in rates]
    return rates[int(np.mean(tried, axis=(1, 2)).argmax())]


arms = [(place, name) for place in places for name in ("dense", "convolution")]
arms.append(("centred", "random filters"))
choices, right = [], []
print("pixels   model            rate   right")
for place, name in arms:
    choices.append(chosen(name, place))
    right.append([fit(name, seed, place, choices[-1])[1] for seed in seeds])
    print(f"{place:8} {name:14} {choices[-1]:6} {np.mean(right[-1]):7.1%}")
right = np.array(right, dtype=float)  # (7 arms, 20 seeds, 797 images)
leads = right[1:6:2] - right[0:6:2]  # (places, seeds, images)
centred, anywhere, shuffled = map(over_seeds_and_items, leads)
judged = {"centred": centred, "anywhere": anywhere}
verdict, intervals, outcomes = decide(margin, judged)
control = confirm("does not", margin, {"shuffled": shuffled})
# --8<-- [end:result]
means, n_seeds, n_test = right.mean(axis=(1, 2)), len(seeds), len(held_out)

# --8<-- [start:figure]
figure, axes = plt.subplots()
colours = {"dense": "C1", "convolution": "C0", "random filters": "C5"}
for (place, name), found in zip(arms, 100 * right.mean(axis=2), strict=True):
    at = places.index(place) + 0.3 * list(colours).index(name) - 0.3
    dots(axes, at, found, colours[name], label=name if place == "centred" else None)
axes.set(xticks=range(3), xticklabels=places, ylabel="right (%)", ylim=(45, 100))
axes.legend(loc="lower right")
plt.show()
# --8<-- [end:figure]
