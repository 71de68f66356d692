"""Does more data, or a wider network, lower the error? Each doubling is counted.

In each world a wide teacher network computes targets, without noise; students of five
widths learn from five amounts of data. All worlds are trained side by side.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared import adam, perceptron, plots
from shared.ledger import Ledger
from shared.verdict import confirm, decide, over_seeds
from shared.worlds import stack, worlds

seeds = range(1000, 1020)  # a world each: its teacher, its data, its students
tuning_seeds = range(2000, 2005)  # other worlds, to choose the rates in
data_sizes, widths = [128, 256, 512, 1024, 2048], [2, 4, 8, 16, 32]
N_fresh, steps, B, rates = 1000, 1000, 64, [0.01, 0.03, 0.1, 0.3, 1.0]
# time limit: 180 s

# --8<-- [start:rule]
# Effect: by how much a doubling lowers log2 of the error on fresh data, as the mean of
# four doublings. It costs twice as much, so it should lower the error by 5% at least, as
# a doubling of the weights does for language models (Kaplan et al., 2020).
margin = float(-np.log2(0.95))


def gain(errors):
    """errors: (sizes, worlds), each size twice the one before."""
    return -np.diff(np.log2(errors), axis=0).mean(axis=0)  # (worlds,)


def effects(paths):
    return {name: over_seeds(gain(errors)) for name, errors in paths.items()}


# --8<-- [end:rule]

# --8<-- [start:train]
used, choices = Ledger(), []
N_all = N_fresh + data_sizes[-1]
tuning, tested = worlds(tuning_seeds, N_all), worlds(seeds, N_all)


def train(x, y, weights, highest):
    """x: (worlds, N, inputs), weights: (rates, worlds, ...). Each rate falls to zero."""
    used("train", x.reshape(-1, x.shape[-1]), y.ravel())
    memory, rng = adam.start(weights), np.random.default_rng(x.shape[1])
    world = np.arange(len(x))[:, None]  # (worlds, 1)
    for step in range(1, steps + 1):
        batch = rng.integers(x.shape[1], size=(len(x), B))  # others in each world
        x_batch, y_batch = x[world, batch], y[world, batch]  # (worlds, B, ...)
        a1, y_hat = perceptron.forward(x_batch, weights)
        dy_hat = perceptron.by_outputs(y_hat, y_batch)
        gradients = perceptron.backward(x_batch, a1, dy_hat, weights)
        falling = highest * (1 - step / steps)
        weights, memory = adam.adam(weights, gradients, memory, step, falling)
    return weights


def error(purpose, seeds, data, rates, N, width, copies=1, dead=0):
    """Of each rate and world: the error on fresh data, as a share of y's variance."""
    x, y = (np.tile(a[:, N_fresh:][:, : N // copies], (1, copies, 1)) for a in data)
    x_fresh, y_fresh = (a[:, :N_fresh] for a in data)
    rngs = [np.random.default_rng([seed, 2]) for seed in seeds]
    starts = stack(perceptron.start(rng, x.shape[-1], width, 1) for rng in rngs)
    highest = np.array(rates, x.dtype)[:, None, None, None]
    weights = [w.astype(x.dtype) + 0 * highest for w in starts]  # (rates, worlds, ...)
    weights[0][..., width - dead :] = 0  # a unit that no input moves never learns
    _, y_hat = perceptron.forward(x_fresh, train(x, y, weights, highest))
    used(purpose, x_fresh.reshape(-1, x.shape[-1]), y_fresh.ravel())
    return perceptron.squared_error(y_hat, y_fresh)[0] / y_fresh.var(axis=(1, 2))


def learn(*size, **fake):
    """The worlds' errors, with the rate that was best in the tuning worlds."""
    tried = error("choose", tuning_seeds, tuning, rates, *size, **fake)
    choices.append(rates[np.log2(tried).mean(axis=1).argmin()])
    return error("test", seeds, tested, choices[-1:], *size, **fake)[0]


# --8<-- [end:train]

# --8<-- [start:verdict]
errors = np.array([[learn(N, width) for width in widths] for N in data_sizes])
paths = {
    "both": errors[range(len(widths)), range(len(widths))],  # (5, worlds)
    "data, 32 units": errors[:, -1],
    "data, 2 units": errors[:, 0],
    "units, 2,048 examples": errors[-1],
    "units, 128 examples": errors[0],
}
verdict, intervals, outcomes = decide(margin, effects(paths))
copied = np.array([learn(N, widths[-1], copies=N // data_sizes[0]) for N in data_sizes])
idle = np.array([learn(data_sizes[-1], w, dead=w - widths[0]) for w in widths])
fakes = {"copied data": copied, "dead units": idle}
control = confirm("does not", margin, effects(fakes))
# --8<-- [end:verdict]

# --8<-- [start:doublings]
falls = np.array([1 - (p[1:] / p[:-1]).mean(axis=1) for p in paths.values()])  # (5, 4)
print("each doubling lowers the error by")
for name, row in zip(paths, falls, strict=True):
    print(f"{name}\n  ", *(f"{fall:7.0%}" for fall in row))
# --8<-- [end:doublings]
n_seeds, mean_errors = len(seeds), errors.mean(axis=-1)  # (5, 5)

# --8<-- [start:curves]
figure, panels = plt.subplots(1, 2, sharey=True, layout="constrained")
for k in (0, 2, 4):
    panels[0].plot(data_sizes, mean_errors[:, k], "o-", label=f"{widths[k]} units")
    panels[1].plot(widths, mean_errors[k], "o-", label=f"{data_sizes[k]:,} examples")
for axes, sizes in zip(panels, [data_sizes, widths], strict=True):
    axes.set(xscale="log", yscale="log", ylim=(0.008, 0.3))
    plots.ticks(axes, x=sizes[::2], y=[0.02, 0.05, 0.1, 0.2])
    axes.legend(fontsize=10, handlelength=1)
panels[0].set(xlabel="examples", ylabel="error / variance of y")
panels[1].set(xlabel="units")
plt.show()
# --8<-- [end:curves]
