"""Masked-pixel pre-training on handwritten digits: does it help with few labels?

A network restores hidden pixels of unlabelled images; then it is fine-tuned on a few
labels, beside a twin that starts from random weights.
"""

import numpy as np
from sklearn.datasets import load_digits

seeds = range(5)
hidden, pretraining_steps, tuning_steps = 128, 2000, 150
label_counts = [2, 5, 10, 20]  # for each class
learning_rates = [0.001, 0.003, 0.01]  # chosen on the validation set, on both sides

# --8<-- [start:data]
images, labels = load_digits(return_X_y=True)
images = images / 16  # (1797, 64)


def split(rng):
    order = rng.permutation(len(images))
    return order[:1000], order[1000:1200], order[1200:]  # training, validation, test


# --8<-- [end:data]


# --8<-- [start:network]
def forward(x, W1, b1, W2, b2):
    a1 = np.maximum(x @ W1 + b1, 0)  # (N, 128)
    return a1, a1 @ W2 + b2


def first_layer(rng):
    return [rng.normal(size=(64, hidden)) * (2 / 64) ** 0.5, np.zeros(hidden)]


def last_layer(rng, outputs):
    return [rng.normal(size=(hidden, outputs)) / hidden**0.5, np.zeros(outputs)]


def adam(weights, batch, loss_slope, steps, learning_rate):
    """Trains on batch() -> (x, y), yielding the weights after each step."""
    means = [np.zeros_like(w) for w in weights]
    squares = [np.zeros_like(w) for w in weights]
    for step in range(1, steps + 1):
        x, y = batch()
        a1, output = forward(x, *weights)
        d2 = loss_slope(output, y) / len(x)
        d1 = d2 @ weights[2].T * (a1 > 0)
        gradients = [x.T @ d1, d1.sum(axis=0), a1.T @ d2, d2.sum(axis=0)]
        for k, g in enumerate(gradients):
            means[k] = 0.9 * means[k] + 0.1 * g
            squares[k] = 0.999 * squares[k] + 0.001 * g**2
            scale = np.sqrt(squares[k] / (1 - 0.999**step)) + 1e-8
            move = learning_rate * means[k] / (1 - 0.9**step) / scale
            weights[k] = weights[k] - move
        yield weights


# --8<-- [end:network]


# --8<-- [start:pretrain]
def pretrain(rng, x):
    def batch():
        clean = x[rng.integers(len(x), size=128)]
        return clean * (rng.random(clean.shape) > 0.5), clean  # half of the pixels

    weights = first_layer(rng) + last_layer(rng, 64)
    start = restoring_loss(rng, weights, x)
    for trained in adam(weights, batch, np.subtract, pretraining_steps, 0.003):
        weights = trained
    return weights[:2], restoring_loss(rng, weights, x) / start


def restoring_loss(rng, weights, x):
    kept = rng.random(x.shape) > 0.5
    return np.mean(((forward(x * kept, *weights)[1] - x) ** 2)[~kept])


# --8<-- [end:pretrain]


# --8<-- [start:tune]
def accuracy(weights, part):
    return float(np.mean(forward(images[part], *weights)[1].argmax(1) == labels[part]))


def softmax_slope(output, y):
    p = np.exp(output - output.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True) - y


def fine_tune(rng, layer, few, validation, test):
    """All weights move; learning rate and step are those that validation prefers."""
    head = last_layer(rng, 10)
    x, y = images[few], np.eye(10)[labels[few]]
    best = -1.0, 0.0
    for learning_rate in learning_rates:
        start = [w.copy() for w in layer + head]
        run = adam(start, lambda: (x, y), softmax_slope, tuning_steps, learning_rate)
        for step, weights in enumerate(run):
            if step % 10 == 9 and (score := accuracy(weights, validation)) > best[0]:
                best = score, accuracy(weights, test)
    return best[1]


# --8<-- [end:tune]

# --8<-- [start:compare]
scores = np.zeros((2, len(label_counts), len(seeds)))  # pre-trained?, labels, seed
restored = []  # loss after pre-training, as a share of the loss before
for run in seeds:
    rng = np.random.default_rng(run)
    train, validation, test = split(rng)
    pretrained, share = pretrain(rng, images[train])
    restored.append(float(share))
    for c, n in enumerate(label_counts):
        few = np.concatenate([train[labels[train] == k][:n] for k in range(10)])
        for p, layer in enumerate([first_layer(rng), pretrained]):
            scores[p, c, run] = fine_tune(rng, layer, few, validation, test)

gains = scores[1] - scores[0]  # (labels, seed)
standard_errors = gains.std(axis=1, ddof=1) / len(seeds) ** 0.5
print("labels per class   random start   pre-trained    gain   standard error   wins")
for c, n in enumerate(label_counts):
    a, b = scores[:, c].mean(axis=1)
    row = f"{n:16} {a:14.3f} {b:13.3f} {b - a:+7.3f} {standard_errors[c]:16.3f}"
    print(row + f" {np.sum(gains[c] > 0):3} of {len(seeds)}")
# --8<-- [end:compare]
mean_gains = gains.mean(axis=1)
agreeing = np.sum(gains > 0, axis=1)
mean_restored = float(np.mean(restored))
n_seeds, largest_gain = len(seeds), float(gains.mean(axis=1).max())
