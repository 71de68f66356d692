"""Counting against a small transformer: bits per character on text held out.

The text is a frozen copy of this site's English prose; the control's, repeated letters.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared import counting, transformer
from shared.adam import start as remember
from shared.characters import T, cut, echo, n_characters, part, train
from shared.ledger import Ledger
from shared.plots import curves, ticks
from shared.verdict import confirm, decide, over_seeds, over_seeds_and_items

seeds, tuning_seed = range(1000, 1010), 2000
# time limit: 300 s

# --8<-- [start:rule]
# The effect: bits per character of counting less those of the transformer. A twentieth
# of a bit is one bit in three or four words: for less, nobody would change the model.
margin = 0.05
block = 256  # test characters that are drawn as one, about a paragraph
plan = [  # text, characters to learn from, steps of training at most, seeds
    (part, 4_000, 800, seeds[:3]),
    (part, 16_000, 1000, seeds[:3]),
    (part, len(train), 1600, seeds),  # judged
    (echo, 16_000, 600, seeds),  # the control: 9 of 10 letters are those of 16 places
]  # before. Counting looks back 15, so there the transformer must be ahead.
# --8<-- [end:rule]


# --8<-- [start:fit]
longest, mixings = 15, [1, 2, 4, 8, 16]  # contexts of 0 to 15 characters
rates, batch_size, leg = [0.001, 0.003, 0.01, 0.03], 8, 200  # steps a leg


def count(text, train, choose, test):
    """The bits of test characters, (N, T / 2), and the chosen mixing and context."""
    used = Ledger()
    used("train", train)
    used("choose", choose)
    used("test", test)
    counts = counting.count(text[train], longest)
    tried, found = (
        counting.bits(counts, cut(text, places), 1 / n_characters, mixings)
        for places in (choose, test)
    )  # (mixings, contexts, N, T / 2)
    m, k = np.unravel_index(tried.mean(axis=(2, 3)).argmin(), tried.shape[:2])
    return found[m, k], [mixings[m], int(k)]


def fit(seed, rate, steps, text, train, choose, test):
    """The bits of test characters, (N, T / 2), and of those to choose by, each leg."""
    rng, used = np.random.default_rng(seed), Ledger()
    used("train", train)
    used("choose", choose)
    used("test", test)
    weights = transformer.start(rng, n_characters)
    memory, course = remember(weights), []
    for done in range(0, steps, leg):
        starts = rng.integers(len(train) - T, size=(leg, batch_size, 1))
        batches = text[train[starts + np.arange(T + 1)]]  # (leg, N, T + 1)
        at = np.arange(done, done + leg, dtype="float32")
        now = rate * (1 - at / steps)  # falls to zero
        weights, memory = transformer.train(weights, memory, batches, now, at + 1)
        course.append(float(transformer.read(cut(text, choose), weights).mean()))
        if course[-1] == min(course):
            best = weights
    return transformer.read(cut(text, test), best), course


def compare(world, size, steps, seeds):
    """Bits (seeds, N, T / 2) of both, and the choices; counts the whole text once."""
    tuning = world(tuning_seed, size)
    rate = min(rates, key=lambda r: min(fit(tuning_seed, r, steps, *tuning)[1]))
    own = seeds[:1] if size == len(train) else seeds
    counted, chosen = zip(*[count(*world(s, size)) for s in own], strict=True)
    fits = [fit(s, rate, steps, *world(s, size)) for s in seeds]
    fitted, courses = map(np.array, zip(*fits, strict=True))
    chosen = [rate, chosen, leg + leg * courses.argmin(axis=1)]  # and where to stop
    return np.broadcast_to(counted, fitted.shape), fitted, chosen


# --8<-- [end:fit]

# --8<-- [start:compare]
n_parameters = transformer.check(np.random.default_rng(tuning_seed), n_characters)
counted, fitted, choices = zip(*[compare(*p) for p in plan], strict=True)
means = np.array([[a.mean(), b.mean()] for a, b in zip(counted, fitted, strict=True)])
print("learned from  counting  transformer")
for (world, size, *_), (a, b) in zip(plan, means, strict=True):
    print(f"{world.__name__} {size:7,} {a:9.2f} {b:12.2f}")
gains = (counted[2] - fitted[2]).reshape(len(seeds), -1)  # (seeds, characters)
gains = gains[:, : gains.shape[1] // block * block].reshape(len(seeds), -1, block)
effect = over_seeds_and_items(gains.mean(axis=2))  # of (seeds, blocks)
verdict, intervals, outcomes = decide(margin, {"prose": effect})
known = over_seeds((counted[3] - fitted[3]).mean(axis=(1, 2)))
control = confirm("holds", margin, {"echo": known})
more = fit(tuning_seed, choices[2][0], 6400, *part(tuning_seed, len(train)))[0].mean()
print(f"transformer, 6,400 steps: {more:.2f}")
# --8<-- [end:compare]
n_seeds, n_blocks = gains.shape[:2]
alike = 2 ** means[2]  # as many characters of equal probability
first_stop, last_stop = (np.mean(choices[k][2]) for k in (0, 2))
n_train, alphabet, uniform_bits = len(train), n_characters, np.log2(n_characters)
width, heads, window = transformer.C, transformer.H, T

# --8<-- [start:figure]
figure, axes = plt.subplots()
sizes = [size for _, size, _, _ in plan[:3]]
for bits, color, label in ((counted, "C1", "counting"), (fitted, "C0", "transformer")):
    some = [b.mean(axis=(1, 2))[:3] for b in bits[:3]]
    curves(axes, sizes, some, color, label)  # (sizes, 3 seeds)
axes.plot(sizes[-1], more, "C0x", label="6,400 steps")
axes.set(xscale="log", xlabel="characters to learn from", ylabel="bits per character")
ticks(axes, x=sizes)
axes.legend()
plt.show()
# --8<-- [end:figure]
