"""How far the best of n scores lies above what it is worth."""

import numpy as np
from scipy.special import bdtr


# --8<-- [start:chance]
def by_chance(n, m, p):
    """The mean of the best of n scores on m items, each right with chance p, less p."""
    below = bdtr(np.arange(m), m, p) ** n  # that none has more than 0, ..., m - 1
    return np.sum(1 - below) / m - p


# --8<-- [end:chance]


# --8<-- [start:corrected]
def pairs(matrix):
    """The mean of what stands above the diagonal."""
    return matrix[np.triu_indices(len(matrix), 1)].mean()


def reasons(right):
    """Why chance is not alone: how alike variants err, how much they differ in worth.

    right: (S, V, test, items). Means over S: the correlation of what two variants get
    right; and the variance of their worth, that of a score by chance alone being one.
    """
    V, items, p = right.shape[1], right.shape[-1], right.mean()
    alike = np.mean([pairs(np.corrcoef(each.reshape(V, -1))) for each in right])
    worth = np.mean([pairs(np.cov(each.mean(axis=2).T)) for each in right])
    return float(alike), float(worth * items / (p * (1 - p)))


def corrected(chance, alike, worth):
    """Of a score's variance 1 - alike is luck; of the lead, luck's share of both."""
    luck = 1 - alike
    return chance * luck / (luck + worth) ** 0.5


# --8<-- [end:corrected]
