"""Prompts of eight keys with their values, and a network that reads them: one layer of
attention with a perceptron on top. Many networks are trained side by side."""

from itertools import permutations

import numpy as np

from shared import perceptron
from shared.adam import adam
from shared.adam import start as remember
from shared.ledger import note
from shared.perceptron import by_scores, log_softmax

keys, hidden, steps, B = 8, 32, 500, 8
n_choose, n_test, rates = 50, 200, [0.003, 0.01, 0.03]

# --8<-- [start:task]
everything = np.array(list(permutations(range(keys))))  # all 40,320 mappings


def mappings(rng, count):
    """Mappings to learn from, to choose by and to test on, all of them different."""
    some = rng.permutation(everything)[: count + n_choose + n_test]
    return np.split(some, [count, count + n_choose])


def shown(values):
    """The prompt: in row k the value of key k as a one. Attention needs no order."""
    return np.eye(keys, dtype="float32")[values]  # (..., keys, values)


def withheld(values):
    """The prompt with its values hidden: every row is the same."""
    return np.full_like(shown(values), 1 / keys)


# --8<-- [end:task]


# --8<-- [start:network]
def first_weights(rng):
    Q, K = rng.normal(size=(2, keys, keys)) / keys**0.5
    return [Q, K, *perceptron.start(rng, 2 * keys, hidden, keys)]


def forward(prompt, weights):
    """prompt: (S, N, keys, values), a network each. All keys are asked, one at a time."""
    Q, K, *upper = weights
    look = np.exp(log_softmax(Q @ K.swapaxes(1, 2) / keys**0.5))  # (S, asked, pair)
    read = look[:, None] @ prompt  # (S, N, asked, values): mixtures of the values
    asked = np.broadcast_to(np.eye(keys, dtype="float32"), read.shape)
    x = np.concatenate([asked, read], axis=-1).reshape(len(Q), -1, 2 * keys)
    return look, x, *perceptron.forward(x, upper)


def gradients(prompt, y, weights):
    """Of the mean cross-entropy of each network. y: like prompt."""
    Q, K, *upper = weights
    look, x, a1, z2 = forward(prompt, weights)
    dz2 = by_scores(z2, y.reshape(z2.shape))
    dx = (dz2 @ upper[2].swapaxes(1, 2) * (a1 > 0)) @ upper[0].swapaxes(1, 2)
    dread = dx[..., keys:].reshape(prompt.shape)
    dlook = (dread @ prompt.swapaxes(2, 3)).sum(axis=1)  # (S, asked, pair)
    dscores = look * (dlook - (look * dlook).sum(axis=2, keepdims=True)) / keys**0.5
    upwards = perceptron.backward(x, a1, dz2, upper)
    return [dscores @ K, dscores.swapaxes(1, 2) @ Q, *upwards]


def answers(prompt, weights):
    return forward(prompt, weights)[3].argmax(axis=-1).reshape(prompt.shape[:3])


def right(prompt, values, weights):
    """The share of right answers of each network, (S,)."""
    return np.mean(answers(prompt, weights) == values, axis=(1, 2))


# --8<-- [end:network]


# --8<-- [start:learn]
def train(ledgers, rngs, old, prompt_of):
    """By Adam. old: (S, K, keys). A network for each rate and each seed, (R * S, ...)."""
    note(ledgers, "train", old)
    starts = zip(*[first_weights(rng) for rng in rngs], strict=True)
    batches = np.stack([r.integers(old.shape[1], size=(steps, B)) for r in rngs])
    weights = [
        np.tile(np.stack(w).astype("float32"), (len(rates), 1, 1)) for w in starts
    ]
    rate = np.repeat(np.array(rates, "float32"), len(rngs))[:, None, None]
    memory, mine = remember(weights), np.arange(len(rngs))[:, None]
    for step in range(steps):
        values = np.tile(old[mine, batches[:, step]], (len(rates), 1, 1))
        step_by = gradients(prompt_of(values), shown(values), weights)
        weights, memory = adam(weights, step_by, memory, step + 1, rate)
    return weights


def chosen(ledgers, weights, choose, prompt_of):
    """Of each seed the rate that is best with new mappings: reading gets its best chance."""
    values = np.tile(note(ledgers, "choose", choose), (len(rates), 1, 1))
    scores = right(prompt_of(values), values, weights).reshape(len(rates), -1)
    best, each = scores.argmax(axis=0), np.arange(len(choose))
    return best, [w.reshape(len(rates), -1, *w.shape[1:])[best, each] for w in weights]


# --8<-- [end:learn]
