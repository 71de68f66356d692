"""Twenty 3-2-1 students learn from one 3-2-1 teacher: same data, other starts.

Teacher and students have biases and centred weights; there is no noise, so a loss
of zero is possible. Full-batch gradient descent, all students side by side; once
on the raw inputs, once on the same inputs standardised.
"""

import matplotlib.pyplot as plt
import numpy as np

seed = 7  # the teacher and the data
seeds = range(20)  # the students
N, N_test = 256, 2000
learning_rate, steps = 0.1, 20_000

# --8<-- [start:fates]
# Fixed before the first run; losses are shares of the variance of y.
exact_below = 1e-6


def fate(loss, active):
    """active: whether any hidden unit is active on any training input."""
    if not active:
        return "dead"
    return "exact" if loss < exact_below else "stuck"


# --8<-- [end:fates]


# --8<-- [start:teacher]
def draw(rng):
    W1, b1 = rng.normal(size=(3, 2)), rng.normal(size=(1, 2))
    W2, b2 = rng.normal(size=(2, 1)), rng.normal(size=(1, 1))
    return W1, b1, W2, b2


rng = np.random.default_rng(seed)
x, x_test = rng.random((N, 3)), rng.random((N_test, 3))
active_shares = np.zeros(2)
while not np.all((active_shares > 0.2) & (active_shares < 0.8)):  # both units switch
    V1, c1, V2, c2 = draw(rng)
    active_shares = np.mean(x @ V1 + c1 > 0, axis=0)
y, y_test = (np.maximum(u @ V1 + c1, 0) @ V2 + c2 for u in (x, x_test))
variance = float(y.var())
print(f"the teacher's units are active on {active_shares[0]:.0%}", end=" ")
print(f"and {active_shares[1]:.0%} of the inputs; variance of y {variance:.4f}")
# --8<-- [end:teacher]


# --8<-- [start:students]
def predict(x, W1, b1, W2, b2):
    a1 = np.maximum(x @ W1 + b1, 0)  # (20, N, 2): a leading axis for the students
    return a1, a1 @ W2 + b2  # (20, N, 1)


def train(x):
    starts = [draw(np.random.default_rng(s)) for s in seeds]
    W1, b1, W2, b2 = (np.stack(part) for part in zip(*starts, strict=True))
    history = []
    for step in range(steps + 1):
        a1, y_hat = predict(x, W1, b1, W2, b2)
        if step in history_steps:
            history.append(np.mean((y_hat - y) ** 2, axis=(1, 2)) / variance)
        if step == steps:
            return (W1, b1, W2, b2), np.array(history)
        dy_hat = 2 * (y_hat - y) / N
        dz1 = dy_hat @ W2.transpose(0, 2, 1) * (a1 > 0)
        W2 -= learning_rate * a1.transpose(0, 2, 1) @ dy_hat
        b2 -= learning_rate * dy_hat.sum(axis=1, keepdims=True)
        W1 -= learning_rate * x.T @ dz1
        b1 -= learning_rate * dz1.sum(axis=1, keepdims=True)


def standardise(x):
    return (x - 1 / 2) * 12**0.5  # U(0, 1): mean 1/2, variance 1/12


history_steps = np.append(0, np.unique(np.geomspace(1, steps, 22).astype(int)))
names = ["exact", "stuck", "dead"]
history, units, test_losses, fates, counts = [], [], [], [], []
print(f"{'inputs':14}{''.join(f'{name:>7}' for name in names)}")
for inputs, change in (("raw", np.copy), ("standardised", standardise)):
    weights, curves = train(change(x))
    history.append(curves)
    units.append(np.any(predict(change(x), *weights)[0] > 0, axis=1).sum(axis=1))
    errors = predict(change(x_test), *weights)[1] - y_test
    test_losses.append(np.mean(errors**2, axis=(1, 2)) / y_test.var())
    fates.append([fate(*pair) for pair in zip(curves[-1], units[-1] > 0, strict=True)])
    counts.append([fates[-1].count(name) for name in names])
    print(f"{inputs:14}{''.join(f'{count:7}' for count in counts[-1])}")
# --8<-- [end:students]
history = np.array(history)  # (2, steps kept, 20)
losses = history[:, -1]  # (2, 20)
test_losses, units = np.array(test_losses), np.array(units)  # units left active
counts = np.array(counts)
best_raw, best_standardised = (float(low) for low in losses.min(axis=1))
medians = np.median(losses, axis=1)
one_unit = np.sum(units == 1, axis=1)  # runs that are left with one active unit
same_minimum = np.sum(np.isclose(losses, best_raw, rtol=0.01), axis=1)
n_students = len(seeds)

# --8<-- [start:curves]
figure, panels = plt.subplots(1, 2, sharey=True, layout="constrained")
colours = {"exact": "#2e8b62", "stuck": "#2f6fb0", "dead": "#c8502e"}
titles = ["raw inputs", "standardised inputs"]
for axes, title, curves, ends in zip(panels, titles, history, fates, strict=True):
    for curve, end in zip(curves.T, ends, strict=True):
        axes.plot(history_steps, curve, color=colours[end], linewidth=1)
    axes.set(title=title, xscale="symlog", yscale="log", xlabel="step")
    axes.axhline(exact_below, color="black", linewidth=0.7, linestyle=":")
    axes.set(ylim=(1e-7, 1e3))  # the exact curve goes on below
    axes.set_xticks([0, 10, 1000], ["0", "10", "1000"])
    axes.minorticks_off()
panels[0].set(ylabel="loss / variance of y")
for name in names:
    panels[0].plot([], [], color=colours[name], label=name)
panels[0].legend(loc="lower left", bbox_to_anchor=(0, 0.12))
plt.show()
# --8<-- [end:curves]

# --8<-- [start:rule]
# Written when the fates above were known. "Repeated iterations gradually improve the
# model": from one kept step to the next no student gets worse by more than 1%, and in
# the end each does better than the constant, whose loss is 1.
rises = history[:, 1:] / history[:, :-1]  # (2, steps kept - 1, 20)
improves = np.all(rises < 1.01, axis=1) & (losses < 0.99)  # (2, 20)
verdict = ["did not show", "holds when", "holds"][sum(improves.all(axis=1))]
# --8<-- [end:rule]
n_improves, n_rises = improves.sum(axis=1), np.any(rises >= 1.01, axis=1).sum(axis=1)
late = int(history_steps[-6])  # five marks before the end
idle = np.sum(losses > 0.99 * history[:, -6], axis=1)  # less than 1% better since then
