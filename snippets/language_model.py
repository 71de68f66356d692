"""Counting against a small transformer: bits per character on held-out text.

The text is corpus.txt beside this file, a frozen copy of this site's English prose.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

from pathlib import Path

import numpy as np
import tensorflow as tf

from shared import counting, transformer
from shared.ledger import Ledger
from shared.verdict import confirm, decide, over_seeds_and_items

seeds, few_seeds, tuning_seed = range(1000, 1010), range(1000, 1003), 2000
window, block, longest = transformer.window, 256, 12
steps, batch_size, pause = 1000, 8, 100
rates, weights, sizes = (
    [0.003, 0.01, 0.03],
    [1, 2, 4, 8, 16, 32],
    [1250, 2500, 5000],
)
# time limit: 300 s
# reads: corpus.txt

# --8<-- [start:rule]
# The effect: counting's bits per character less the transformer's, on the same test
# characters. A twentieth of a bit is one in fifty of what counting needs.
margin = 0.05
# The control: letters that repeat, but for noise, after a lag that no counted context
# spans and the transformer's window does. There it must be ahead.
lag, kept = 15, 0.8
# --8<-- [end:rule]


# --8<-- [start:texts]
def corpus():
    text = (Path(__file__).parent / "corpus.txt").read_text(encoding="utf-8")
    lines = text.splitlines(True)
    order = np.random.default_rng(0).permutation(len(lines))
    alphabet = sorted(set(text))
    shuffled = "".join(lines[i] for i in order)  # paragraphs
    return np.array([alphabet.index(c) for c in shuffled])


def echo(size=16_000, letters=8):
    rng = np.random.default_rng(1)
    text = rng.integers(letters, size=size)
    for i in np.flatnonzero(rng.random(size) < kept):
        if i >= lag:
            text[i] = text[i - lag]
    return text


def parts(text):
    """Which characters train, choose and test: four fifths, a tenth, a tenth."""
    return np.split(np.arange(len(text)), [int(0.8 * len(text)), int(0.9 * len(text))])


# --8<-- [end:texts]


# --8<-- [start:judge]
def by_transformer(text, w):
    """The bits of each character that has half a window before it."""
    starts = np.arange(0, len(text) - window, window // 2)
    windows = tf.constant(text[starts[:, None] + np.arange(window + 1)])
    return transformer.measure(windows, w).numpy()[:, window // 2 :].ravel()


def by_counting(train, choose, test):
    """The bits of the same characters, with the context and weight that choose prefers."""
    counts, letters = counting.count(train, longest), int(train.max()) + 1
    chosen = [counting.bits(choose, counts, w, letters).mean(axis=1) for w in weights]
    w, context = np.unravel_index(np.argmin(chosen), (len(weights), longest + 1))
    bits = counting.bits(test, counts, weights[w], letters)[context]
    return bits[window // 2 + 1 - longest :], (weights[w], int(context))


# --8<-- [end:judge]


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
        found = by_transformer(text[choose], w).mean()
        best = min(best, (found, w, done + pause), key=lambda b: b[0])
    return best


def compare(text, size, seeds, rate):
    """Bits of counting (blocks,) and of the transformers (seeds, blocks) on the test text."""
    train, choose, test = parts(text)
    train, used = train[:size], Ledger()
    used("test", test)
    counted, setting = by_counting(text[train], text[choose], text[test])
    fits = [fit(used, text, train, choose, seed, rate) for seed in seeds]
    bits = np.array([by_transformer(text[test], w) for _, w, _ in fits])
    n = min(bits.shape[1], len(counted)) // block * block
    blocks = [
        b[..., :n].reshape(*b.shape[:-1], -1, block).mean(-1) for b in (counted, bits)
    ]
    return *blocks, setting, [step for *_, step in fits]


# --8<-- [end:fit]

# --8<-- [start:result]
text, control_text = corpus(), echo()
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
