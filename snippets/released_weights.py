"""Few digits of one's own: adapt somebody else's released weights, or start anew?

One's own digits look different from those of the release, by a change of rank 2 or of
full rank. All of its weights are trained on, or get an update of low rank, or stay.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.adapting import adapt, anew
from shared.digits import held_out, labels, split
from shared.ledger import Ledger, note
from shared.perceptron import forward
from shared.plots import ticks
from shared.shifted import shifts, shown, unrelated, x, y
from shared.verdict import confirm, decide, over_seeds_and_items

seeds, tuning_seeds = range(1100, 1120), range(2000, 2004)
n_released, n_choose, counts = 500, 180, [10, 20, 40, 80, 160, 320]
sizes, rank, steps, B = (64, 32, 10), 3, 150, 32
rates = 0.001 * 10 ** np.arange(0, 3, 0.5, "f")  # half a power of ten from rate to rate

# --8<-- [start:rule]
# An effect: the share of held-out digits that one network gets right and another does
# not, less the reverse. The claim: all weights trained on, less a network made anew.
# Two digits in a hundred: less is no reason to depend on somebody else's weights.
margin = 0.02
few, more, many = 20, 80, 320  # own digits; the verdict is about few and more
# The controls: a release for an unrelated task must not help; and with many digits, low
# rank must lose to all weights where the change is of full rank. Beside the verdict:
# low rank less all weights, where the change is of rank 2.
# --8<-- [end:rule]
arms, hits, choices = ["anew", "all weights", "low rank"], {}, []


# --8<-- [start:networks]
def parties(seeds, related=True):
    """For each seed: own digits, some to choose by, and the weights of a release."""
    rngs, ledgers = [np.random.default_rng(s) for s in seeds], [Ledger() for _ in seeds]
    drawn = [split(rng, n_released + counts[-1], n_choose) for rng in rngs]
    train, choose = (np.stack(each) for each in zip(*drawn, strict=True))
    test = note(ledgers, "test", np.tile(held_out, (len(seeds), 1)))
    theirs, own = train[:, :n_released], train[:, n_released:]
    data = x[note(ledgers, "train", theirs)], y[theirs]
    data = data if related else unrelated(*data, rngs)
    weights = adapt(*data, anew(rngs, *sizes), 0, 0.003, 500, B, rngs)
    return seeds, ledgers, own, {"choose": choose, "test": test}, weights


def got(digits, items, weights):
    """Ones for the items that are got right, (..., items)."""
    scores = forward(digits[items], weights)[1]
    return (scores.argmax(axis=-1) == labels[items]).astype(int)


def right(purpose, party, shift, arm, n, rates):
    """Which digits, to choose by or to test on, are got right, at each rate: (R, S, ...)."""
    seeds, ledgers, own, others, weights = party
    rngs = [np.random.default_rng([seed, n]) for seed in seeds]
    weights = anew(rngs, *sizes) if arm == "anew" else weights
    train = note(ledgers, "train", own[:, :n])
    data, r = (shown[shift][train], y[train]), rank if arm == "low rank" else 0
    weights = adapt(*data, weights, r, rates.reshape(-1, 1, 1, 1), steps, B, rngs)
    return got(shown[shift], note(ledgers, purpose, others[purpose]), weights)


def measure(deciding, tuning, *cell):
    """With the rate that gets most digits right for the tuning seeds: (S, 797)."""
    tried = right("choose", tuning, *cell, rates).mean(axis=(1, 2))  # (R,)
    choices.append(int(tried.argmax()))
    return right("test", deciding, *cell, rates[choices[-1]])[0]


def lead(shift, arm, rival, n):
    return over_seeds_and_items(hits[shift, arm, n] - hits[shift, rival, n])


# --8<-- [end:networks]

# --8<-- [start:compare]
deciding, tuning = parties(seeds), parties(tuning_seeds)
still = [got(d, held_out, deciding[-1]).mean() for d in (x, *shown.values())]
for shift, share in zip(shifts, still[1:], strict=True):
    print(f"{shift}, as released: {share:.1%}")
    print("  own    anew  all weights  low rank")
    for n in counts:
        cells = [(shift, arm, n) for arm in arms]
        hits |= {cell: measure(deciding, tuning, *cell) for cell in cells}
        means = [hits[cell].mean() for cell in cells]
        print("{:5} {:7.1%} {:12.1%} {:9.1%}".format(n, *means))
others = parties(seeds, related=False), parties(tuning_seeds, related=False)
hits["two flipped", "unrelated", few] = measure(*others, "two flipped", arms[1], few)
# --8<-- [end:compare]

# --8<-- [start:decide]
places = [(shift, n) for shift in shifts for n in (few, more)]
judged = {f"{s}, {n}": lead(s, "all weights", "anew", n) for s, n in places}
verdict, intervals, outcomes = decide(margin, judged)
useless = {"unrelated": lead("two flipped", "unrelated", "anew", few)}
too_thin = {"low rank loses": lead("mirrored", "all weights", "low rank", many)}
control = [*confirm("does not", margin, useless), *confirm("holds", margin, too_thin)]
print("low rank less all weights:")
thin = {f"{n}": lead("two flipped", "low rank", "all weights", n) for n in (few, many)}
_, low_rank, low_rank_outcomes = decide(margin, thin)
# --8<-- [end:decide]
accuracy = np.array([hit.mean() for hit in list(hits.values())[:-1]]).reshape(2, 6, 3)

# --8<-- [start:figure]
figure, both = plt.subplots(1, 2, sharey=True, figsize=(5, 3.4), layout="constrained")
for axes, shift, share in zip(both, shifts, still[1:], strict=True):
    for arm, style in zip(arms, ("C1s-", "C0o-", "C2^-"), strict=True):
        shares = [100 * hits[shift, arm, n].mean(axis=1) for n in counts]  # (n, seeds)
        axes.plot(counts, shares, color=style[:2], alpha=0.2, linewidth=0.6)
        axes.plot(counts, np.mean(shares, axis=1), style, markersize=5, label=arm)
    axes.axhline(100 * share, color="C5", linestyle="--", label="as released")
    axes.set(title=shift, xscale="log", xlabel="own digits", ylim=(0, 100))
    ticks(axes, [10, 40, 160])
both[0].set_ylabel("right (%)")
legend = both[1].legend(loc="lower right", fontsize=10)
# --8<-- [end:figure]
