"""Counting against a small transformer: bits per character on held-out text.

The text is corpus.txt beside this file, a frozen copy of this site's English prose.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from shared import counting, transformer
from shared.ledger import Ledger
from shared.plots import curves, ticks
from shared.texts import corpus, echo, parts
from shared.verdict import confirm, decide, over_seeds_and_items

seeds, few_seeds, tuning_seed = range(1000, 1010), range(1000, 1003), 2000
window, block, longest = transformer.window, 256, 12
steps, batch_size, pause = 1000, 8, 100
rates, weights = [0.003, 0.01, 0.03], [1, 2, 4, 8, 16, 32]
sizes = [1250, 2500, 5000]  # characters to train on
# time limit: 300 s

# --8<-- [start:rule]
# The effect: counting's bits per character less the transformer's, on the same test
# characters. A twentieth of a bit is one in fifty of what counting needs.
margin = 0.05
# The control: letters that repeat, but for noise, after a lag that no counted context
# spans and the transformer's window does. There it must be ahead.
lag, kept = 15, 0.8
# --8<-- [end:rule]


# --8<-- [start:fit]
def fit(used, text, train, choose, seed, rate):
    """The best mean bits on the choosing text, the weights and the step that gave them."""
    used("train", train)
    used("choose", choose)
    rng = np.random.default_rng(seed)
    w = transformer.first_weights(rng, int(text.max()) + 1)
    memory, best = transformer.begin(w), (np.inf, w, 0)
    rates = rate * (1 - np.arange(steps, dtype="float32") / steps)
    for done in range(0, steps, pause):
        starts = rng.integers(len(train) - window, size=(pause, batch_size, 1))
        batches = tf.constant(text[train][starts + np.arange(window + 1)])
        some = tf.constant(rates[done : done + pause])
        w, memory = transformer.train(w, memory, batches, tf.constant(done), some)
        found = transformer.judge(text[choose], w).mean()
        best = min(best, (found, w, done + pause), key=lambda b: b[0])
    return best


def compare(text, size, seeds, rate):
    """Bits of counting (blocks,) and of the transformers (seeds, blocks) on the test text."""
    train, choose, test = parts(text)
    train, used = train[:size], Ledger()
    used("test", test)
    learned, tried, judged = (text[items] for items in (train, choose, test))
    counted, setting = counting.best(learned, tried, judged, longest, weights)
    counted = counted[window // 2 + 1 - longest :]  # as the transformer judges
    fits = [fit(used, text, train, choose, seed, rate) for seed in seeds]
    bits = np.array([transformer.judge(text[test], w) for _, w, _ in fits])
    n = min(bits.shape[1], len(counted)) // block * block
    blocks = [
        b[..., :n].reshape(*b.shape[:-1], -1, block).mean(-1) for b in (counted, bits)
    ]
    return *blocks, setting, [step for *_, step in fits]


# --8<-- [end:fit]

# --8<-- [start:result]
text, control_text = corpus(), echo(lag, kept)
train, choose, _ = parts(text)
most = train[: sizes[-1]]
tuned = [fit(Ledger(), text, most, choose, tuning_seed, rate)[0] for rate in rates]
rate = rates[int(np.argmin(tuned))]
choices, curve = [rate], []
print("characters  counting  transformer")
for size in sizes:
    some = seeds if size == sizes[-1] else few_seeds
    counted, bits, setting, stops = compare(text, size, some, rate)
    choices.append([*setting, stops])
    curve.append([counted.mean(), *bits.mean(axis=1)[:3]])
    print(f"{size:10,} {counted.mean():9.3f} {bits.mean():12.3f}")
effect = over_seeds_and_items(counted - bits)
verdict, intervals, outcomes = decide(margin, {"all of the text": effect})
counted, bits, *_ = compare(control_text, len(control_text), seeds, rate)
control = confirm("holds", margin, {"an echo": over_seeds_and_items(counted - bits)})
# --8<-- [end:result]
lowest, n_seeds, last_stop = (
    float(bits.mean()),
    len(seeds),
    int(np.max(choices[-1][-1])),
)
by_size = np.array([[row[0], np.mean(row[1:])] for row in curve])  # counting, model

# --8<-- [start:leak]
w = transformer.first_weights(np.random.default_rng(tuning_seed), 8)
some = np.random.default_rng(0).integers(8, size=(1, window))
changed = some.copy()
changed[:, 20:] = (changed[:, 20:] + 1) % 8  # the future of character 19
moved = transformer.transformer(some, w) - transformer.transformer(changed, w)
first = np.flatnonzero(np.any(moved[0] != 0, axis=1)).min()
assert first == 20, "a prediction has seen its future"
print("no prediction depends on later letters")
# --8<-- [end:leak]

# --8<-- [start:figure]
figure, axes = plt.subplots()
axes.plot(sizes, by_size[:, 0], "s-", color="C1", label="counting")
curves(axes, sizes, np.array([row[1:] for row in curve]), "C0", "transformer")
axes.set(xscale="log", xlabel="characters to train on", ylabel="bits per character")
ticks(axes, sizes)
axes.legend()
plt.show()
# --8<-- [end:figure]
