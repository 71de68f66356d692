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

seeds = range(1000, 1020)
tuning_seeds = range(2000, 2002)
steps, batch_size, side = 250, 50, 12  # of the frame, in pixels
# time limit: 270 s

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
    h = tf.nn.conv2d(tf.reshape(x, (-1, side, side, 1)), w1, 1, "SAME") + b1
    h = tf.nn.max_pool2d(tf.nn.relu(h), 2, 2, "SAME")  # (N, 6, 6, 24)
    return tf.reshape(h, (-1, 864)) @ w2 + b2


filters = [(3, 3, 1, 24), (24,)]
shapes = {  # model, shapes of its weights, how many of them are not trained
    "dense": (dense, [(144, 57), (57,), (57, 10), (10,)], 0),
    "convolution": (convolution, [*filters, (864, 10), (10,)], 0),
    "random filters": (convolution, [*filters, (864, 10), (10,)], 2),
}
# --8<-- [end:models]


trainers = {name: trainer(model, steps, k) for name, (model, _, k) in shapes.items()}


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
    rate = tf.constant(rate, tf.float32)
    weights = trainers[name](weights, x[train], labels[train], batches, rate)
    right = shapes[name][0](x, *weights).numpy().argmax(axis=1) == labels
    used("choose", choose)
    used("test", held_out)
    return right[choose], right[held_out]


# --8<-- [end:fit]

# --8<-- [start:result]
rates = [0.003, 0.01, 0.03, 0.1]


def chosen(name, place):
    """The rate whose models get most of the choosing images right."""
    tried = [[fit(name, s, place, rate)[0] for s in tuning_seeds] for rate in rates]
    return rates[int(np.mean(tried, axis=(1, 2)).argmax())]


choices, effects, right = [], {}, {}
accuracies = np.zeros((3, 3, len(seeds)))  # place, model, seed
print("pixels   model            rate   right")
for i, place in enumerate(places):
    for k, name in enumerate(shapes):
        choices.append(chosen(name, place))
        found = [fit(name, seed, place, choices[-1])[1] for seed in seeds]
        right[name], accuracies[i, k] = np.array(found), np.mean(found, axis=1)
        print(f"{place:8} {name:14} {choices[-1]:6} {np.mean(found):7.1%}")
    lead = right["convolution"].astype(float) - right["dense"]  # (seeds, images)
    effects[place] = over_seeds_and_items(lead)
shuffled = {"shuffled": effects.pop("shuffled")}
verdict, intervals, outcomes = decide(margin, effects)
control = confirm("does not", margin, shuffled)
# --8<-- [end:result]
n_seeds, n_test = len(seeds), len(held_out)
means = accuracies.mean(axis=2)

# --8<-- [start:figure]
figure, axes = plt.subplots()
for k, (colour, marker) in enumerate(zip(("C1", "C0", "C5"), "so^", strict=True)):
    for i in range(3):
        name = list(shapes)[k]
        found = 100 * accuracies[i, k]
        dots(axes, i + 0.3 * (k - 1), found, colour, marker, name if i == 0 else None)
axes.set(xticks=range(3), ylabel="right (%)", ylim=(45, 100))
axes.set_xticklabels(places)
axes.legend(loc="lower right")
plt.show()
# --8<-- [end:figure]
