"""Ten nonlinear tasks: one perceptron with a shared trunk against one for each task.

Related tasks are mixtures of the same four ReLU units, unrelated tasks have their own.
"""

import numpy as np

from shared.adam import adam
from shared.adam import start as remember
from shared.ledger import Ledger
from shared.perceptron import backward, by_outputs, forward
from shared.verdict import over_seeds

seeds = range(1000, 1008)
tasks, inputs, units, noise = 10, 10, 4, 0.3
hidden, steps = 16, 400
counts = [10, 30, 100]  # samples for each task
learning_rates = np.array([0.003, 0.01, 0.03])[:, None, None, None]


# --8<-- [start:tasks]
def teachers(rng, related):
    W1 = rng.normal(size=(1 if related else tasks, inputs, units))
    W2 = rng.normal(size=(tasks, units, 1))
    x = rng.normal(size=(tasks, 2000, inputs))
    W2 = W2 / (np.maximum(x @ W1, 0) @ W2).std(axis=1, keepdims=True)  # equally loud
    return lambda x: np.maximum(x @ W1, 0) @ W2


def sample(rng, teacher, n, noise=noise):
    x = rng.normal(size=(tasks, n, inputs))
    y = teacher(x)
    return x, y + noise * rng.normal(size=y.shape)


# --8<-- [end:tasks]


# --8<-- [start:train]
def first_weights(rng, joint):
    trunks = 1 if joint else tasks
    return [
        rng.normal(size=(trunks, inputs, hidden)) * (2 / inputs) ** 0.5,
        np.zeros((trunks, 1, hidden)),
        rng.normal(size=(tasks, hidden, 1)) / hidden**0.5,
        np.zeros((tasks, 1, 1)),
    ]


def gradients(x, y, weights):
    """Of the losses of all tasks, added; a shared trunk gets the sum of what they ask."""
    a1, y_hat = forward(x, weights)  # (..., tasks, n, hidden), (..., tasks, n, 1)
    found = backward(x, a1, by_outputs(y_hat, y), weights)
    shared = weights[0].shape[-3] == 1
    return [
        g.sum(-3, keepdims=True) if shared and k < 2 else g for k, g in enumerate(found)
    ]


def train(used, weights, data, validation):
    """The weights of the rate and the step that the validation samples prefer."""
    used("train", *data)
    used("choose", *validation)
    weights = [w + 0 * learning_rates for w in weights]  # (rates, ...), side by side
    memory, best, chosen = remember(weights), np.inf, weights
    for step in range(1, steps + 1):
        slopes = gradients(*data, weights)
        weights, memory = adam(weights, slopes, memory, step, learning_rates)
        if step % 10 == 0:
            losses = test_error(weights, *validation)  # (rates,)
            if losses.min() < best:
                best, chosen = losses.min(), [w[losses.argmin()] for w in weights]
    return chosen


def test_error(weights, x, y):
    return np.mean((forward(x, weights)[1] - y) ** 2, axis=(-3, -2, -1))


# --8<-- [end:train]

# --8<-- [start:compare]
errors = np.zeros((2, 2, len(counts), len(seeds)))  # related?, joint?, samples, seed
for s, seed in enumerate(seeds):
    for k, related in enumerate([False, True]):
        for c, n in enumerate(counts):
            rng, used = np.random.default_rng([seed, k, n]), Ledger()
            teacher = teachers(rng, related)
            data, validation = sample(rng, teacher, n), sample(rng, teacher, 10)
            test = sample(rng, teacher, 1000, noise=0)
            used("test", *test)
            for j, joint in enumerate([False, True]):
                start = first_weights(rng, joint)
                weights = train(used, start, data, validation)
                errors[k, j, c, s] = test_error(weights, *test)

gains = errors[:, 0] - errors[:, 1]  # (related?, samples, seed)
intervals = np.array([[over_seeds(gain) for gain in row] for row in gains])
print("samples  apart joint  gain, 95%")
for k, kind in enumerate(["unrelated", "related"]):
    print(f"{kind} tasks")
    for c, n in enumerate(counts):
        a, b = errors[k, :, c].mean(axis=1)
        _, low, high = intervals[k, c]
        print(f"{n:7} {a:6.3f}{b:6.3f}  {low:+.3f} to {high:+.3f}")
# --8<-- [end:compare]
mean_errors = errors.mean(axis=3)  # (related?, joint?, samples)
n_seeds = len(seeds)
