"""Dilated against undilated causal convolutions on the note of a plucked string.

Each sample is 0.9 times the sample one period earlier, plus noise. Both networks
have the same weights to learn; only how far back they see differs.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

seeds = range(5)
tuning_seeds = range(100, 103)  # none of the seeds
# time limit: 180 s
steps, batch_size, channels = 400, 8, 8

# --8<-- [start:signal]
periods = {"low note": 24, "high note": 4}  # in samples
floor = 1 - 0.9**2  # variance of the noise; that of the signal is 1


def strings(period, count, length, rng):
    x = rng.normal(size=(count, 1, period))
    while x.shape[1] * period < length:
        noise = rng.normal(0, np.sqrt(floor), size=(count, 1, period))
        x = np.concatenate([x, 0.9 * x[:, -1:] + noise], axis=1)
    return x.reshape(count, -1)[:, :length].astype("float32")


# --8<-- [end:signal]

# --8<-- [start:model]
dilations = {"undilated": [1, 1, 1, 1, 1], "dilated": [1, 2, 4, 8, 16]}
reach = {name: 1 + sum(d) for name, d in dilations.items()}


def network(x, weights, dilation):
    into, into_bias, *layers, out, out_bias = weights
    h = tf.tensordot(x[:, :, None], into, 1) + into_bias  # (N, T, channels)
    for d, weight, bias in zip(dilation, layers[0::2], layers[1::2], strict=True):
        earlier = tf.pad(h[:, :-d], [[0, 0], [d, 0], [0, 0]])
        both = tf.concat([earlier, h], axis=2)  # (N, T, 2 channels)
        h += tf.nn.relu(tf.tensordot(both, weight, 1) + bias)
    y_hat = tf.tensordot(h, out, 1) + out_bias  # (N, T, 1), at t: what x is at t + 1
    return y_hat[:, :, 0]


def first_weights(rng):
    def layer(rows, columns):
        return [rng.normal(0, rows**-0.5, (rows, columns)), np.zeros(columns)]

    weights = layer(1, channels)
    for _ in range(5):
        weights += layer(2 * channels, channels)
    weights += layer(channels, 1)
    return [tf.constant(w, tf.float32) for w in weights]


# --8<-- [end:model]

# --8<-- [start:leak]
rng = np.random.default_rng(100)
weights = first_weights(rng)
n_parameters = sum(int(tf.size(w)) for w in weights)
x = rng.normal(size=(1, 100)).astype("float32")
changed = x.copy()
changed[:, 60:] += 1  # the future of sample 59
for name, dilation in dilations.items():
    difference = network(x, weights, dilation) - network(changed, weights, dilation)
    affected = np.flatnonzero(difference[0])
    assert affected.min() == 60, "a prediction has seen its future"
    print(f"{name:9}  {n_parameters} parameters, sees {reach[name]:2} samples")
print("changing samples from 60 on changes no prediction made before 60")
# --8<-- [end:leak]


# --8<-- [start:train]
def squared_error(x, weights, dilation):
    # not before every prediction has all the past that it can use
    return tf.reduce_mean((network(x, weights, dilation)[:, 32:-1] - x[:, 33:]) ** 2)


def trainer(dilation):
    @tf.function
    def train(weights, x, batches, learning_rate):
        first = [tf.zeros_like(w) for w in weights]
        second = [tf.zeros_like(w) for w in weights]
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                loss = squared_error(tf.gather(x, batches[step]), weights, dilation)
            gradients = tape.gradient(loss, weights)
            t = tf.cast(step + 1, tf.float32)  # Adam
            first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients, strict=True)]
            second = [
                0.999 * v + 0.001 * g**2 for v, g in zip(second, gradients, strict=True)
            ]
            scale = learning_rate * tf.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            weights = [
                w - scale * m / (tf.sqrt(v) + 1e-7)
                for w, m, v in zip(weights, first, second, strict=True)
            ]
        return weights

    return train


trainers = {name: trainer(dilation) for name, dilation in dilations.items()}


def fit(name, period, seed, learning_rate):
    rng = np.random.default_rng(seed)
    x = strings(period, 64, 160, rng)
    validation = strings(period, 32, 500, rng)
    test = strings(period, 32, 500, rng)
    batches = rng.integers(len(x), size=(steps, batch_size))
    weights = trainers[name](first_weights(rng), x, batches, tf.constant(learning_rate))
    errors = [
        squared_error(part, weights, dilations[name]) for part in (validation, test)
    ]
    return [float(error) for error in errors], weights


# --8<-- [end:train]

# --8<-- [start:tune]
learning_rates = [0.003, 0.01, 0.03]


def validation_error(name, period, learning_rate):
    runs = [fit(name, period, seed, learning_rate) for seed in tuning_seeds]
    return np.mean([error for (error, _), _ in runs])


chosen_rates = [
    [
        min(learning_rates, key=lambda rate: validation_error(name, period, rate))
        for name in dilations
    ]
    for period in periods.values()
]
# --8<-- [end:tune]

# --8<-- [start:result]
errors = np.zeros((2, 2, len(seeds)))  # note, network, seed
for i, period in enumerate(periods.values()):
    for j, name in enumerate(dilations):
        runs = [fit(name, period, seed, chosen_rates[i][j]) for seed in seeds]
        errors[i, j] = [test_error for (_, test_error), _ in runs]
        if (i, j) == (0, 1):
            kept = np.concatenate([tf.reshape(w, [-1]) for w in runs[0][1]])
means = errors.mean(axis=2)
print("note       network      rate    mean  lowest  highest")
for i, note in enumerate(periods):
    for j, name in enumerate(dilations):
        e = errors[i, j]
        print(
            f"{note:9}  {name:9}  {chosen_rates[i][j]:6}"
            f"  {e.mean():.3f}   {e.min():.3f}    {e.max():.3f}"
        )
print(f"noise floor {floor:.3f}, always guessing the mean 1.000")
# --8<-- [end:result]


# --8<-- [start:verdict]
smallest = 0.05  # an advantage below this is none, where the signal's variance is 1


def ahead(advantage):
    error = advantage.std(ddof=1) / np.sqrt(len(advantage))
    clear = advantage.mean() > max(2 * error, smallest)
    return bool(clear and (advantage > 0).all())


advantages = errors[:, 0] - errors[:, 1]  # (2 notes, seeds)
low, high = (ahead(advantage) for advantage in advantages)
verdict = "did not show"
if low:
    verdict = "holds" if high else "holds when"
print(f"low note:  advantage {advantages[0].mean():+.3f}   ahead: {low}")
print(f"high note: advantage {advantages[1].mean():+.3f}   ahead: {high}")
print("verdict:", verdict)
# --8<-- [end:verdict]
reach_undilated, reach_dilated = reach.values()
low_period, high_period = periods.values()
mean_advantages = advantages.mean(axis=1)
n_seeds, n_tuning = len(seeds), len(tuning_seeds)
near_floor = int(np.sum(errors[0, 1] < 2 * floor))  # dilated, low note

# --8<-- [start:figure]
figure, axes = plt.subplots()
for j, (name, marker) in enumerate(zip(dilations, "o^", strict=True)):
    for i in range(2):
        at = i + 0.3 * j - 0.15 + np.linspace(-0.06, 0.06, len(seeds))
        label = name if i == 0 else None
        axes.plot(at, errors[i, j], f"C{j}{marker}", markersize=7, label=label)
axes.axhline(floor, color="black", linestyle=":", linewidth=1)
axes.text(0.5, floor + 0.02, "noise floor", ha="center", va="bottom")
axes.set(xticks=range(2), xlim=(-0.5, 1.5), ylim=(0, 1.1), ylabel="squared error")
axes.set_xticklabels(periods)
axes.legend()
plt.show()
# --8<-- [end:figure]
