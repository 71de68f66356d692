"""Dilated against undilated causal convolutions on the note of a plucked string.

Both networks have equally many weights; only how far back they see differs. On a low
note the period lies beyond what one of them sees, on a high note both see it.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from shared.adam import adam
from shared.adam import start as remember
from shared.causal import errors, network, start
from shared.ledger import Ledger
from shared.notes import floor, notes
from shared.plots import dots
from shared.verdict import confirm, decide, over_seeds, share

seeds = range(1000, 1020)
steps, batch_size, channels, length = 300, 4, 8, 96  # length of a note in samples
# time limit: 180 s

# --8<-- [start:rule]
# The effect: the undilated network's squared error less the dilated one's. Only 1 - floor
# of a note's variance can be predicted; a tenth of that is the least worth naming.
margin = (1 - floor) / 10
periods = {"low note": 24, "high note": 4}  # in samples; the high note is the control
dilations = {"undilated": [1, 1, 1, 1, 1], "dilated": [1, 2, 4, 8, 16]}
# --8<-- [end:rule]
grid = np.array([0.01, 0.03, 0.1, 0.3, 1.0])  # highest rates of training
reach = {name: 1 + sum(d) for name, d in dilations.items()}
used = Ledger()

# --8<-- [start:causal]
weights = start([0], channels, 5)
n_parameters = sum(int(tf.size(w)) for w in weights)
x = np.random.default_rng(0).normal(size=(1, 1, 100)).astype("float32")
changed = x + (np.arange(100) >= 60).astype("float32")  # the future of sample 59
for name, d in dilations.items():
    moved = np.flatnonzero(network(x, weights, d) != network(changed, weights, d))
    assert moved.min() == 60, "a prediction has seen its future"
    print(f"{name:9} sees {reach[name]:2} samples")
# --8<-- [end:causal]


# --8<-- [start:fit]
@tf.function(jit_compile=True)
def train(weights, x, batches, rates, d):
    memory = remember(weights)
    for step in tf.range(steps):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            batch = tf.gather(x, batches[step], batch_dims=1)  # (S, B, T)
            loss = tf.reduce_sum(errors(batch, weights, d))  # a sum: each has its own
        gradients, t = tape.gradient(loss, weights), tf.cast(step + 1, tf.float32)
        now = rates * tf.minimum(t, steps - t) / (steps / 2)  # rises, then falls
        weights, memory = adam(weights, gradients, memory, t, now)
    return weights


def fit(name, note):
    """For each seed: the rate that its validation notes choose, the error on its others."""
    rngs = [np.random.default_rng([seed, 0]) for seed in seeds]
    x = np.stack([notes(periods[note], 64 + 100 + 200, length, r) for r in rngs])
    heard, choose, test = x[:, :64], x[:, 64:164], x[:, 164:]  # (S, ..., T)
    batches = [rng.integers(64, size=(steps, batch_size)) for rng in rngs]
    used("train", heard.reshape(-1, length))
    weights = start(np.tile(seeds, len(grid)), channels, 5)  # each rate for each seed
    rates = tf.constant(np.repeat(grid, len(seeds)), tf.float32)[:, None, None]
    heard, batches = (np.tile(each, (len(grid), 1, 1)) for each in (heard, batches))
    weights = train(weights, heard, batches.swapaxes(0, 1), rates, dilations[name])
    used("choose", choose.reshape(-1, length))
    tried = errors(np.tile(choose, (len(grid), 1, 1)), weights, dilations[name])
    best = np.argmin(tried.numpy().reshape(len(grid), -1), axis=0)  # (S,)
    own = [tf.gather(w, best * len(seeds) + np.arange(len(seeds))) for w in weights]
    used("test", test.reshape(-1, length))
    return grid[best], errors(test, own, dilations[name]).numpy()


# --8<-- [end:fit]

# --8<-- [start:result]
choices, found = [], {}
print("note      network   error solved")
for note in periods:
    for name in dilations:
        rates, error = fit(name, note)
        choices.append(rates)
        found[note, name] = error
        print(f"{note:9} {name:9} {error.mean():5.2f} {np.sum(error < 0.5):6}")
lead = {n: over_seeds(found[n, "undilated"] - found[n, "dilated"]) for n in periods}
verdict, intervals, outcomes = decide(margin, {"low note": lead["low note"]})
control = confirm("does not", margin, {"high note": lead["high note"]})
# --8<-- [end:result]
solved_dilated = share(found["low note", "dilated"] < 0.5)
means = np.array([error.mean() for error in found.values()])
solved = [int(np.sum(error < 0.5)) for error in found.values()]
low_period, high_period, noise_floor = *periods.values(), floor
reach_undilated, reach_dilated = reach.values()
n_seeds, n_rates = len(seeds), len(grid)
all_errors = np.array(list(found.values()))  # (notes and networks, seeds)

# --8<-- [start:figure]
figure, axes = plt.subplots()
for (note, name), error in found.items():
    at = list(periods).index(note) + (0.2 if name == "dilated" else -0.2)
    label = name if note == "low note" else None
    dots(axes, at, error, {"undilated": "C1", "dilated": "C0"}[name], label=label)
axes.axhline(floor, color="black", linestyle=":", linewidth=1)
axes.text(0.5, floor + 0.02, "noise floor", ha="center", va="bottom")
axes.set(xticks=range(2), ylim=(0, 1.2), ylabel="squared error")
axes.set_xticklabels(periods)
axes.legend()
plt.show()
# --8<-- [end:figure]
