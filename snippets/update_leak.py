"""What an update tells of the data behind it: an image, which images, how many of each.

Whoever sees how a network has changed asks which images lie in the span of that change.
Then updates are clipped and noise is added, and a training has to live with both.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.digits import held_out, pool
from shared.federation import by_size, train
from shared.leaks import counts, picked, pixels, send, update
from shared.ledger import Ledger
from shared.partners import as_seen, data, note, pictures, right
from shared.perceptron import forward, log_softmax, start
from shared.verdict import confirm, decide, over_seeds_and_items

seeds, tuning_seeds, rates = range(1100, 1120), range(2100, 2103), (0.1, 0.2, 0.4)
victims, others = held_out[:100], 49
senders = {"one image": (1, 1, 1), "a batch": (1, 20, 20), "a round": (20, 20, 50)}
noises = (0, 0.1, 0.3, 1, 3, 10, 49)  # 49: as loud in each of 2,410 weights
batches = (15, 20, 20)  # of the training

# --8<-- [start:rule]
# The effect: how often an update picks out of 50 images the one that was learned from,
# less the fiftieth that guessing gives. One in twenty more is a leak.
margin = 0.05
# By one step on one image, one step on 20, a round of 20 steps on 50; then with noise
# three times as loud as the update. The control sends noise alone: nothing is in it.
loud = 3
# The price of the noise: test digits lost in training. Two in a hundred are too many.
dear = 0.02
# --8<-- [end:rule]

# --8<-- [start:read]
hits = np.zeros((len(noises) + 1, len(senders), len(seeds), len(victims)))
pixel_errors, counted = [], []
for s, seed in enumerate(seeds):
    rng, used = np.random.default_rng(seed), Ledger()
    used("test", victims)
    used("train", pool)  # the reader's own: what the network expects of any image
    weights = [w[None].astype("f") for w in start(rng, 64, 32, 10)]
    p = np.exp(log_softmax(forward(pictures[pool], weights)[1])).mean(axis=1)  # (1, 10)
    for k, (steps, B, n) in enumerate(senders.values()):
        groups = rng.permutation(victims).reshape(-1, n)
        change, y = update(rng, weights, groups, steps, B, rates[-1])
        sent = [send(rng, change, noise) for noise in noises]
        sent.append([rng.normal(size=d.shape) for d in change])
        for j, each in enumerate(sent):
            found = picked(each, groups, others)
            hits[j, k, s] = [found[item] for item in victims]
        if n == 1:
            errors = np.abs(pixels(change) - pictures[groups[:, 0]])
            pixel_errors.append(errors.max())
        elif steps == 1:
            true = (y[0][..., None] == np.arange(10)).sum(axis=1)  # (G, 10)
            read = [counts(each, p, B) for each in (change, sent[noises.index(loud)])]
            counted.append([np.rint(each) == true for each in (*read, B / 10 + 0 * p)])

shares = hits.mean(axis=(2, 3))
print("noise  " + "".join(f"{name:>10}" for name in senders))
for noise, row in zip(noises, shares, strict=False):
    print(f"{noise:5}  " + "".join(f"{share:10.0%}" for share in row))
gains = hits - 1 / (others + 1)
quiet, noisy, nothing = (
    {name: over_seeds_and_items(gains[j, k]) for k, name in enumerate(senders)}
    for j in (0, noises.index(loud), -1)
)
verdict, intervals, outcomes = decide(margin, quiet)
print("with noise")
_, noisy_intervals, noisy_outcomes = decide(margin, noisy)
print("noise alone")
control = confirm("does not", margin, nothing)
# --8<-- [end:read]
worst_pixel = max(pixel_errors)
counts_right = np.mean([[c.mean() for c in each] for each in counted], axis=0)


# --8<-- [start:price]
def hits_of(seeds, noise, rate, purpose):
    """Which digits a model gets right that is trained together with such noise."""
    weights, x, y, choose, ledgers = data("alike", seeds, batches)
    rng = np.random.default_rng(seeds[0])
    x, y = x[:, :, :2], y[:, :, :2]
    note(ledgers, "train", x)
    weights = train(weights, x, y, rate, by_size, lambda d: send(rng, d, noise))
    items = {"choose": choose, "test": np.stack([held_out] * len(seeds))}[purpose]
    note(ledgers, purpose, items)
    return right(weights, as_seen(items, "alike"))[0]  # (S, N)


choices, trained = [], []
for noise in noises:
    tried = [
        hits_of(tuning_seeds, noise, np.float32(r), "choose").mean() for r in rates
    ]
    choices.append(rates[int(np.argmax(tried))])
    trained.append(hits_of(seeds, noise, np.float32(choices[-1]), "test"))
trained = np.array(trained, dtype=float)  # (noises, S, 797)
print("noise   right")
for noise, each in zip(noises, trained, strict=True):
    print(f"{noise:5} {each.mean():7.1%}")
lost = over_seeds_and_items(trained[0] - trained[noises.index(loud)])
_, price, price_outcomes = decide(dear, {"digits lost by the noise": lost})
# --8<-- [end:price]
n_seeds, accuracy = len(seeds), trained.mean(axis=(1, 2))

# --8<-- [start:figure]
figure, axes = plt.subplots()
for k, (name, mark) in enumerate(zip(senders, "o^s", strict=True)):
    axes.plot(100 * shares[:-1, k], mark + "-", color=("C1", "C3", "C4")[k], label=name)
axes.plot(100 * accuracy, "D--", color="C0", label="right after training")
axes.set(xlabel="noise, in lengths of the update", ylabel="%", ylim=(0, 102))
axes.set_xticks(range(len(noises)), noises)
axes.legend(loc=(0.3, 0.42))
plt.show()
# --8<-- [end:figure]
