"""What names the input that matters? Attention, gradients and occlusion against the truth.

One token of ten decides, by construction, and a decoy looks just like it. Networks that
solve the task are asked which token they rest on, and so are networks that learned nothing.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.ledger import Ledger
from shared.marked import ordinary, sequences, size, tokens
from shared.plots import curves
from shared.pooling import explanations, methods, start, train
from shared.verdict import confirm, decide, over_seeds

seeds = range(1100, 1120)
n_train, n_test, untrained = 3000, 200, 10  # untrained networks for each seed
hidden, steps, B, rate = 16, 400, 64, 0.03

# --8<-- [start:rule]
# The effect: the share of test sequences in which the token with the largest value is
# the marked one, less the share in which it is the decoy. Whoever follows an
# explanation wants to be right more often than not.
margin = 0.5
# Worlds: which neighbours the layer below reads along; whether scores are learned (1),
# or fixed and read off the noise (0).
worlds = {"alone": ([0], 1), "neighbours": ([-1, 0, 1], 1), "fixed": ([0], 0)}
judged = "attention"  # in each world; the gradients stand beside it, by the same margin
solved_above = 0.9  # of the test sequences, or the program stops
# Controls: occlusion must name the token on which the answer rests in every world, and
# no method may name it in networks without training.
# --8<-- [end:rule]


# --8<-- [start:run]
distances = range(-4, 6)  # from the marked token, in the ring


def run(seeds, n_train, steps, shifts, learned):
    """Of each network: is it right, and what do its largest values name?"""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    drawn = zip(*[sequences(rng, n_train + n_test) for rng in rngs], strict=True)
    x, y, marked, decoy = (np.stack(part) for part in drawn)
    learn, test = slice(n_train), slice(n_train, None)
    for xs, ys in zip(x.swapaxes(1, 2), y, strict=True):
        used = Ledger()
        used("train", xs[learn], ys[learn])
        used("test", xs[test], ys[test])
    first = [start(rng, len(shifts) * size, hidden, learned) for rng in rngs]
    *weights, u = (np.stack(part) for part in zip(*first, strict=True))
    batches = np.stack([r.integers(n_train, size=(steps, B)) for r in rngs], axis=1)
    how = u, shifts, learned, rate
    weights = train(x[:, :, learn], y[:, learn], batches, weights, *how)
    x, y, marked, decoy = x[:, :, test], y[:, test], marked[:, test], decoy[:, test]
    spare = np.stack([ordinary(rng, n_test) for rng in rngs])
    answer, values = explanations(x, spare, weights, u, shifts)
    tops = values.argmax(axis=2)  # (4, S, n_test)
    away = np.stack([(tops - marked) % tokens == d % tokens for d in distances])
    by_answer = [np.mean(tops == marked, axis=2, where=y == one) for one in (-1, 1)]
    return {
        "right": np.mean(answer * y > 0, axis=1),  # (S,)
        "named": np.stack([tops == marked, tops == decoy]).mean(axis=3),  # (2, 4, S)
        "away": away.mean(axis=3),  # (tokens, 4, S)
        "by answer": np.stack(by_answer),  # (2, 4, S)
        "largest": values[0].max(axis=1).mean(),  # weight of attention
    }


runs = {name: run(seeds, n_train, steps, *world) for name, world in worlds.items()}
least_right = float(min(found["right"].min() for found in runs.values()))
assert least_right > solved_above, "a network has not solved the task"
many = [[seed, n] for seed in seeds for n in range(untrained)]
runs["untrained"] = run(many, 1, 0, *worlds["alone"])
effects = {}
for name, found in runs.items():
    print(f"{name}: {found['right'].mean():.0%} right\n  named          mark  decoy")
    for method, (mark, decoy) in zip(
        methods, found["named"].swapaxes(0, 1), strict=True
    ):
        effects[name, method] = over_seeds(mark - decoy)
        print(f"  {method:13}{mark.mean():6.2f}{decoy.mean():7.2f}")
# --8<-- [end:run]

# --8<-- [start:decide]
verdict, intervals, outcomes = decide(margin, {n: effects[n, judged] for n in worlds})
asked = {f"occlusion, {name}": effects[name, "occlusion"] for name in worlds}
nothing = {f"untrained, {method}": effects["untrained", method] for method in methods}
seen = confirm("holds", margin, asked)
control = np.vstack([seen, confirm("does not", margin, nothing)])
# --8<-- [end:decide]

# --8<-- [start:gradients]
others = {f"{m}, {name}": effects[name, m] for m in methods[1:3] for name in worlds}
_, gradient_intervals, gradient_outcomes = decide(margin, others)
# --8<-- [end:gradients]
n_seeds, n_untrained = len(seeds), len(many)
hits = np.stack([found["named"].mean(axis=2) for found in runs.values()])  # (4, 2, 4)
largest = [float(found["largest"]) for found in runs.values()]
peaks = runs["neighbours"]["away"][:, 0].argmax(axis=0)  # (S,), of attention
beside = int(np.sum(peaks != distances.index(0)))
minus, plus = runs["alone"]["by answer"][:, 0]  # (S,) each, of attention
one_answer = int(np.sum(np.abs(plus - minus) > 0.5))
luckiest = float(runs["untrained"]["named"][0, 0].max())

# --8<-- [start:figure]
figure, grid = plt.subplots(4, 3, figsize=(5, 5.2), sharex=True, sharey=True)
for column, name in zip(grid.T, worlds, strict=True):
    column[0].set_title(name)
    for axes, away in zip(column, runs[name]["away"].swapaxes(0, 1), strict=True):
        curves(axes, distances, away, "C0")
for axes, method in zip(grid[:, 0], methods, strict=True):
    axes.set(ylabel=method.replace(" x", "\nx"), xticks=[-4, 0, 4])
figure.supxlabel("distance of the named token from the marked one")
plt.show()
# --8<-- [end:figure]
