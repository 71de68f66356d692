"""From how many mappings does a network learn to read its prompt instead of reciting?

A prompt shows eight keys, each with a value, and asks for the value of one. Networks
learn from 1 to 256 such mappings. What do they answer when the mapping is new?
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.ledger import Ledger, note
from shared.plots import dots
from shared.prompts import (
    answers,
    chosen,
    keys,
    mappings,
    right,
    shown,
    train,
    withheld,
)
from shared.verdict import confirm, decide, over_seeds

seeds = range(1100, 1120)

# --8<-- [start:rule]
# The effect: the share of right answers to new mappings, less that of guessing. What
# shows in fewer than one answer in ten is not yet an ability.
counts = [1, 4, 16, 64, 256]  # mappings to learn from
margin, guessing = 0.1, 1 / keys
# Only networks that have learned the old mappings can be asked about new ones.
learned_above = 0.9  # the share of right answers to old ones
# The control: the most mappings, but no answer in the prompt. Its values are shuffled
# in the test, or hidden in training and test: all that is left is guessing.
# --8<-- [end:rule]


# --8<-- [start:run]
def run(count, prompt_of=shown):
    """Right answers to old, new and shuffled mappings; the rates; how much was recited."""
    rngs = [np.random.default_rng([seed, count]) for seed in seeds]
    parts = zip(*[mappings(rng, count) for rng in rngs], strict=True)
    old, choose, new = (np.stack(part) for part in parts)  # (S, N, keys)
    ledgers = [Ledger() for _ in seeds]
    weights = train(ledgers, rngs, old, prompt_of)
    rate, weights = chosen(ledgers, weights, choose, prompt_of)
    note(ledgers, "test", new)
    shuffled = np.stack([r.permuted(n, axis=1) for r, n in zip(rngs, new, strict=True)])
    scores = [right(prompt_of(values), values, weights) for values in (old, new)]
    scores.append(right(prompt_of(shuffled), new, weights))
    given = answers(prompt_of(new), weights)
    recited = [as_old(values, old) for values in (given, new)]
    return np.array(scores), rate, best_blind(old), recited


def best_blind(old):
    """The most that weights alone can do: for each key its commonest value. (S,)"""
    votes = shown(old).mean(axis=1)  # (S, keys, values)
    return votes.max(axis=2).mean(axis=1)


def as_old(values, old):
    """The share of values that some old mapping gives the same key."""
    return float(np.mean((values[:, :, None] == old[:, None]).any(axis=2)))


# --8<-- [end:run]

# --8<-- [start:compare]
runs = [run(count) for count in counts]
scores, choices, blind, recited = map(np.array, zip(*runs, strict=True))
hidden = run(counts[-1], withheld)[0]
print("mappings % right answers  at most, by")
print("to learn    old     new  weights alone")
for count, (old, new, _), alone in zip(counts, scores, blind, strict=True):
    print(f"{count:8}", end="")
    print(*[f"{100 * s.mean():{w}.1f}" for s, w in ((old, 6), (new, 7), (alone, 14))])
assert np.all(scores[:, 0].mean(axis=1) > learned_above), "not learned"
gains = scores[:, 1] - guessing  # (counts, S)
names = ["1 mapping", *[f"{count} mappings" for count in counts[1:]]]
effects = {name: over_seeds(gain) for name, gain in zip(names, gains, strict=True)}
verdict, intervals, outcomes = decide(margin, effects)
unreadable = {"shuffled": scores[-1, 2], "hidden": hidden[1]}
checks = {name: over_seeds(score - guessing) for name, score in unreadable.items()}
control = confirm("does not", margin, checks)
# --8<-- [end:compare]
n_seeds, mean_scores, mean_blind = len(seeds), scores.mean(axis=2), blind.mean(axis=1)
lowest_16, highest_16 = float(scores[2, 1].min()), float(scores[2, 1].max())

# --8<-- [start:figure]
figure, axes = plt.subplots()
for place in range(len(counts)):
    last = place == len(counts) - 1
    labels = ("old mappings", "new mappings") if last else (None, None)
    dots(axes, place - 0.15, scores[place, 0], "C1", "^", labels[0])
    dots(axes, place + 0.15, scores[place, 1], "C0", "o", labels[1])
axes.plot(range(len(counts)), mean_blind, "--", color="black", label="without prompt")
axes.set(xlabel="mappings to learn from", ylabel="right answers", ylim=(0, 1.04))
axes.set_xticks(range(len(counts)), counts)
axes.legend(loc="center right", handlelength=1.2)
plt.show()
# --8<-- [end:figure]
