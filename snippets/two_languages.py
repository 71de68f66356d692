"""What the same text costs in tokens in English and in Chinese, by what the list learned.

Lists of byte pairs learn from sections of this site: in English, in Chinese, or in both.
Then each meets sections that were held out, in both languages.
"""

from collections import Counter

import matplotlib.pyplot as plt
import numpy as np

from shared.byte_pairs import encode, learn
from shared.ledger import Ledger
from shared.plots import curves
from shared.twins import chinese, english, lettered
from shared.verdict import confirm, decide, over_seeds_and_items

seeds = range(1200, 1220)
n_learn, n_merges = 24, 800  # sections that a list learns from, joins in it

# --8<-- [start:rule]
# The effect: log2 of a section's tokens in Chinese over those in English, over draws of
# what a list learns from and over held-out sections. Who is billed by the token notices
# a tenth more.
margin = float(np.log2(1.1))
shares = [0, 1 / 8, 1 / 2, 7 / 8, 1]  # of what a list learns from, in Chinese
judged = {"learned on English": 0, "learned on both": 1 / 2, "learned on Chinese": 1}
# Controls: joins drawn at random favour no language; English in other letters is dear
# by a list learned on English, although the language is the same.
# --8<-- [end:rule]

number = np.arange(len(english))  # of each section, the same in both languages
test, pool = number[number % 5 == 4], number[number % 5 != 4]


# --8<-- [start:cost]
def learned(used, some, share, wanted=n_merges):
    """A list from that share of Chinese; an even one has the same sections in both."""
    used("train", some)
    k = round(share * n_learn)
    parts = [english[i] for i in some[: n_learn - k]] + [chinese[i] for i in some[:k]]
    return learn(Counter(word for part in parts for word in part), wanted)


def cost(used, merges, languages):
    """How many tokens each held-out section takes: (languages, sections)."""
    used("test", test)
    texts = [[language[i] for i in test] for language in languages]
    words = list({word for text in texts for part in text for word in part})
    ends = np.flatnonzero(encode(words, merges) == -1)
    tokens = dict(zip(words, np.diff(ends, prepend=-1) - 1, strict=True))
    return [[sum(tokens[word] for word in part) for part in text] for text in texts]


# --8<-- [end:cost]

# --8<-- [start:compare]
names = [*shares, "longer", "random", "lettered"]
costs = {name: np.zeros((2, len(seeds), len(test))) for name in names}
for s, seed in enumerate(seeds):
    rng, used = np.random.default_rng(seed), Ledger()
    some = rng.choice(pool, n_learn, replace=False)
    lists = {share: learned(used, some, share) for share in shares}
    lists["longer"] = learned(used, some, 1 / 2, 2 * n_merges)
    lists["random"] = rng.integers(256 + np.arange(n_merges), size=(2, n_merges)).T
    for name, merges in lists.items():
        costs[name][:, s] = cost(used, merges, [english, chinese])
    costs["lettered"][:, s] = cost(used, lists[0], [english, lettered])


def doublings(cheap, dear):  # (seeds, sections) each
    return over_seeds_and_items(np.log2(dear / cheap))


effects = {name: doublings(*costs[name]) for name in names}
totals = np.array([costs[share].sum(axis=2).mean(axis=1) for share in shares])
ratios = [2 ** effects[share].mean for share in shares]
print("Chinese in  tokens needed   Chinese /")
print("the list   English  Chinese   English")
for share, (a, b), ratio in zip(shares, totals, ratios, strict=True):
    print(f"{share:8.1%} {a:9.0f} {b:8.0f} {ratio:9.2f}")
deciding = {name: effects[share] for name, share in judged.items()}
verdict, intervals, outcomes = decide(margin, deciding)
level = confirm("does not", margin, {"joined at random": effects["random"]})
steep = confirm("holds", margin, {"in other letters": effects["lettered"]})
# --8<-- [end:compare]

# --8<-- [start:price]
# What language k pays by a shared list over what it pays by its own, that of share k.
prices = [
    [doublings(costs[k][k], costs[name][k]) for k in (0, 1)]
    for name in (1 / 2, "longer")
]
prices = 2 ** np.array(prices)  # (lists, languages, 3)
print("a shared list   English Chinese")
for name, (a, b) in zip(["as long", "twice as long"], prices[..., 0], strict=True):
    print(f"{name:13} {a:9.2f} {b:7.2f}")
# --8<-- [end:price]
control = np.vstack([level, steep])
n_seeds, n_sections, n_test = len(seeds), len(english), len(test)
bytes_in = [sum(len(word) for i in test for word in t[i]) for t in (english, chinese)]

# --8<-- [start:figure]
figure, axes = plt.subplots()
for k, (language, color) in enumerate({"English": "C0", "Chinese": "C1"}.items()):
    needed = np.array([costs[share][k].sum(axis=1) for share in shares]) / 1000
    curves(axes, shares, needed, color)
    axes.text(0.04 + 0.72 * k, 4.2, language, color=color)
axes.axhline(np.mean(bytes_in) / 1000, color="C5", linestyle="--", linewidth=1)
axes.text(0.5, np.mean(bytes_in) / 1000, "one token a byte", ha="center", va="bottom")
axes.set(xlabel="share of Chinese in what the list learned", ylabel="thousand tokens")
axes.set(ylim=(0, 20))
plt.show()
# --8<-- [end:figure]
