"""Where trained attention looks: a task in which one token of eight matters.

One model reads the tokens as they are, the other first mixes them by a layer of
self-attention. Both solve the task. Does most of the weight lie on the token that matters?
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import matplotlib.pyplot as plt
import numpy as np

from shared.ledger import Ledger
from shared.looking import predict, train
from shared.plots import dots
from shared.verdict import confirm, decide, share

# time limit: 130 s
seeds = range(1000, 1040)
tokens, size = 8, 8  # tokens in a sequence, components of a token
n_train, n_test = 4000, 1000
steps, B, rate = 1000, 64, 0.01

# --8<-- [start:rule]
# A model looks at the marked token if that gets more than half of the weight, in the
# mean over held-out sequences. The effect: the share of models that do.
looks_above = 0.5
margin = 0.9  # "makes a model look": one exception in ten is allowed
# Only a model that solves the task can be asked: error / variance of y.
solved_below = 0.1
# The tokens are mixed first; the two vectors that read them out begin at full length,
# or at a tenth of it. Control: the tokens as they are, where a solution has to look.
conditions = {"mixed first": 1, "mixed, small start": 0.1}
control_name, control_start = "as they are", 0.1
# --8<-- [end:rule]


# --8<-- [start:task]
def world(rng):
    """Every token has a number, one also a mark: y is the number with the mark."""
    N = n_train + n_test
    number = rng.normal(size=(N, tokens))
    mark = np.eye(tokens)[rng.integers(tokens, size=N)]  # (N, tokens)
    embedding = np.linalg.qr(rng.normal(size=(size, 2)))[0].T  # (2, size)
    x = np.stack([number, mark], axis=-1) @ embedding  # (N, tokens, size)
    return [part.astype("float32") for part in (x, (number * mark).sum(axis=1), mark)]


# --8<-- [end:task]


# --8<-- [start:run]
def run(mixed, start):
    """Of each seed: error / variance, weight on the mark, and that of the layer below."""
    rngs, ledgers = [np.random.default_rng(s) for s in seeds], [Ledger() for _ in seeds]
    x, y, mark = [np.stack(a) for a in zip(*map(world, rngs), strict=True)]
    learn, test = slice(n_train), slice(n_train, None)
    for used, xs, ys in zip(ledgers, x, y, strict=True):
        used("train", xs[learn], ys[learn])
        used("test", xs[test], ys[test])
    shapes = [(size,)] * 2 + [(size, size)] * 3 * mixed
    starts = [[r.normal(size=s) / size**0.5 for s in shapes] for r in rngs]
    weights = [np.stack(w).astype("float32") for w in zip(*starts, strict=True)]
    weights[:2] = [start * w for w in weights[:2]]
    batches = np.stack([r.integers(n_train, size=(steps, B)) for r in rngs])
    weights = train(weights, x[:, learn], y[:, learn], batches, rate)
    y, mark = y[:, test], mark[:, test]
    y_hat, look, below = predict(x[:, test], weights)
    errors = ((y_hat - y) ** 2).numpy().mean(axis=1) / y.var(axis=1)  # (S,)
    assert np.all(errors < solved_below), "a model has not solved the task"
    if mixed:  # the weight of the mark there, in the mean over those who look
        below = (below.numpy() @ mark[..., None]).mean(axis=(1, 2, 3))  # (S,)
    return errors, (look.numpy() * mark).sum(axis=-1).mean(axis=1), below


# --8<-- [end:run]

# --8<-- [start:runs]
runs = {name: run(True, start) for name, start in conditions.items()}
runs[control_name] = run(False, control_start)
errors, weights = (np.stack([r[k] for r in runs.values()]) for k in (0, 1))  # (3, S)
below = np.stack([runs[name][2] for name in conditions])  # (2, S)
print("             error   weight, looks")
print("          at most   low high    of", len(seeds))
for name, error, weight in zip(runs, errors, weights, strict=True):
    print(f"{name}\n{error.max():17.4f}{weight.min():6.2f}{weight.max():5.2f}", end="")
    print(f"{np.sum(weight > looks_above):6}")
effects = {n: share(w > looks_above) for n, w in zip(runs, weights, strict=True)}
judged = {name: effects[name] for name in conditions}
verdict, intervals, outcomes = decide(margin, judged)
control = confirm("holds", margin, {control_name: effects[control_name]})
# --8<-- [end:runs]
n_seeds, looking = len(seeds), (weights > looks_above).sum(axis=1)  # (3,)
even, lowest_mixed = 1 / tokens, float(weights[0].min())
elsewhere = weights[:2] <= looks_above  # (2, S)
below_elsewhere = float(below[elsewhere].mean())
below_looking = float(below[~elsewhere].mean())

# --8<-- [start:looks]
figure, axes = plt.subplots()
for place, (weight, color) in enumerate(zip(weights, ("C1", "C1", "C0"), strict=True)):
    dots(axes, place, weight, color)
for height, name in ((even, "even share"), (looks_above, "half")):
    axes.axhline(height, color="black", linewidth=0.7, linestyle=":")
    axes.text(2.45, height + 0.02, name, ha="right")
axes.set(ylim=(0, 1.03), xlim=(-0.5, 2.5), ylabel="weight on the marked token")
axes.set_xticks(range(3), ["mixed first", "mixed,\nsmall start", "as they are"])
plt.show()
# --8<-- [end:looks]
