"""Two groups of handwritten digits, and what a model gets wrong in each that saw so many of them."""

import numpy as np

from shared.digits import held_out, labels, split
from shared.ledger import Ledger
from shared.side_by_side import look

total = 600  # digits of the pool that are there to train on, for each seed


# --8<-- [start:groups]
def mirrored(x):
    return x.reshape(*x.shape[:-1], 8, 8)[..., ::-1].reshape(x.shape)


worlds = {"mirrored": mirrored, "alike": lambda x: x}  # what B's digits look like


def measure(learner, seeds, world, n_a, n_b, weighted):
    """Ones for digits got wrong, (groups, S, items): those to choose by, and held out."""
    rngs, ledgers = [np.random.default_rng(s) for s in seeds], [Ledger() for _ in seeds]
    parts = zip(*[split(rng, total, 400) for rng in rngs], strict=True)
    train, choose = (np.array(part) for part in parts)  # (S, 600), (S, 400)
    copies = n_a // n_b if weighted else 1  # so that both groups count the same
    b = np.tile(train[:, total - n_b :], copies)
    items = np.hstack([train[:, :n_a], b])  # (S, N)
    x, y = look(ledgers, "train", items), np.eye(10, dtype="float32")[labels[items]]
    x[:, n_a:] = worlds[world](x[:, n_a:])
    predict, wrong = learner(x, y, rngs=rngs), []
    test = np.tile(held_out, (len(seeds), 1))
    for purpose, items in (("choose", choose), ("test", test)):
        x = look(ledgers, purpose, items)
        scores = np.array([predict(x), predict(worlds[world](x))])
        wrong.append((scores.argmax(axis=-1) != labels[items]).astype(int))
    return wrong


# --8<-- [end:groups]
