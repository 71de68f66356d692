"""A laboratory and a company with handwritten digits of their own.

Digits are named by their numbers; those from 1797 on are the same images, mirrored.
"""

from functools import cache

import numpy as np

from shared.digits import held_out, images, labels, split
from shared.ledger import Ledger
from shared.perceptron import forward, start

n_lab, n_company = 50, 500
mirrored = images.reshape(-1, 8, 8)[:, :, ::-1].reshape(-1, 64)
pictures = np.concatenate([images, mirrored]).astype("float32")  # (3594, 64)
answers = np.concatenate([labels, labels])


# --8<-- [start:world]
def as_seen(items, world):
    """The same digits as the laboratory sees them, and as the company does: (2, ...)."""
    return np.stack([items + len(images) * (world == "mirrored"), items])


def partners(rng, world):
    """Digits with labels: of the laboratory, of the company, of both; some to choose by."""
    items, choose = split(rng, 800, 200)
    lab, others = items[:n_lab], items[n_lab:]
    if world == "gaps":  # the company lacks two of the ten digits
        missing = rng.choice(10, size=2, replace=False)
        others = others[~np.isin(labels[others], missing)]
    company = others[: n_lab if world == "two small" else n_company]
    x, y = [as_seen(lab, world)[0], company], [labels[lab], labels[company]]
    if world == "shuffled labels":
        y[1] = rng.permutation(y[1])
    return [*zip(x, y, strict=True), (np.concatenate(x), np.concatenate(y))], choose


# --8<-- [end:world]


# --8<-- [start:data]
@cache
def data(world, seeds, batches):
    """First weights (2, S, ...); items and labels of batches (rounds, steps, 3, S, B), of
    the laboratory, the company, both; to choose by (S, 200); a ledger for each seed.
    """
    first, x, y, choose, ledgers = [], [], [], [], []
    for rng in map(np.random.default_rng, seeds):
        parts, some = partners(rng, world)
        drawn = [rng.integers(len(items), size=batches) for items, _ in parts]
        x.append([items[d] for (items, _), d in zip(parts, drawn, strict=True)])
        y.append([label[d] for (_, label), d in zip(parts, drawn, strict=True)])
        first.append(start(rng, 64, 32, 10))
        choose.append(some)
        ledgers.append(Ledger())
    first = [np.stack([w, w]).astype("float32") for w in zip(*first, strict=True)]
    x, y = (np.moveaxis(each, (0, 1), (3, 2)) for each in (x, y))
    note(ledgers, "test", np.stack([held_out] * len(seeds)))
    return first, x, y, np.stack(choose), ledgers


def note(ledgers, purpose, items):
    """items: (..., S, n), each seed's in its ledger, mirrored or not."""
    for used, each in zip(ledgers, np.moveaxis(items, -2, 0), strict=True):
        used(purpose, each.ravel() % len(images))


def right(weights, items):
    """Which of the items, (2, S, N), each partner's model gets right."""
    return forward(pictures[items], weights)[1].argmax(axis=-1) == answers[items]


# --8<-- [end:data]
