"""A 3-2-1 network without bias, trained on targets that ignore its inputs.

One fresh sample a step, 1000 steps, the right gradient; a run is judged by the
expected loss of its final weights, 1/12 + E(f - 1/2)^2, which is exact in y.
"""

import matplotlib.pyplot as plt
import numpy as np

seeds = range(20)
steps = 1000

# --8<-- [start:regime]
judge_seed = 1000  # none of the seeds
x_judge = np.random.default_rng(judge_seed).random((100_000, 3))


def train(seed, learning_rate):
    rng = np.random.default_rng(seed)
    W1 = rng.random((3, 2))
    W2 = rng.random((2, 1))
    for step in range(steps):
        if (W1 <= 0).all():  # as x >= 0, no unit can be active again: dead
            return W1, W2, step
        x, y = rng.random((1, 3)), rng.random((1, 1))
        z1 = x @ W1  # (1, 2)
        a1 = np.maximum(z1, 0)
        dy_hat = 2 * (a1 @ W2 - y)  # (1, 1)
        dW2 = a1.T @ dy_hat
        dW1 = x.T @ (dy_hat @ W2.T * (z1 > 0))
        W1 = W1 - learning_rate * dW1
        W2 = W2 - learning_rate * dW2
    return W1, W2, steps


def expected_loss(W1, W2):
    f = np.maximum(x_judge @ W1, 0) @ W2
    return 1 / 12 + float(np.mean((f - 0.5) ** 2))


# --8<-- [end:regime]

# --8<-- [start:runs]
learning_rates = [0.01, 0.1, 1.0]
losses, lengths, final_weights = [], [], []
print("rate   lowest  median  highest  dead")
for learning_rate in learning_rates:
    runs = [train(seed, learning_rate) for seed in seeds]
    loss = np.array([expected_loss(W1, W2) for W1, W2, _ in runs])
    length = np.array([step for _, _, step in runs])
    print(
        f"{learning_rate:5} {loss.min():7.4f} {np.median(loss):7.4f} {loss.max():8.4f}"
        f" {np.sum(length < steps):5d}"
    )
    losses.append(loss)
    lengths.append(length)
    final_weights.append([np.vstack([W1, W2.T]) for W1, W2, _ in runs])
losses, lengths = np.array(losses), np.array(lengths)  # (3, 20)
final_weights = np.array(final_weights)  # (3, 20, 4, 2): W1 above W2
# --8<-- [end:runs]
dead_counts = np.sum(lengths < steps, axis=1)
medians, lowest, highest = np.median(losses, 1), losses.min(1), losses.max(1)
# of the runs that died, the last step that still changed something
last_death = int(lengths[2][lengths[2] < steps].max(initial=0))
median_death = float(np.median(lengths[2]))
linear_floor = 13 / 120
n_seeds = len(seeds)
below_linear = np.sum(losses < linear_floor, axis=1)

# --8<-- [start:spread]
floors = [
    (1 / 12, "any predictor", "center"),
    (19 / 192, "any ReLU, without bias", "top"),  # two lines close to each other
    (linear_floor, "linear, without bias", "bottom"),
    (1 / 3, "dead network", "center"),
]
figure, axes = plt.subplots()
for floor, name, side in floors:
    axes.axhline(floor, color="black", linewidth=0.7, linestyle=":")
    axes.text(19.8, floor, name, va=side, fontsize=10)
for loss, learning_rate, marker in zip(losses, learning_rates, "os^", strict=True):
    label = f"learning rate {learning_rate:g}"
    axes.plot(list(seeds), loss, marker, markersize=5, label=label)
axes.set(yscale="log", ylim=(0.075, 0.4), xlim=(-0.7, 19.5), xlabel="seed")
axes.set(ylabel="expected loss", xticks=range(0, 20, 5))
axes.set_yticks([0.1, 0.2, 0.3], ["0.1", "0.2", "0.3"])
axes.minorticks_off()
axes.legend(loc="center", bbox_to_anchor=(0.5, 0.72))
plt.show()
# --8<-- [end:spread]

# --8<-- [start:scatter]
W1, W2 = final_weights[0, 0, :3], final_weights[0, 0, 3:]  # learning rate 0.01, seed 0
rng = np.random.default_rng(judge_seed)
x, y = rng.random((200_000, 3)), rng.random((200_000, 1))
sample_losses = (np.maximum(x @ W1, 0) @ W2.T - y) ** 2
window_means = sample_losses.reshape(2000, 100).mean(axis=1)
window_sd = float(window_means.std())
window_low, window_high = (float(q) for q in np.quantile(window_means, [0.025, 0.975]))
window_sd_constant = (1 / 80 - 1 / 144) ** 0.5 / 10  # f = 1/2, in closed form
print(f"fixed network, expected loss {losses[0, 0]:.4f}")
print("means of 100 losses, 95% of them:")
print(f"  {window_low:.4f} to {window_high:.4f}")
print(f"standard deviation: {window_sd:.4f}")
print(f"  of f = 1/2: {window_sd_constant:.4f}")
# --8<-- [end:scatter]
