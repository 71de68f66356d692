"""Masked-pixel pre-training on handwritten digits: does it help with few labels?

A network restores hidden pixels of unlabelled images; then it is fine-tuned on a few
labels, beside one that starts from random weights. All seeds are trained side by side.
"""

import numpy as np

from shared import perceptron
from shared.adam import adam
from shared.adam import start as remember
from shared.digits import held_out, images, labels, split
from shared.ledger import Ledger
from shared.perceptron import by_outputs, by_scores
from shared.verdict import outcome, over_seeds_and_items

seeds = range(1000, 1010)
hidden, pretraining_steps, tuning_steps = 64, 1500, 100
label_counts = [2, 5, 20]  # for each class
learning_rates = [0.001, 0.003, 0.01, 0.03]  # validation chooses, on both sides
margin = 0.01  # a point of accuracy
rngs = [np.random.default_rng(seed) for seed in seeds]
used = [Ledger() for _ in seeds]
parts = [split(rng, 800, 200) for rng in rngs]
train, choose = (np.stack(part) for part in zip(*parts, strict=True))  # (S, 800), ...


def starts(outputs):
    each = [perceptron.start(rng, 64, hidden, outputs) for rng in rngs]
    return [np.stack(part) for part in zip(*each, strict=True)]  # S networks


def learn(weights, memory, x, y, slopes, step, rate):
    a1, output = perceptron.forward(x, weights)
    gradients = perceptron.backward(x, a1, slopes(output, y), weights)
    return adam(weights, gradients, memory, step, rate)


# --8<-- [start:pretrain]
def visible(x):
    """Which pixels of (S, N, 64) stay: half of them, drawn anew."""
    return np.stack([rng.random(x.shape[1:]) > 0.5 for rng in rngs])


def pretrain(steps):
    """The first layer of networks that restore images of which half the pixels show."""
    weights = starts(64)
    memory = remember(weights)
    for ledger, items in zip(used, train, strict=True):
        ledger("train", items)
    for step in range(1, steps + 1):
        clean = images[[rng.choice(train[s], 128) for s, rng in enumerate(rngs)]]
        x = clean * visible(clean)  # (S, 128, 64)
        weights, memory = learn(weights, memory, x, clean, by_outputs, step, 0.003)
    return weights


def restoring_error(restore):
    """On hidden pixels of the test images: the squared error a pixel."""
    clean = np.stack([images[held_out]] * len(seeds))
    kept = visible(clean)
    return float(np.mean((restore(clean * kept) - clean)[~kept] ** 2))


pretrained = pretrain(pretraining_steps)
seen = images[train].reshape(-1, 64)  # all seeds' unlabelled images
shown = (images[train] * visible(images[train])).reshape(-1, 64)
linear = np.linalg.lstsq(shown, seen, rcond=None)[0]
mean_error = restoring_error(lambda x: 0 * x + seen.mean(axis=0))
linear_error = restoring_error(lambda x: x @ linear)
network_error = restoring_error(lambda x: perceptron.forward(x, pretrained)[1])
print("squared error on hidden pixels")
print(f"mean image {mean_error:.4f}, linear map {linear_error:.4f}")
print(f"network {network_error:.4f}")
# --8<-- [end:pretrain]


def hits(weights, items):  # items: (S, N), or (N,) for all
    scores = perceptron.forward(images[items], weights)[1]
    return scores.argmax(axis=-1) == labels[items]


def fine_tune(start, few):
    """Hits on the test images (S, 797), with the rate and step that validation prefers."""
    x, y = images[few], np.eye(10)[labels[few]]
    for ledger, trained, chosen in zip(used, few, choose, strict=True):
        ledger("train", trained)
        ledger("choose", chosen)
        ledger("test", held_out)
    best, found = np.full(len(seeds), -1.0), np.zeros((len(seeds), len(held_out)))
    for rate in learning_rates:
        weights, memory = start, remember(start)
        for step in range(1, tuning_steps + 1):
            weights, memory = learn(weights, memory, x, y, by_scores, step, rate)
            if step % 10 == 0:
                score = hits(weights, choose).mean(axis=1)  # (S,)
                better = score > best
                best[better] = score[better]
                found[better] = hits(weights, held_out)[better]
    return found


# --8<-- [start:compare]
means, intervals = [], []
print("labels  random  masked  gain, 95%")
for n in label_counts:
    few = np.stack(
        [np.concatenate([i[labels[i] == k][:n] for k in range(10)]) for i in train]
    )
    fresh, both = starts(10), []
    for start in (fresh, [*pretrained[:2], *fresh[2:]]):
        both.append(fine_tune(start, few))
    effect = over_seeds_and_items(both[1] - both[0])
    means.append([float(found.mean()) for found in both])
    intervals.append(effect)
    print(f"{n:6}  {means[-1][0]:6.1%}  {means[-1][1]:6.1%}", end="")
    print(f"  {effect.low:+.1%} to {effect.high:+.1%}")
# --8<-- [end:compare]
outcomes = [outcome(effect, margin) for effect in intervals]
intervals, means, n_seeds = np.array(intervals), np.array(means), len(seeds)
