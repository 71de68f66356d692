"""How the loss falls with more data and with more width, and where it stops falling.

Students learn from one wide teacher network, without noise. On logarithmic axes a
power law is a straight line: it is fitted to the first points and asked to foretell
the last one.
"""

import matplotlib.pyplot as plt
import numpy as np

seed = 7  # the teacher
seeds = range(5)  # the students and their data
inputs, teacher_width = 8, 256
steps, B, learning_rate = 2000, 128, 0.01

# --8<-- [start:rule]
# Fixed before the first run.
straight, close = 0.95, 1.25


def fit(sizes, losses):
    """A line through log sizes and log losses: its slope, level and R2."""
    u, v = np.log(sizes), np.log(losses)
    slope, level = np.polyfit(u, v, 1)
    return slope, level, 1 - np.var(v - slope * u - level) / np.var(v)


def foretold(sizes, losses):
    """The first five points foretell the last: the loss found / the loss foretold."""
    slope, level, _ = fit(sizes[:5], losses[:5])
    return losses[-1] / np.exp(slope * np.log(sizes[-1]) + level)


def rule(curves):
    """curves: (sizes, losses), with losses (len(sizes), seeds), for data and width."""
    lines = [fit(sizes, losses.mean(axis=1)) for sizes, losses in curves]
    if not all(slope < 0 and r2 > straight for slope, _, r2 in lines):
        return "did not show"
    ratios = [foretold(sizes, losses[:, i]) for sizes, losses in curves for i in seeds]
    return "holds" if max(ratios) < close else "holds when"


# --8<-- [end:rule]


# --8<-- [start:data]
def draw(rng, width):
    W1 = rng.normal(size=(inputs, width)) * (2 / inputs) ** 0.5
    W2 = rng.normal(size=(width, 1)) * (1 / width) ** 0.5
    return [W1, rng.normal(size=(1, width)), W2, np.zeros((1, 1))]


def predict(x, weights):
    W1, b1, W2, b2 = weights
    a1 = np.maximum(x @ W1 + b1, 0)
    return a1, a1 @ W2 + b2


teacher = draw(np.random.default_rng(seed), teacher_width)


def examples(rng, N):
    x = rng.normal(size=(N, inputs))
    return x, predict(x, teacher)[1]


y_many = examples(np.random.default_rng(seed), 10_000)[1]
mean, scale = float(y_many.mean()), float(y_many.std())
# --8<-- [end:data]


# --8<-- [start:train]
def train(N, width):
    """All seeds side by side: the test loss of each, as a share of the variance."""
    rngs = [np.random.default_rng(s) for s in seeds]
    sets = [
        [np.stack(part).astype("float32") for part in zip(*drawn, strict=True)]
        for drawn in ([examples(rng, n) for rng in rngs] for n in (2000, 1000, N))
    ]
    (x_test, y_test), (x_val, y_val), (x, y) = (
        (u, (v - mean) / scale) for u, v in sets
    )
    starts = [draw(rng, width) for rng in rngs]
    weights = [np.stack(part).astype("float32") for part in zip(*starts, strict=True)]
    memory = [(np.zeros_like(part), np.zeros_like(part)) for part in weights]
    rows = np.arange(len(seeds))[:, None]
    history = []
    for step in range(1, steps + 1):
        chosen = np.stack([rng.integers(N, size=B) for rng in rngs])
        x_batch = x[rows, chosen]  # (seeds, B, inputs)
        a1, y_hat = predict(x_batch, weights)
        dy_hat = 2 * (y_hat - y[rows, chosen]) / B
        dz1 = dy_hat @ weights[2].transpose(0, 2, 1) * (a1 > 0)
        gradients = (
            x_batch.transpose(0, 2, 1) @ dz1,
            dz1.sum(axis=1, keepdims=True),
            a1.transpose(0, 2, 1) @ dy_hat,
            dy_hat.sum(axis=1, keepdims=True),
        )
        rate = learning_rate * (1 - step / steps)  # falls to zero
        rate *= (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        for w, g, (m, s) in zip(weights, gradients, memory, strict=True):
            m += 0.1 * (g - m)
            s += 0.001 * (g * g - s)
            w -= rate * m / (np.sqrt(s) + 1e-8)
        if step % (steps // 10) == 0:
            pairs = (x_val, y_val), (x_test, y_test)
            history.append(
                [np.mean((predict(u, weights)[1] - v) ** 2, (1, 2)) for u, v in pairs]
            )
    history = np.array(history, dtype=float)  # (10, 2, seeds)
    stop = history[:, 0].argmin(axis=0)  # validation chooses when to stop
    return history[stop, 1, np.arange(len(seeds))]


# --8<-- [end:train]

# --8<-- [start:runs]
data_sizes = [64, 128, 256, 512, 1024, 2048, 4096, 8192]  # at width 64
widths = [1, 2, 4, 8, 16, 32, 64, 128]  # on 8192 examples
by_data = np.array([train(N, 64) for N in data_sizes])  # (sizes, seeds)
by_width = np.array([train(8192, width) for width in widths])
print("examples   loss    width   loss     (shares of the variance of y)")
for N, loss, width, other in zip(
    data_sizes, by_data.mean(1), widths, by_width.mean(1), strict=True
):
    print(f"{N:8} {loss:7.4f} {width:7} {other:7.4f}")
# --8<-- [end:runs]

# --8<-- [start:lines]
curves = (data_sizes, by_data), (widths, by_width)
slopes, r2s, ratios = [], [], []
print("            all points        foretold by the first five:")
print("          slope      R2       last loss found / foretold, by seed")
for name, (sizes, losses) in zip(("examples", "width"), curves, strict=True):
    slope, _, r2 = fit(sizes, losses.mean(axis=1))
    off = [float(foretold(sizes, losses[:, i])) for i in seeds]
    slopes.append(float(slope))
    r2s.append(float(r2))
    ratios.append(off)
    print(
        f"{name:8} {slope:6.2f}  {r2:6.3f}       ", *(f"{ratio:.2f}" for ratio in off)
    )
verdict = rule(curves)
# --8<-- [end:lines]
data_means, width_means = by_data.mean(axis=1), by_width.mean(axis=1)
lowest_ratio, highest_ratio = float(np.min(ratios)), float(np.max(ratios))
data_ratio, width_ratio = (float(np.mean(off)) for off in ratios)
# the last doubling, of the data at width 64 and of the width on 8192 examples
last_data_gain = float(1 - data_means[-1] / data_means[-2])
first_data_gain = float(1 - data_means[1] / data_means[0])
last_width_gain = float(1 - width_means[-1] / width_means[-2])
n_seeds = len(seeds)

# --8<-- [start:curves]
figure, panels = plt.subplots(1, 2, sharey=True, layout="constrained")
titles = "training examples", "width"
for axes, title, (sizes, losses) in zip(panels, titles, curves, strict=True):
    slope, level, _ = fit(sizes[:5], losses.mean(axis=1)[:5])
    line = np.exp(level) * np.array(sizes, dtype=float) ** slope
    axes.plot(sizes, line, color="black", linewidth=0.8, linestyle="--")
    axes.plot(sizes, losses, "o", color="C0", markersize=4, alpha=0.5)
    axes.plot(sizes, losses.mean(axis=1), color="C0")
    axes.set(xscale="log", yscale="log", xlabel=title)
    axes.set_xticks(sizes[::2], [str(size) for size in sizes[::2]])
    axes.set_yticks([0.02, 0.1, 0.5], ["0.02", "0.1", "0.5"])
    axes.minorticks_off()
panels[0].set(ylabel="loss / variance of y")
plt.show()
# --8<-- [end:curves]
