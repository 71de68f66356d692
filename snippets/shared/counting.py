"""Predicts the next character by counting what followed the characters before it."""

from collections import Counter

import numpy as np


# --8<-- [start:counting]
def count(text, longest):
    """For contexts of 0, 1, 2, ... characters: how often which character followed."""
    text, counts = text.astype("uint8").tobytes(), []
    for k in range(longest + 1):
        pairs = Counter(text[i - k : i + 1] for i in range(k, len(text)))
        total, kinds = Counter(), Counter()  # by context
        for pair, times in pairs.items():
            total[pair[:-1]] += times
            kinds[pair[:-1]] += 1  # different characters that followed it
        counts.append((pairs, total, kinds))
    return counts


def bits(counts, windows, p, mixings):
    """What characters of the second half of each window cost: mixings, contexts, N, T / 2.

    After k characters, the prediction is what followed them, mixed with the prediction p
    after k - 1: that counts the more, the more kinds of characters followed. It is the
    method of Witten and Bell (1991), but for the factor `mixing`.
    """
    rows = [row.tobytes() for row in windows.astype("uint8")]  # (N, T + 1)
    places = range(windows.shape[1] // 2 + 1, windows.shape[1])
    spots = [(row, i) for row in rows for i in places]
    mixings, found = np.array(mixings)[:, None], []  # (M, 1)
    for k, (pairs, total, kinds) in enumerate(counts):
        seen = np.array([pairs[row[i - k : i + 1]] for row, i in spots])
        before = [row[i - k : i] for row, i in spots]
        n = np.array([total[context] for context in before])
        imagined = mixings * np.array([kinds[context] for context in before])
        p = np.where(n > 0, (seen + imagined * p) / np.maximum(n + imagined, 1e-9), p)
        found.append(-np.log2(p))  # (M, spots)
    return np.stack(found, axis=1).reshape(len(mixings), len(counts), len(rows), -1)


# --8<-- [end:counting]
