"""What does a score say when items of its test were in the training data?

Each network learns 60 digits, and 40 of the 199 items of a public test with them. Every
digit is compared with itself: as an item of the public test, and as a fresh one.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.digits import labels, split
from shared.ledger import Ledger
from shared.plots import ticks
from shared.public_test import answered, public_and_fresh, quarters, with_intervals
from shared.side_by_side import fit, look
from shared.verdict import confirm, decide, over_seeds_and_items

seeds = range(1100, 1120)
own, often, leaked = 60, 50, 40  # digits of one's own, each seen 50 times; leaked ones
hidden, batch, rate = 32, 50, 0.01  # the rate by validation, seeds 2000 on

# --8<-- [start:rule]
# The effect: a network's score on the public test less its score on fresh digits. A
# point may lie between neighbours in a ranking; less would seldom change who leads.
margin = 0.01
judged = [1, 4, 16, 64]  # how often the training sees each leaked item
# The arithmetic says: leaked items are all right, the others as fresh ones. It counts as
# right where foretold less measured lies within a point of zero, interval and all.
# The control: as many digits that are in no test, seen as often as the last.
# --8<-- [end:rule]


# --8<-- [start:train]
def draw(seed, turn, times, leak):
    """What a network learns, each digit as often as it is seen; the leaked places."""
    rng, turns = np.random.default_rng(seed), (4, leaked)  # all alike but for the turn
    mine, others = split(rng, own, 4 * leaked)
    places = rng.permutation(199)[: 4 * leaked].reshape(turns)[turn]
    added = quarters[turn, places] if leak else others.reshape(turns)[turn]
    return np.hstack([np.repeat(mine, often), np.repeat(added, times)]), places, rng


def learn(times, leak=True):
    """By seed and digit, (S, 796): right when public, and when fresh; leaked ones."""
    runs = [(seed, turn) for seed in seeds for turn in range(4)]
    items, places, rngs = zip(*[draw(*run, times, leak) for run in runs], strict=True)
    ledgers, items = [Ledger() for _ in runs], np.array(items)  # (runs, N)
    x, y = look(ledgers, "train", items), np.eye(10, dtype="float32")[labels[items]]
    steps = items.shape[1] // batch
    right = answered(fit(x, y, hidden, rngs, steps, batch, rate))
    for used, (_, turn) in zip(ledgers, runs, strict=True):
        used("test", np.delete(quarters, turn, axis=0).ravel())  # the fresh twin
    public, fresh = public_and_fresh(right.reshape(len(seeds), 4, 4, 199))
    known = np.take_along_axis(public.reshape(-1, 199), np.array(places), axis=1)
    return public, fresh, known.mean()


# --8<-- [end:train]

# --8<-- [start:compare]
rows, effects, missing = [], {}, []
print("seen public  fresh leaked   gap arith")
for times in [0, *judged]:
    public, fresh, known = learn(times)
    foretold = leaked / 199 * (1 - fresh)  # (S, 796)
    row = public.mean(), fresh.mean(), known, np.mean(public - fresh), foretold.mean()
    print("{:4} {:6.1%} {:6.1%} {:6.1%} {:+5.1%} {:+5.1%}".format(times, *row))
    rows.append(row)
    if times:
        effects[f"seen {times}"] = over_seeds_and_items(public - fresh)
        missing.append(over_seeds_and_items(foretold - (public - fresh)))
verdict, intervals, outcomes = decide(margin, effects)
public, fresh, _ = learn(judged[-1], leak=False)
gap = over_seeds_and_items(public - fresh)
control = confirm("does not", margin, {"fresh items instead": gap})
# --8<-- [end:compare]
n_seeds, table, missing = len(seeds), np.array(rows), np.array(missing)

# --8<-- [start:figure]
figure, axes = plt.subplots()
axes.plot(judged, 100 * table[1:, 4], "k--", label="by arithmetic")
with_intervals(axes, judged, list(effects.values()), "o-", "C1", "leaked")
with_intervals(axes, judged[-1:], [gap], "s", "C0", "fresh items instead")
axes.set(xscale="log", xlabel="times seen", ylabel="public less fresh (points)")
ticks(axes, judged)
axes.legend()
plt.show()
# --8<-- [end:figure]
