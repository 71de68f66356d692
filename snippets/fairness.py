"""Is a rare group served worse, and what do the others lose when it is given weight?

Two groups of handwritten digits: those of B are mirrored, or like those of A. B becomes
rare among 600; or 30 of B stay, and A grows. A linear model and a perceptron.
"""

from functools import partial

import matplotlib.pyplot as plt
import numpy as np

from shared.groups import measure, total
from shared.plots import curves
from shared.side_by_side import fit
from shared.verdict import confirm, decide, over_seeds_and_items

seeds = range(1100, 1120)
tuning_seeds = range(2100, 2105)

# --8<-- [start:rule]
# An effect: by how much the share of wrong held-out digits of a group grows. For less
# than one digit in a hundred nobody would collect other data, or weigh them.
margin = 0.01
# How many of A, how many of B, and whether B is weighted so that both count the same.
even, rare, weighted = (300, 300, False), (570, 30, False), (570, 30, True)
few, alone = (30, 30, False), (0, 30, False)
judged = {  # in which group, 0 for A and 1 for B, and from what to what
    "B rarer": (1, even, rare),
    "B diluted": (1, few, rare),  # the same 30 of B, beside more of A
    "cost to A": (0, rare, weighted),
}
# The control: B diluted where the groups are alike. More of A is then more of B's kind,
# and B's error cannot grow.
# --8<-- [end:rule]


# --8<-- [start:learners]
def linear(x, y, rngs, penalty):
    """Ridge regression to one-hot targets, one for each seed. A function x -> scores."""
    x_mean, y_mean = x.mean(axis=1, keepdims=True), y.mean(axis=1, keepdims=True)
    x, y = x - x_mean, y - y_mean  # (S, N, 64), (S, N, 10)
    gram = x.swapaxes(1, 2) @ x / x.shape[1] + penalty * np.eye(64)
    W = np.linalg.solve(gram, x.swapaxes(1, 2) @ y / x.shape[1])  # (S, 64, 10)
    return lambda x: (x - x_mean) @ W + y_mean


rates, penalties = [0.003, 0.01, 0.03], [0.003, 0.01, 0.03, 0.1, 0.3]
models = {
    "linear": [partial(linear, penalty=p) for p in penalties],
    "perceptron": [partial(fit, hidden=64, steps=300, B=50, rate=r) for r in rates],
}


def tuned(model, *arm):
    """Which learner has the best mean over both groups, and what it gets wrong."""
    tried = [measure(each, tuning_seeds, *arm)[0].mean() for each in models[model]]
    best = int(np.argmin(tried))
    return best, measure(models[model][best], seeds, *arm)[1]  # (groups, S, 797)


# --8<-- [end:learners]

# --8<-- [start:compare]
shares = [0.5, 0.2, 0.05, 0.02]  # of B
drawn = [(round(total * (1 - s)), round(total * s), False) for s in shares]
weighed = [even, *[(n_a, n_b, True) for n_a, n_b, _ in drawn[1:]]]
arms = [("mirrored", *arm) for arm in [*drawn, *weighed[1:], few, alone]]
arms += [("alike", *arm) for arm in [few, rare, weighted]]
runs = {(model, *arm): tuned(model, *arm) for model in models for arm in arms}
choices = [best for best, _ in runs.values()]
errors = np.zeros((2, len(shares), 2, 2, len(seeds)))  # model, share, weighed?, group
for m, model in enumerate(models):
    print(f"{model:12} as drawn        weighted")
    print("B's share    A     B   all     A     B")
    for k, (share, *both) in enumerate(zip(shares, drawn, weighed, strict=True)):
        found = [runs[model, "mirrored", *arm][1] for arm in both]
        errors[m, k] = np.mean(found, axis=-1)
        (a, b), others = errors[m, k].mean(axis=-1)
        row = [a, b, (1 - share) * a + share * b, *others]
        print(f"{share:8.0%}", *[f"{100 * error:5.1f}" for error in row])
# --8<-- [end:compare]


# --8<-- [start:decide]
def growth(model, group, before, after, world="mirrored"):  # (S, 797)
    first, then = (runs[model, world, *arm][1][group] for arm in (before, after))
    return then - first


def effect(*which):
    return over_seeds_and_items(growth(*which))


effects = {f"{m}, {name}": effect(m, *judged[name]) for m in models for name in judged}
verdict, intervals, outcomes = decide(margin, effects)
more = {f"{m}, alike": effect(m, *judged["B diluted"], "alike") for m in models}
control = confirm("does not", margin, more)
# --8<-- [end:decide]
cost = judged["cost to A"]
helped = np.array([effect(m, 1, rare, weighted) for m in models])
joined = np.array([effect(m, 1, alone, rare) for m in models])
cost_alike = np.array([effect(m, *cost, "alike") for m in models])
conflict = [growth(m, *cost) - growth(m, *cost, "alike") for m in models]
conflict = np.array([over_seeds_and_items(d) for d in conflict])
n_seeds, mean_errors = len(seeds), errors.mean(axis=-1)

# --8<-- [start:figure]
figure, panels = plt.subplots(1, 2, sharey=True)
for axes, model, by_share in zip(panels, models, 100 * errors, strict=True):
    for group, color in enumerate(["C0", "C1"]):
        curves(axes, range(4), by_share[:, 0, group], color, "AB"[group])
        means = by_share[:, 1, group].mean(axis=-1)
        axes.plot(range(4), means, "s--", color=color, label=f"{'AB'[group]}, weighted")
    axes.set_xticks(range(4), [f"{share:.0%}" for share in shares])
    axes.set(title=model, xlabel="B's share", ylim=(0, 80))
panels[0].set_ylabel("wrong digits (%)")
panels[1].legend(fontsize=10, loc="upper left")
plt.show()
# --8<-- [end:figure]
