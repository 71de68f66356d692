"""What does a score say that is the best of n private variants'?

Exactly, where chance alone makes variants differ: by order statistics. And for networks,
which err on the same digits and differ in what they are worth.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.digits import labels, split
from shared.ledger import Ledger
from shared.luck import by_chance, corrected, reasons
from shared.plots import ticks
from shared.public_test import answered, public_and_fresh, quarters, with_intervals
from shared.side_by_side import fit, look
from shared.verdict import confirm, decide, over_seeds_and_items

seeds = range(1100, 1120)
own, hidden, steps, batch, rate = 60, 32, 120, 25, 0.01  # as in leaked_items

# --8<-- [start:rule]
# The effect: the published score of the best variant less its score on fresh digits. A
# point may lie between neighbours in a ranking; less would seldom change who leads.
margin = 0.01
counts = [1, 2, 5, 10, 20]  # of variants; the last is judged
worlds = ["same digits", "own digits"]  # that the variants of one maker learn from
# And, by the same margin: what chance alone foretells, less the effect.
# The control: the best by another test than the published one, whose luck chose nothing.
others = [1, 2]  # how many quarters behind the public one it lies; their mean
# --8<-- [end:rule]


# --8<-- [start:variants]
def train(world):
    """What each variant of each seed learned from, (S, V, own), and gets right."""
    S, V = len(seeds), counts[-1]
    runs = [(seed, v) for seed in seeds for v in range(1, V + 1)]
    rngs = [np.random.default_rng(run) for run in runs]
    alike = [np.random.default_rng(seed) for seed, _ in runs]
    draws = rngs if world == "own digits" else alike
    items = np.array([split(rng, own, 0)[0] for rng in draws])  # (S V, own)
    x = look([Ledger() for _ in runs], "train", items)
    y = np.eye(10, dtype="float32")[labels[items]]
    right = answered(fit(x, y, hidden, rngs, steps, batch, rate))
    return items.reshape(S, V, own), right.reshape(S, V, 4, 199)


def best(used, items, right):
    """The variant that gets most of the items right. right: (n, 199)."""
    used("choose", items)
    return right.mean(axis=1).argmax()


def publish(items, right, n, elsewhere=0):
    """The best of n in every turn: its number; by digit, when public and when fresh."""
    numbers = np.zeros((len(seeds), 4), int)
    for s, turn in np.ndindex(numbers.shape):
        used, hits = Ledger(), right[s, :n]  # (n, quarter, 199)
        used("train", items[s, :n].ravel())
        by, rest = (turn + elsewhere) % 4, np.arange(4) != (turn + elsewhere) % 4
        numbers[s, turn] = best(used, quarters[by], hits[:, by])
        used("test", quarters[rest].ravel())
    chosen = right[np.arange(len(seeds))[:, None], numbers]  # (S, turn, quarter, 199)
    return numbers, *public_and_fresh(chosen, elsewhere)


# --8<-- [end:variants]

# --8<-- [start:compare]
gaps, effects, short, choices, means, theory = {}, {}, {}, [], [], []
print("best of 20   all  published  fresh")
for world in worlds:
    items, right = train(world)
    runs = [publish(items, right, n) for n in counts]
    gaps[world] = [over_seeds_and_items(a - b) for _, a, b in runs]  # public less fresh
    number, public, fresh = runs[-1]
    choices.append(number)
    means.append([right.mean(), public.mean(), fresh.mean()])
    print("{:11} {:6.1%} {:8.1%} {:7.1%}".format(world, *means[-1]))
    chance = [by_chance(n, 199, right.mean()) for n in counts]
    effects[world] = gaps[world][-1]
    short[world] = over_seeds_and_items(chance[-1] - (public - fresh))
    theory.append([chance[-1], corrected(chance[-1], *reasons(right)), *reasons(right)])
    if world == "same digits":
        apart = [publish(items, right, counts[-1], k) for k in others]
verdict, intervals, outcomes = decide(margin, effects)
print("chance alone, less the effect")
_, missing, missing_outcomes = decide(margin, short)
gap = over_seeds_and_items(np.mean([a - b for _, a, b in apart], axis=0))
control = confirm("does not", margin, {"chosen by another test": gap})
# --8<-- [end:compare]
n_seeds = len(seeds)

# --8<-- [start:figure]
figure, axes = plt.subplots()
axes.plot(counts, 100 * np.array(chance), "k--", label="chance alone")
with_intervals(axes, counts, gaps["own digits"], "s-", "C1", "own digits")
with_intervals(axes, counts, gaps["same digits"], "o-", "C0", "same digits")
axes.set(xscale="log", xlabel="variants", ylabel="published less fresh (points)")
ticks(axes, counts)
axes.legend()
plt.show()
# --8<-- [end:figure]
