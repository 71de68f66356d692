"""Does a wider network do worse on new data? Digits, and 610 to 19,210 parameters.

200 digits to train on, with true labels or with a fifth of them random. Beside it a
model that must do worse at one width: least squares on as many features as examples.
"""

# time limit: 180 s

from functools import partial
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np

from shared.digits import held_out, labels, split
from shared.ledger import Ledger
from shared.perceptron import start
from shared.plots import curves, ticks
from shared.side_by_side import fit, look
from shared.verdict import confirm, decide, over_seeds_and_items

seeds = range(1000, 1030)
size, steps, fewer = 200, 1000, 150
widths = [8, 16, 24, 32, 64, 128, 256]
features = [25, 50, 100, 200, 400, 800]
ledgers = [Ledger() for _ in seeds]

# --8<-- [start:rule]
# Fixed before the first run with these seeds. An effect is by how much the share of
# wrong held-out digits grows from a narrower model to a wider one, over seeds and digits.
margin = 0.01  # one point: less would not decide how wide to build a network


def growth(choosing, wrong):  # (W, S, 400), (W, S, 797)
    """Between which widths validation's error grows most; what the test says of them."""
    errors = choosing.mean(axis=(1, 2))  # (W,), from ones for digits that are got wrong
    pairs = combinations(range(len(errors)), 2)
    narrow, wide = max(pairs, key=lambda pair: errors[pair[1]] - errors[pair[0]])
    return (narrow, wide), over_seeds_and_items(wrong[wide] - wrong[narrow])


# --8<-- [end:rule]


# --8<-- [start:data]
def draw(seed, spoilt):
    """Digits to train on, a share of which gets a label drawn at random; and others."""
    rng = np.random.default_rng(seed)
    items, choose = split(rng, size, 400)
    y = labels[items].copy()
    redraw = rng.permutation(size)[: round(spoilt * size)]
    y[redraw] = rng.integers(10, size=len(redraw))
    return items, y, choose, held_out, rng


# --8<-- [end:data]


# --8<-- [start:train]
def least_squares(x, y, width, rngs):
    """Random ReLU features; only the weights behind them are fitted, in closed form."""
    W1 = np.stack([start(rng, 64, width, 10)[0] for rng in rngs])  # (S, 64, width)
    W2 = np.linalg.pinv(np.maximum(x @ W1, 0)) @ y  # (S, width, 10)
    return lambda x: np.maximum(x @ W1, 0) @ W2


def measure(model, spoilt, width):
    """Ones for digits that are got wrong: in training, in choosing, in the test."""
    drawn = zip(*[draw(seed, spoilt) for seed in seeds], strict=True)
    items, y, choose, test, rngs = (np.array(each) for each in drawn)  # (S, ...)
    x = look(ledgers, "train", items)
    predict = model(x, np.eye(10, dtype="float32")[y], width, rngs)
    wrong = [predict(x).argmax(axis=-1) != y]  # (S, 200)
    for purpose, each in (("choose", choose), ("test", test)):
        scores = predict(look(ledgers, purpose, each))
        wrong.append(scores.argmax(axis=-1) != labels[each])
    return [each.astype(int) for each in wrong]


# --8<-- [end:train]

# --8<-- [start:widths]
network = partial(fit, steps=steps, B=50, rate=0.003)
stopped = partial(fit, steps=fewer, B=50, rate=0.003)
worlds = {
    "true labels": (network, 0.0, widths),
    "a fifth random": (network, 0.2, widths),
    "true, fewer steps": (stopped, 0.0, widths),
    "random, fewer steps": (stopped, 0.2, widths),
    "least squares": (least_squares, 0.0, features),  # the control
}
effects, errors, choices = {}, {}, []
for name, (model, spoilt, tried) in worlds.items():
    runs = [measure(model, spoilt, width) for width in tried]
    fitted, choosing, wrong = (np.array(each) for each in zip(*runs, strict=True))
    pair, effects[name] = growth(choosing, wrong)
    choices.append([tried[place] for place in pair])
    errors[name] = np.array([fitted.mean(axis=2), wrong.mean(axis=2)])  # (2, W, S)
    print(f"{name:19} training  held out")
    for width, *shares in zip(tried, *errors[name], strict=True):
        print(f"{width:18}{shares[0].mean():10.1%}{shares[1].mean():10.1%}")
# --8<-- [end:widths]

# --8<-- [start:decide]
by_construction = {"least squares": effects.pop("least squares")}
verdict, intervals, outcomes = decide(margin, effects)
control = confirm("holds", margin, by_construction)
# --8<-- [end:decide]
n_seeds, parameters = len(seeds), [75 * width + 10 for width in widths]
clean, noisy, clean_few, noisy_few, squares = (e.mean(axis=2) for e in errors.values())

# --8<-- [start:curves]
figure, axes = plt.subplots()
for name, color in zip(worlds, ("C0", "C1", "C2", "C4", "C5"), strict=True):
    curves(axes, worlds[name][2], 100 * errors[name][1], color, name)
axes.set(xscale="log", yscale="log", xlabel="width", ylabel="wrong held-out digits (%)")
axes.set_ylim(1, 100)
ticks(axes, [8, 16, 32, 64, 128, 256, 800], [5, 10, 20, 40, 80])
legend = axes.legend(fontsize=10, loc="lower center", ncols=2)
# --8<-- [end:curves]
