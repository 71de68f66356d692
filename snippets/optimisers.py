"""Gradient descent, momentum and Adam on digits, with inputs on one scale and on many.

A 64-32-10 perceptron. Each optimiser tries as many learning rates, on the same batches
from the same weights. Validation chooses one for each seed, held-out digits report.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared import adam, momentum
from shared.digits import held_out, images, labels, pool, split
from shared.ledger import Ledger
from shared.perceptron import backward, by_scores, cross_entropy, forward, start
from shared.plots import dots
from shared.verdict import confirm, decide, over_seeds_and_items

seeds = range(1100, 1120)
steps, B, hidden = 400, 32, 32
ledgers = {seed: Ledger() for seed in seeds}
# time limit: 150 s

# --8<-- [start:rule]
# Fixed before the first run with these seeds. An effect is the share of held-out digits
# that Adam gets right, less that of a rival; its interval is over seeds and digits.
margin = 0.01  # one point: less would be no reason to choose an optimiser
worlds, rivals = ["badly scaled", "well scaled"], ["descent", "momentum"]
conditions = [f"{world}, {rival}" for world in worlds for rival in rivals]
ablation = ["badly scaled, undivided"]  # Adam without its division
controls = [f"small noise, {rival}" for rival in rivals]  # Adam must not lead here
# --8<-- [end:rule]


# --8<-- [start:data]
def inputs(world, rng):
    """All digits as a world shows them, with factors or noise of each seed's own."""
    x = (images - images[pool].mean()) / images[pool].std()  # (1797, 64)
    if world == "badly scaled":
        return x * 10 ** rng.uniform(-2, 0, size=64)
    if world == "small noise":
        return np.hstack([x, 0.3 * rng.normal(size=(len(x), 128))])  # (1797, 192)
    return x


# --8<-- [end:data]


# --8<-- [start:train]
def train(x, y, items, step_of, rates, rng, used):
    """All learning rates side by side: the same start, the same batches."""
    weights = [np.stack([w] * len(rates)) for w in start(rng, x.shape[1], hidden, 10)]
    weights, rate = [w.astype("f") for w in weights], rates[:, None, None]  # (R, 1, 1)
    memory = adam.start(weights)
    batches = items[rng.integers(len(items), size=(steps, B))]
    used("train", batches.ravel())
    for step, batch in enumerate(batches, start=1):
        a1, scores = forward(x[batch], weights)  # (R, B, hidden), (R, B, 10)
        dz2 = by_scores(scores, y[batch])
        gradients = backward(x[batch], a1, dz2, weights)
        weights, memory = step_of(weights, gradients, memory, step, rate)
    return weights


def run(world, step_of, rates, seed):
    """The place of the chosen rate, and which held-out digits are got right with it."""
    rng, used = np.random.default_rng(seed), ledgers[seed]
    items, choose = split(rng, 600, 400)
    x, y = inputs(world, rng).astype("f"), np.eye(10, dtype="f")[labels]
    with np.errstate(all="ignore"):  # too large a rate overflows, and loses
        weights = train(x, y, items, step_of, rates, rng, used)
        used("choose", choose)
        losses, _ = cross_entropy(forward(x[choose], weights)[1], y[choose])
    best = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
    assert 0 < best < len(rates) - 1, "the best rate lies at the grid's edge"
    used("test", held_out)
    scores = forward(x[held_out], [w[best] for w in weights])[1]  # (797, 10)
    return best, (scores.argmax(axis=1) == labels[held_out]).astype(int)


# --8<-- [end:train]

# --8<-- [start:tune]
grid = 10 ** np.arange(0, 4, 0.5, "f")  # half a power of ten from rate to rate
optimisers = {
    "Adam": (adam.adam, 0.0003 * grid),
    "undivided": (momentum.undivided, 0.01 * grid),
    "momentum": (momentum.momentum, 0.001 * grid),
    "descent": (momentum.descent, 0.01 * grid),
}
right, effects, choices = {}, {}, []
for world in [*worlds, "small noise"]:
    print(f"{world:15} right   rates chosen")
    for name, (step_of, rates) in optimisers.items():
        runs = [run(world, step_of, rates, seed) for seed in seeds]
        best, hits = (np.array(each) for each in zip(*runs, strict=True))
        right[world, name] = hits  # (seeds, 797)
        lead = right[world, "Adam"] - hits
        effects[f"{world}, {name}"] = over_seeds_and_items(lead)
        choices.extend(best.tolist())
        low, high = rates[best.min()], rates[best.max()]
        print(f"  {name:13}{hits.mean():6.1%}   {low:.2g} to {high:.2g}")
# --8<-- [end:tune]
accuracy = np.array([hits.mean() for hits in right.values()]).reshape(3, 4)
n_seeds, n_rates = len(seeds), len(grid)

# --8<-- [start:decide]
verdict, intervals, outcomes = decide(margin, {c: effects[c] for c in conditions})
_, division, _ = decide(margin, {c: effects[c] for c in ablation})
control = confirm("does not", margin, {c: effects[c] for c in controls})
# --8<-- [end:decide]

# --8<-- [start:pairs]
figure, axes = plt.subplots()
for place, name in enumerate(optimisers):
    for world, shift, color in zip(worlds, (-0.2, 0.2), ("C1", "C0"), strict=True):
        share = 100 * right[world, name].mean(axis=1)  # (seeds,)
        dots(axes, place + shift, share, color, label=None if place else world)
axes.set_xticks(range(4), optimisers)
axes.set_ylabel("digits right (%)")
legend = axes.legend()
# --8<-- [end:pairs]
