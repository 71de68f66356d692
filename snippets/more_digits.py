"""What more data does to a network that fits all of it: held-out digits got wrong.

One width, five seeds, from 50 to 600 digits. This is a picture, not a verdict.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.digits import held_out, labels, split
from shared.ledger import Ledger
from shared.plots import curves, ticks
from shared.side_by_side import fit, look

seeds = range(1000, 1005)
sizes, width, steps = [50, 100, 200, 400, 600], 128, 1000
ledgers = [Ledger() for _ in seeds]


# --8<-- [start:sizes]
def errors(size):
    """Shares of wrong digits for each seed, (2, S): in training, of those held out."""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    items = np.stack([split(rng, size, 0)[0] for rng in rngs])  # (S, size)
    test = np.tile(held_out, (len(seeds), 1))  # (S, 797)
    x, y = look(ledgers, "train", items), np.eye(10, dtype="float32")[labels[items]]
    predict = fit(x, y, width, rngs, steps, B=50, rate=0.003)
    x_test = look(ledgers, "test", test)
    return [
        (predict(u).argmax(axis=-1) != labels[v]).mean(axis=-1)
        for u, v in ((x, items), (x_test, test))
    ]


grown = np.array([errors(size) for size in sizes])  # (sizes, 2, seeds)
train_errors, test_errors = grown.mean(axis=2).T  # (sizes,) each
print("digits   training   held out")
for size, fitted, wrong in zip(sizes, train_errors, test_errors, strict=True):
    print(f"{size:6}{fitted:11.1%}{wrong:11.1%}")
# --8<-- [end:sizes]
n_seeds = len(seeds)
helps = bool(np.all(np.diff(grown[:, 1], axis=0) < 0))  # each more, in every seed

# --8<-- [start:curve]
figure, axes = plt.subplots()
curves(axes, sizes, 100 * grown[:, 1], "C0")
axes.set(xscale="log", xlabel="training digits", ylabel="wrong held-out digits (%)")
axes.set_ylim(bottom=0)
ticks(axes, sizes)
# --8<-- [end:curve]
