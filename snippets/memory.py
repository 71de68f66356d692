"""Does a network remember a secret because it is repeated, and what takes that away?

Secret codes stand in the training data never, once, 4 or 16 times. Then copies are
removed, gradients are clipped, and noise is added for a promise of privacy.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.ledger import Ledger
from shared.private import begin, epsilon, log_p, train
from shared.records import canaries, copies, exposure, one_hot, treated, world
from shared.verdict import confirm, decide, over_seeds

seeds, tuning_seeds = range(1100, 1120), range(2000, 2002)
hidden, steps, share = 40, 200, 0.04  # each step takes each record with this chance
sigma, delta = 1.2, 1e-5
noises = [None, 0, sigma]  # neither clipped nor noisy; clipped; both

# --8<-- [start:rule]
# The effect: exposure of codes that stand there 16 times, less that of codes that never
# do. Data as they stand or each record once; gradients plain, clipped, or clipped with
# noise. One bit halves the guesses of someone who looks for a code.
margin = 1.0
# The control: 16 records of a name, but each with a code drawn anew.
# Beside it, by the same margin: does removing copies go below one copy? Exposure of
# what stands there once, less that of what did so 4 or 16 times.
# And the price: accuracy on new names as it stands, less that with protection. For less
# than one digit in a hundred nobody would go without.
price_margin = 0.01
# --8<-- [end:rule]


# --8<-- [start:learn]
used = Ledger()  # of all worlds: a row begins with the seed of its world


def note(purpose, seeds, records):  # of each seed: (N, 9)
    for seed, rows in zip(seeds, records, strict=True):
        used(purpose, np.full(len(rows), seed), rows)
    return one_hot(np.stack(records))


def learn(seeds, treatment, noise, rate):
    """The weights of a network for each seed."""
    x, y = note("train", seeds, [treated(seed, treatment) for seed in seeds])
    weights, rng = begin(seeds, 36, hidden, 30), np.random.default_rng([seeds[0], 3])
    return train(x, y, weights, rng, steps, share, rate, noise)


def chosen(noise):
    """The rate with the least loss on new names, in worlds that serve nothing else."""
    x, y = note("choose", tuning_seeds, [world(seed)[2] for seed in tuning_seeds])
    fits = [learn(tuning_seeds, "as it stands", noise, rate) for rate in rates]
    return rates[np.argmin([-np.mean(y * log_p(x, weights)) for weights in fits])]


rates = [0.005, 0.01, 0.02, 0.04, 0.08]
choices = [chosen(noise) for noise in noises]
# --8<-- [end:learn]

# --8<-- [start:compare]
arms = {  # the data, and which of the noises
    "as it stands": ("as it stands", 0),
    "each once": ("once", 0),
    "clipped": ("as it stands", 1),
    "once, clipped": ("once", 1),
    "noise": ("as it stands", 2),
    "once, noise": ("once", 2),
    "redrawn": ("redrawn", 0),
}
secret, _, new = (np.stack(part) for part in zip(*map(world, seeds), strict=True))
note("test", seeds, secret[:, :canaries])  # those that never stand there
x_new, y_new = note("test", seeds, new)
bits, accuracy = {}, {}  # each (S, ...)
print("exposure in bits by copies".ljust(33) + "wrong")
print(" " * 13 + "".join(f"{n:5}" for n in copies))
for name, (treatment, k) in arms.items():
    weights = learn(seeds, treatment, noises[k], choices[k])
    found = exposure(log_p(one_hot(secret)[0], weights), secret)
    bits[name] = found.reshape(len(seeds), len(copies), canaries).mean(axis=2)
    right = log_p(x_new, weights).argmax(axis=-1) == y_new.argmax(axis=-1)
    accuracy[name] = right.mean(axis=(1, 2))  # (S,)
    row = "".join(f"{b:5.1f}" for b in bits[name].mean(axis=0))
    print(f"{name:13}{row}{1 - accuracy[name].mean():5.1%}")
rise = {name: over_seeds(b[:, -1] - b[:, 0]) for name, b in bits.items()}
truth = {"redrawn": rise.pop("redrawn")}
verdict, intervals, outcomes = decide(margin, rise)
control = confirm("does not", margin, truth)
# --8<-- [end:compare]

# --8<-- [start:beside]
further = bits["as it stands"][:, 1] - bits["each once"][:, 2:].mean(axis=1)
_, below, _ = decide(margin, {"below one copy": over_seeds(further)})
plain = accuracy["as it stands"]
price = {f"price, {name}": plain - accuracy[name] for name in list(arms)[2:6]}
_, prices, _ = decide(price_margin, {k: over_seeds(d) for k, d in price.items()})
# --8<-- [end:beside]

# --8<-- [start:promise]
epsilons = np.array([epsilon(n, steps, share, sigma, delta) for n in (1, 16)])
at_most = (1 + epsilons) / np.log(2)  # what a mean exposure can be, in bits
print("copies  epsilon  exposure at most")
for n, e, b in zip((1, 16), epsilons, at_most, strict=True):
    print(f"{n:6} {e:8.2f} {b:12.1f} bits")
# --8<-- [end:promise]
n_seeds, mean_bits = len(seeds), np.array([b.mean(axis=0) for b in bits.values()])

# --8<-- [start:figure]
figure, axes = plt.subplots()
places = range(len(copies))
marks = ["o-C1", "o:C1", "s-C4", "s:C4", "D-C0", "D:C0", "x--C5"]
for name, mark in zip(arms, marks, strict=True):
    axes.plot(places, bits[name].mean(axis=0), mark, label=name)
axes.set(xticks=places, xticklabels=copies, xlabel="copies", ylabel="exposure, bits")
axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
plt.show()
# --8<-- [end:figure]
