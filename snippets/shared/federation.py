"""Federated averaging, and what it is compared with.

Weights have two axes in front: two partners, and seeds.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from shared.partners import (
    as_seen,
    data,
    n_company,
    n_lab,
    note,
    pictures,
    right,
)
from shared.perceptron import backward, by_scores, forward

one_hot = np.eye(10, dtype="float32")


# --8<-- [start:rounds]
def local_steps(weights, items, y, rate):
    """Gradient descent, batch after batch. items, y: (steps, partners, S, B)."""
    for batch, label in zip(items, y, strict=True):
        x = pictures[batch]  # (partners, S, B, 64)
        a1, scores = forward(x, weights)
        dz2 = by_scores(scores, one_hot[label])
        gradients = backward(x, a1, dz2, weights)
        weights = [w - rate * g for w, g in zip(weights, gradients, strict=True)]
    return weights


def train(weights, items, y, rate, shares, send=lambda updates: updates):
    """After each round of local steps, partner p adds shares[p, q] of q's update.

    The same shares for all partners: federated averaging (McMahan et al., 2017). The
    identity: all stay apart. items, y: (rounds, steps, partners, S, B).
    """
    for round_items, round_y in zip(items, y, strict=True):
        after = local_steps(weights, round_items, round_y, rate)
        updates = send([new - old for new, old in zip(after, weights, strict=True)])
        weights = [
            w + np.einsum("pq,qsij->psij", shares, update)
            for w, update in zip(weights, updates, strict=True)
        ]
    return weights


# --8<-- [end:rounds]

# --8<-- [start:ways]
apart, equal = np.eye(2, dtype="float32"), np.full((2, 2), 0.5, "float32")
by_size = np.array([[n_lab, n_company]] * 2, "float32") / (n_lab + n_company)
ways = {  # what it begins with, and how much each partner takes of each one's update
    "alone": ("", apart),
    "together": ("", by_size),
    "equal weights": ("", equal),
    "pooled": ("", apart),  # each has the data of both
    "alone, own steps": ("alone", apart),
    "other's, own steps": ("other's model", apart),
    "equal, own steps": ("equal weights", apart),
}


class Plan(NamedTuple):
    batches: tuple[int, int, int]  # rounds, local steps in each, digits in each step
    own_rounds: int  # how many of the rounds come last, for one's own steps
    rates: tuple[float, ...]
    tuning_seeds: range


@cache
def fit(plan, world, way, seeds, rate=()):
    """Both partners' models, (2, S, ...), at the rates chosen unless one is given."""
    if way == "other's model":
        return [w[::-1] for w in fit(plan, world, "alone", seeds)]
    base, shares = ways[way]
    first, x, y, _, ledgers = data(world, seeds, plan.batches)
    when = slice(-plan.own_rounds, None) if base else slice(-plan.own_rounds)
    who = slice(2, None) if way == "pooled" else slice(2)
    note(ledgers, "train", x[when, :, who])
    first = fit(plan, world, base, seeds) if base else first
    rate = np.reshape(rate or chosen(plan, world, way), (-1, 1, 1, 1)).astype("float32")
    return train(first, x[when, :, who], y[when, :, who], rate, shares)


@cache
def chosen(plan, world, way):
    """The rate that the tuning seeds prefer: each partner's, or both's if they average."""
    base, shares = ways[way]
    *_, choose, ledgers = data(world, plan.tuning_seeds, plan.batches)
    note(ledgers, "choose", choose)
    tried = (0.0, *plan.rates) if base else plan.rates  # 0: no steps of one's own
    fits = [fit(plan, world, way, plan.tuning_seeds, (rate,)) for rate in tried]
    scores = [right(w, as_seen(choose, world)).mean(axis=(1, 2)) for w in fits]
    if shares is not apart:
        scores = np.mean(scores, axis=1, keepdims=True)
    return tuple(tried[k] for k in np.argmax(scores, axis=0))


# --8<-- [end:ways]
