"""Ten nonlinear tasks: one perceptron with a shared trunk against one for each task.

Related tasks are mixtures of the same four ReLU units, unrelated tasks have their own.
"""

import numpy as np

seeds = range(5)
tasks, inputs, units, noise = 10, 10, 4, 0.3
hidden, steps = 16, 600
counts = [10, 30, 100]  # samples for each task
learning_rates = [0.003, 0.01, 0.03]


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
def forward(x, W1, b1, W2, b2):
    a1 = np.maximum(x @ W1 + b1, 0)  # (tasks, n, hidden)
    return a1, a1 @ W2 + b2  # (tasks, n, 1)


def train(rng, joint, data, validation, learning_rate):
    """Adam; keeps the weights of the step that validation prefers."""
    x, y = data
    trunks = 1 if joint else tasks
    weights = [
        rng.normal(size=(trunks, inputs, hidden)) * (2 / inputs) ** 0.5,
        np.zeros((trunks, 1, hidden)),
        rng.normal(size=(tasks, hidden, 1)) / hidden**0.5,
        np.zeros((tasks, 1, 1)),
    ]
    means = [np.zeros_like(w) for w in weights]
    squares = [np.zeros_like(w) for w in weights]
    best = np.inf, weights
    for step in range(1, steps + 1):
        a1, y_hat = forward(x, *weights)
        dy = 2 * (y_hat - y) / x.shape[1]
        da1 = dy @ weights[2].transpose(0, 2, 1) * (a1 > 0)
        gradients = [
            x.transpose(0, 2, 1) @ da1,
            da1.sum(axis=1, keepdims=True),
            a1.transpose(0, 2, 1) @ dy,
            dy.sum(axis=1, keepdims=True),
        ]
        if joint:  # every task pulls at the one trunk
            gradients[:2] = [g.sum(axis=0, keepdims=True) for g in gradients[:2]]
        for k, g in enumerate(gradients):
            means[k] = 0.9 * means[k] + 0.1 * g
            squares[k] = 0.999 * squares[k] + 0.001 * g**2
            scale = np.sqrt(squares[k] / (1 - 0.999**step)) + 1e-8
            move = learning_rate * means[k] / (1 - 0.9**step) / scale
            weights[k] = weights[k] - move
        if step % 10 == 0:
            loss = np.mean((forward(validation[0], *weights)[1] - validation[1]) ** 2)
            best = min(best, (loss, list(weights)), key=lambda pair: pair[0])
    return best


# --8<-- [end:train]

# --8<-- [start:compare]
errors = np.zeros((2, 2, len(counts), len(seeds)))  # related?, joint?, samples, seed
for run in seeds:
    for k, related in enumerate([False, True]):
        for c, n in enumerate(counts):
            rng = np.random.default_rng([run, k, n])
            teacher = teachers(rng, related)
            data, validation = sample(rng, teacher, n), sample(rng, teacher, 10)
            x, y = sample(rng, teacher, 1000, noise=0)
            for j, joint in enumerate([False, True]):
                runs = [train(rng, joint, data, validation, r) for r in learning_rates]
                _, weights = min(runs, key=lambda pair: pair[0])
                errors[k, j, c, run] = np.mean((forward(x, *weights)[1] - y) ** 2)

gain = errors[:, 0] - errors[:, 1]  # (related?, samples, seed)
wins = np.sum(gain > 0, axis=2)  # of the seeds
print("                  unrelated tasks                related tasks")
print("samples   separate   joint  joint wins   separate   joint  joint wins")
for c, n in enumerate(counts):
    (a, b), (d, e) = errors[:, :, c].mean(axis=2)
    row = f"{n:7} {a:10.3f} {b:7.3f} {wins[0, c]:6} of {len(seeds)}"
    print(row + f" {d:10.3f} {e:7.3f} {wins[1, c]:6} of {len(seeds)}")
# --8<-- [end:compare]
mean_errors = errors.mean(axis=3)  # (related?, joint?, samples)
n_seeds = len(seeds)
