"""Gradient descent and Adam on handwritten digits, well scaled and badly scaled.

A 64-32-10 perceptron. Each optimiser tries the same number of learning rates, on the
same batches from the same weights; the validation set chooses, the test set reports.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

seeds = range(10)
steps, B, hidden = 400, 64, 32

# --8<-- [start:rule]
# Fixed before the first run.
level = 0.01  # a mean difference of less than one percentage point: "on a level"


def ahead(difference):
    """difference: of the test accuracies, Adam minus gradient descent, per seed."""
    mean, error = difference.mean(), difference.std(ddof=1) / len(difference) ** 0.5
    return bool(mean > max(level, 2 * error) and np.all(difference > 0))


def on_a_level(difference):
    return bool(abs(difference.mean()) < level)


def rule(well, badly):
    if on_a_level(well) and on_a_level(badly):
        return "holds"
    return "holds when" if on_a_level(well) and ahead(badly) else "did not show"


# --8<-- [end:rule]

# --8<-- [start:data]
pixels, labels = load_digits(return_X_y=True)
pixels = pixels - pixels.mean()
pixels = pixels / pixels.std()


def split(seed, badly):
    """600 digits to train on, 400 to choose by, the rest to report on."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    factors = 10.0 ** rng.uniform(-2, 0, size=64)  # one for each pixel
    x = pixels * factors if badly else pixels
    x, y = x[order], np.eye(10)[labels[order]]
    return [(x[part], y[part]) for part in np.split(np.arange(len(x)), [600, 1000])]


# --8<-- [end:data]


# --8<-- [start:train]
def forward(x, weights):
    W1, b1, W2, b2 = weights  # a leading axis for the learning rates
    a1 = np.maximum(x @ W1 + b1, 0)  # (R, B, hidden)
    scores = a1 @ W2 + b2
    scores = scores - scores.max(axis=-1, keepdims=True)
    return a1, scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def train(x, y, seed, optimiser, learning_rates):
    """All learning rates side by side: the same start, the same batches."""
    rng = np.random.default_rng(seed)
    start = [
        rng.normal(size=(64, hidden)) * (2 / 64) ** 0.5,
        np.zeros((1, hidden)),
        rng.normal(size=(hidden, 10)) * (2 / hidden) ** 0.5,
        np.zeros((1, 10)),
    ]
    weights = [np.stack([part] * len(learning_rates)) for part in start]
    means = [np.zeros_like(part) for part in weights]
    squares = [np.zeros_like(part) for part in weights]
    rate = np.array(learning_rates)[:, None, None]
    for step in range(1, steps + 1):
        chosen = rng.integers(len(x), size=B)
        a1, log_p = forward(x[chosen], weights)
        dz2 = (np.exp(log_p) - y[chosen]) / B
        dz1 = dz2 @ weights[2].transpose(0, 2, 1) * (a1 > 0)
        gradients = [
            x[chosen].T @ dz1,
            dz1.sum(axis=1, keepdims=True),
            a1.transpose(0, 2, 1) @ dz2,
            dz2.sum(axis=1, keepdims=True),
        ]
        for w, g, m, s in zip(weights, gradients, means, squares, strict=True):
            if optimiser == "adam":
                m += 0.1 * (g - m)
                s += 0.001 * (g**2 - s)
                g = m / (1 - 0.9**step) / (np.sqrt(s / (1 - 0.999**step)) + 1e-8)
            w -= rate * g
    return weights


# --8<-- [end:train]

# --8<-- [start:tune]
rates = {"sgd": np.logspace(-3, 2.5, 12), "adam": np.logspace(-5, 0.5, 12)}
accuracy, chosen_rates = {}, {}
print("test accuracy              mean   lowest  highest   learning rates chosen")
for inputs in ("well", "badly"):
    for optimiser, name in (("sgd", "gradient descent"), ("adam", "Adam")):
        scores, picks = [], []
        for seed in seeds:
            fit, validate, test = split(seed, inputs == "badly")
            with np.errstate(all="ignore"):  # too large a rate overflows, and loses
                weights = train(*fit, seed, optimiser, rates[optimiser])
                log_p = forward(validate[0], weights)[1]
                losses = -np.mean((log_p * validate[1]).sum(axis=-1), axis=1)
                log_p = forward(test[0], weights)[1]
            best = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
            assert 0 < best < len(losses) - 1, "the best rate lies at the grid's edge"
            hits = log_p[best].argmax(axis=1) == test[1].argmax(axis=1)
            scores.append(hits.mean())
            picks.append(rates[optimiser][best])
        accuracy[inputs, optimiser] = np.array(scores)
        chosen_rates[inputs, optimiser] = picks
        print(
            f"{inputs:5} scaled  {name:16}{np.mean(scores):7.1%}  {min(scores):7.1%}"
            f"  {max(scores):7.1%}   {min(picks):.2g} to {max(picks):.2g}"
        )
well = accuracy["well", "adam"] - accuracy["well", "sgd"]  # (seeds,)
badly = accuracy["badly", "adam"] - accuracy["badly", "sgd"]
for name, difference in (("well", well), ("badly", badly)):
    error = difference.std(ddof=1) / len(seeds) ** 0.5
    print(f"{name:5} scaled  Adam's lead: {difference.mean():+.1%}", end="")
    print(f", standard error {error:.1%}, ahead in {np.sum(difference > 0)} seeds")
# --8<-- [end:tune]
verdict = rule(well, badly)
well_sgd, well_adam = (float(accuracy["well", o].mean()) for o in ("sgd", "adam"))
badly_sgd, badly_adam = (float(accuracy["badly", o].mean()) for o in ("sgd", "adam"))
well_lead, badly_lead = float(well.mean()), float(badly.mean())
well_ahead, badly_ahead = int(np.sum(well > 0)), int(np.sum(badly > 0))
badly_least = float(badly.min())
n_seeds, n_rates = len(seeds), len(rates["sgd"])
sgd_rates, adam_rates = rates["sgd"], rates["adam"]

# --8<-- [start:pairs]
figure, axes = plt.subplots()
for start, inputs in ((0, "well"), (2, "badly")):
    pairs = np.array([accuracy[inputs, "sgd"], accuracy[inputs, "adam"]]) * 100
    axes.plot([start, start + 1], pairs, color="#5f6b76", linewidth=0.8)
    for place, values, colour in zip((0, 1), pairs, ("C0", "C1"), strict=True):
        axes.plot(np.full(n_seeds, start + place), values, "o", color=colour)
axes.set_xticks(range(4), ["descent", "Adam"] * 2)
axes.set(xlim=(-0.4, 3.4), ylabel="test accuracy (%)")
axes.text(0.5, 98, "well scaled", ha="center")
axes.text(2.5, 98, "badly scaled", ha="center")
plt.show()
# --8<-- [end:pairs]
