"""A dot product against a neural scorer: who predicts the missing ratings better?

Both learn a vector for each user and each item. The dot product multiplies them, the
scorer feeds them to a network. In one world the truth is a dot product, in the other
a network.
"""

import matplotlib.pyplot as plt
import numpy as np

seeds = range(5)
# time limit: 120 s
users, items, true_size, noise = 120, 80, 3, 0.3
size, hidden = 8, 32  # numbers in a vector, units of the scorer
steps, patience = 600, 100  # at most; without a gain on the validation set
learning_rates, decays = [0.01, 0.03], [1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
settings = [(rate, decay) for rate in learning_rates for decay in decays]


# --8<-- [start:truth]
def ratings(rng, nonlinear):
    p, q = rng.normal(size=(users, true_size)), rng.normal(size=(items, true_size))
    if nonlinear:  # a network of 16 units reads both vectors
        a, b = rng.normal(size=(2, true_size, 16))
        truth = np.tanh((p @ a)[:, None] + q @ b) @ rng.normal(size=16)
    else:
        truth = p @ q.T
    truth = (truth - truth.mean()) / truth.std()  # (120, 80)
    return (truth + noise * rng.normal(size=truth.shape)).astype("float32")


# --8<-- [end:truth]


# --8<-- [start:models]
class DotProduct:
    def start(self, rng):
        return [0.1 * rng.normal(size=(n, size)) for n in (users, items)]

    def predict(self, weights):
        P, Q = weights
        return P @ Q.T  # (120, 80)

    def gradients(self, weights, slope):
        P, Q = weights
        return [slope @ Q, slope.T @ P]


class Scorer:
    # Kept: to make such large arrays anew would cost more time than to fill them.
    a = np.empty((users, items, hidden), "float32")
    on = np.empty_like(a)

    def start(self, rng):
        P, Q = (0.1 * rng.normal(size=(n, size)) for n in (users, items))
        A, B = rng.normal(size=(2, size, hidden)) / size**0.5
        return [P, Q, A, B, np.zeros(hidden), rng.normal(size=hidden) / hidden**0.5]

    def predict(self, weights):
        P, Q, A, B, b, w = weights
        # The first layer reads P and Q side by side, which is a sum of two products.
        np.add((P @ A)[:, None], Q @ B + b, out=self.a)
        np.maximum(self.a, 0, out=self.a)
        return self.a @ w

    def gradients(self, weights, slope):
        P, Q, A, B, _, w = weights
        dw = slope.ravel() @ self.a.reshape(-1, hidden)
        np.greater(self.a, 0, out=self.on)
        user = (slope[:, None] @ self.on)[:, 0] * w  # (120, 32), summed over items
        item = np.einsum("ui,uih->ih", slope, self.on) * w  # (80, 32)
        gradients = [user @ A.T, item @ B.T, P.T @ user, Q.T @ item]
        return [*gradients, item.sum(axis=0), dw]


# --8<-- [end:models]


# --8<-- [start:train]
def train(rng, model, observed, train_mask, validation_mask, rate, decay):
    """Adam on the training ratings; the predictions that validation prefers."""
    weights = [w.astype("float32") for w in model.start(rng)]
    means = [np.zeros_like(w) for w in weights]
    squares = [np.zeros_like(w) for w in weights]
    best = np.inf, None, 0
    for step in range(1, steps + 1):
        error = model.predict(weights) - observed
        loss = np.mean(error[validation_mask] ** 2)
        if loss < best[0]:
            best = loss, error + observed, step
        if step - best[2] == patience:
            break
        slope = np.where(train_mask, error, 0) * np.float32(2 / train_mask.sum())
        for k, g in enumerate(model.gradients(weights, slope)):
            g = g + 2 * decay * weights[k]
            means[k] = 0.9 * means[k] + 0.1 * g
            squares[k] = 0.999 * squares[k] + 0.001 * g**2
            scale = np.sqrt(squares[k] / (1 - 0.999**step)) + 1e-8
            weights[k] = weights[k] - rate * means[k] / (1 - 0.9**step) / scale
    return best


# --8<-- [end:train]

# --8<-- [start:compare]
models = [DotProduct(), Scorer()]
rmse = np.zeros((2, 3, len(seeds)))  # nonlinear?, method, seed
stops = np.zeros((2, 2, len(seeds)), int)  # nonlinear?, model, seed: step kept
chosen = np.zeros_like(stops)  # the setting kept
for run in seeds:
    for k, nonlinear in enumerate([False, True]):
        rng = np.random.default_rng([run, k])
        observed = ratings(rng, nonlinear)
        part = rng.random((users, items))
        known, validation, test = (
            part < 0.2,
            (part >= 0.2) & (part < 0.25),
            part >= 0.25,
        )
        for m, model in enumerate(models):
            runs = [
                train(rng, model, observed, known, validation, *s) for s in settings
            ]
            chosen[k, m, run] = best = int(np.argmin([loss for loss, _, _ in runs]))
            _, predicted, stops[k, m, run] = runs[best]
            rmse[k, m, run] = np.mean((predicted - observed)[test] ** 2) ** 0.5
        total = np.where(known, observed, 0)
        of_user = total.sum(1, keepdims=True) / np.maximum(
            known.sum(1, keepdims=True), 1
        )
        of_item = total.sum(0) / np.maximum(known.sum(0), 1)
        averages = of_user + of_item - observed[known].mean()
        rmse[k, 2, run] = np.mean((averages - observed)[test] ** 2) ** 0.5

names = ["dot product", "neural scorer", "averages", "noise alone"]
print("truth       " + "".join(f"{name:>16}" for name in names))
for k, world in enumerate(["bilinear", "nonlinear"]):
    cells = [f"{r.mean():.3f} +- {r.std(ddof=1):.3f}" for r in rmse[k]]
    print(f"{world:12}" + "".join(f"{cell:>16}" for cell in cells) + f"{noise:16}")
# --8<-- [end:compare]


# --8<-- [start:verdict]
def agrees(gain):
    """Every seed says so, and the mean is more than two standard errors from 0."""
    error = gain.std(ddof=1) / len(gain) ** 0.5
    return bool((gain > 0).all() and gain.mean() > 2 * error)


gain = rmse[:, 0] - rmse[:, 1]  # (nonlinear?, seed): above 0, the scorer is better
scorer_better = [agrees(g) for g in gain]
dot_better = [agrees(-g) for g in gain]
scorer_wins = np.sum(gain > 0, axis=1)
if all(scorer_better):
    verdict = "holds"
else:
    verdict = "holds when" if any(scorer_better) else "did not show"
print("scorer better on bilinear, nonlinear truth:", scorer_better)
print("dot product better:                        ", dot_better)
print(f"seeds won by the scorer: {scorer_wins[0]} and {scorer_wins[1]} of {len(seeds)}")
print("verdict:", verdict)
# --8<-- [end:verdict]
mean_rmse = rmse.mean(axis=2)  # (nonlinear?, method)
mean_gain = gain.mean(axis=1)
n_seeds, n_settings = len(seeds), len(settings)
gain_errors = gain.std(axis=1, ddof=1) / len(seeds) ** 0.5

# --8<-- [start:figure]
figure, axes = plt.subplots()
for m, (name, marker) in enumerate(zip(names[:3], "os^", strict=True)):
    for k in range(2):
        place = k + 0.22 * (m - 1)
        label = name if k == 0 else None
        axes.plot([place] * len(seeds), rmse[k, m], marker, color=f"C{m}", label=label)
axes.axhline(noise, color="black", linewidth=0.7, linestyle=":")
axes.set(xlim=(-0.5, 1.5), ylim=(0.2, 1.2), ylabel="error on hidden ratings")
axes.set_xticks([0, 1], ["bilinear truth", "nonlinear truth"])
axes.legend()
plt.show()
# --8<-- [end:figure]
