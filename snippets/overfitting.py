"""Does a wider network overfit more? Digits, from 650 to 38,000 parameters.

200 training digits and four widths, once with true labels and once with a fifth of
them drawn at random; then one width and more and more digits. No early stopping, no
weight decay: each network may fit its training set as far as it can.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

seeds = range(5)
widths = [8, 32, 128, 512]
sizes = [50, 200, 600, 1297]
steps, B, learning_rate = 1500, 50, 0.001

# --8<-- [start:rule]
# Fixed before the first run. Errors are shares of wrong test digits, per seed.


def more(narrow, wide):
    """Whether errors grow from one to the other, in every seed and on average."""
    growth = wide - narrow
    error = growth.std(ddof=1) / len(growth) ** 0.5
    return bool(np.all(growth > 0) and growth.mean() > 2 * error)


def rule(clean, noisy):
    """clean, noisy: test errors (widths, seeds) with true and with spoilt labels."""
    hurts = [more(errors[0], errors[-1]) for errors in (clean, noisy)]
    return ["did not show", "holds when", "holds"][sum(hurts)]


# --8<-- [end:rule]

# --8<-- [start:data]
pixels, labels = load_digits(return_X_y=True)
pixels = ((pixels - pixels.mean()) / pixels.std()).astype("float32")


def draw(seed, size, spoilt=0.0):
    """`size` digits to train on, of which a share gets a label drawn at random."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    test, train = order[:500], order[500 : 500 + size]
    y = labels[train].copy()
    redraw = rng.permutation(size)[: round(spoilt * size)]
    y[redraw] = rng.integers(10, size=len(redraw))
    return pixels[train], y, pixels[test], labels[test]


# --8<-- [end:data]


# --8<-- [start:train]
def forward(x, weights):
    W1, b1, W2, b2 = weights
    a1 = np.maximum(x @ W1 + b1, 0)
    scores = a1 @ W2 + b2
    return a1, scores - scores.max(axis=1, keepdims=True)


def fit(x, y, width, seed):
    """Adam; the same steps, batch size and learning rate for every network."""
    rng = np.random.default_rng(seed)
    weights = [
        rng.normal(size=(64, width)) * (2 / 64) ** 0.5,
        np.zeros(width),
        rng.normal(size=(width, 10)) * (2 / width) ** 0.5,
        np.zeros(10),
    ]
    weights = [part.astype("float32") for part in weights]
    memory = [(np.zeros_like(part), np.zeros_like(part)) for part in weights]
    target = np.eye(10, dtype="float32")[y]
    for step in range(1, steps + 1):
        chosen = rng.integers(len(x), size=B)
        a1, scores = forward(x[chosen], weights)
        p = np.exp(scores)
        p /= p.sum(axis=1, keepdims=True)
        dz2 = (p - target[chosen]) / B
        dz1 = dz2 @ weights[2].T * (a1 > 0)
        gradients = x[chosen].T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0)
        scale = learning_rate * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        for w, g, (m, s) in zip(weights, gradients, memory, strict=True):
            m += 0.1 * (g - m)
            s += 0.001 * (g * g - s)
            w -= scale * m / (np.sqrt(s) + 1e-8)
    return weights


def errors(width, size, seed, spoilt=0.0):
    """Shares of wrong digits: in training, in the test."""
    x, y, x_test, y_test = draw(seed, size, spoilt)
    weights = fit(x, y, width, seed)
    return [
        float(np.mean(forward(u, weights)[1].argmax(axis=1) != v))
        for u, v in ((x, y), (x_test, y_test))
    ]


# --8<-- [end:train]

# --8<-- [start:widths]
tables = {}
for spoilt in (0.0, 0.2):
    tables[spoilt] = np.array(
        [[errors(width, 200, seed, spoilt) for seed in seeds] for width in widths]
    )  # (widths, seeds, 2)
print("200 digits           true labels        a fifth at random")
print("width  parameters   train     test       train     test")
for i, width in enumerate(widths):
    cells = [tables[spoilt][i].mean(axis=0) for spoilt in tables]
    print(
        f"{width:5}  {75 * width + 10:10,}  {cells[0][0]:6.1%}   {cells[0][1]:6.1%}"
        f"      {cells[1][0]:6.1%}   {cells[1][1]:6.1%}"
    )
clean, noisy = tables[0.0][:, :, 1], tables[0.2][:, :, 1]  # (widths, seeds)
verdict = rule(clean, noisy)
# --8<-- [end:widths]

# --8<-- [start:sizes]
grown = np.array([[errors(128, size, seed) for seed in seeds] for size in sizes])
print("width 128     train     test")
for size, row in zip(sizes, grown, strict=True):
    train_error, test_error = row.mean(axis=0)
    print(f"{size:4} digits  {train_error:6.1%}   {test_error:6.1%}")
# --8<-- [end:sizes]
train_clean, train_noisy = tables[0.0][:, :, 0].mean(1), tables[0.2][:, :, 0].mean(1)
clean_means, noisy_means = clean.mean(axis=1), noisy.mean(axis=1)
test_by_size, train_by_size = grown[:, :, 1].mean(axis=1), grown[:, :, 0].mean(axis=1)
n_seeds, n_wider_worse = len(seeds), int(np.sum(clean[-1] > clean[0]))
n_wider_worse_noisy = int(np.sum(noisy[-1] > noisy[0]))
least_harm = float(np.min(noisy - clean))  # what spoilt labels cost, at the least
spoilt_hurts = bool(np.all(noisy > clean))  # at every width, in every seed
parameters = [75 * width + 10 for width in widths]
more_data_helps = bool(np.all(np.diff(grown[:, :, 1], axis=0) < 0))  # in every seed

# --8<-- [start:curves]
figure, panels = plt.subplots(1, 2, sharey=True, layout="constrained")
for spread, colour, name in (
    (noisy, "C1", "a fifth of labels random"),
    (clean, "C0", "true labels"),
):
    panels[0].plot(widths, spread * 100, "o", color=colour, markersize=4, alpha=0.6)
    panels[0].plot(widths, spread.mean(axis=1) * 100, color=colour, label=name)
spread = grown[:, :, 1] * 100
panels[1].plot(sizes, spread, "o", color="C0", markersize=4, alpha=0.6)
panels[1].plot(sizes, spread.mean(axis=1), color="C0")
panels[0].set(xlabel="width", ylabel="test error (%)", ylim=(0, 42))
panels[1].set(xlabel="training digits")
for axes, ticks in zip(panels, (widths, sizes), strict=True):
    axes.set_xscale("log")
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
panels[0].legend(loc="upper right")
plt.show()
# --8<-- [end:curves]
