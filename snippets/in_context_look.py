"""Where do networks look that read their prompts?

Some look at the pair of the asked key, others at every pair but that one. With values
that are all different nothing tells them apart; with values that repeat it shows.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.ledger import Ledger, note
from shared.prompts import chosen, forward, keys, mappings, right, shown, train

seeds, count = range(1100, 1120), 256


# --8<-- [start:look]
def repeating(rng, n=200):
    """Values drawn one by one, where at least two keys share one. (n, keys)"""
    values = rng.integers(keys, size=(2 * n, keys))
    return values[[len(set(row)) < keys for row in values]][:n]


rngs = [np.random.default_rng([seed, count]) for seed in seeds]
parts = zip(*[mappings(rng, count) for rng in rngs], strict=True)
old, choose, new = (np.stack(part) for part in parts)  # (S, N, keys)
ledgers = [Ledger() for _ in seeds]
choices, weights = chosen(ledgers, train(ledgers, rngs, old, shown), choose, shown)
repeats = np.stack([repeating(rng) for rng in rngs])
note(ledgers, "test", new)
note(ledgers, "test", repeats)

look = forward(shown(new), weights)[0]  # (S, asked, pair)
own = np.diagonal(look, axis1=1, axis2=2).mean(axis=1)  # weight on the asked key's pair
scores = np.array([right(shown(values), values, weights) for values in (new, repeats)])
looks = own > 0.5
print("weight on   networks  % right answers")
print("asked pair             new  repeating")
for name, some in (("over half", looks), ("less", ~looks)):
    first, second = 100 * scores[:, some].mean(axis=1)
    print(f"{name:10}{some.sum():9}{first:8.1f}{second:11.1f}")
# --8<-- [end:look]
n_seeds, n_look, n_elsewhere = len(seeds), int(looks.sum()), int((~looks).sum())
mean_look = scores[:, looks].mean(axis=1)  # new, repeating
mean_elsewhere = scores[:, ~looks].mean(axis=1)

# --8<-- [start:figure]
figure, axes = plt.subplots()
circle = {"markersize": 10, "markerfacecolor": "none"}
axes.plot(own, scores[0], "o", color="C0", label="all values different", **circle)
axes.plot(own, scores[1], "^", color="C1", alpha=0.7, label="values may repeat")
axes.set(xlabel="attention to the pair of the asked key", ylabel="right answers")
axes.set(xlim=(-0.04, 1.03), ylim=(0, 1.05))
axes.legend(loc="lower right")
plt.show()
# --8<-- [end:figure]
