"""Predicts the next character from how often it followed the last few ones."""

from collections import Counter

import numpy as np


# --8<-- [start:counting]
def count(text, longest):
    """How often each sequence of up to longest + 1 characters occurs; text: (N,)."""
    text = tuple(text.tolist())
    return [
        Counter(text[i - k : i + 1] for i in range(k, len(text)))
        for k in range(longest + 1)
    ]


def bits(text, counts, weight, letters):
    """Bits of each character after the longest context, (contexts, N - longest).

    The shares after a context are mixed with those after the next shorter one, which
    count as much as `weight` characters (Jelinek and Mercer, 1980).
    """
    text, longest = tuple(text.tolist()), len(counts) - 1
    totals = [Counter() for _ in counts]
    for k, seen in enumerate(counts):
        for sequence, times in seen.items():
            totals[k][sequence[:-1]] += times
    found = np.zeros((len(counts), len(text) - longest))
    for i in range(longest, len(text)):
        p = 1 / letters
        for k in range(len(counts)):
            seen, times = counts[k][text[i - k : i + 1]], totals[k][text[i - k : i]]
            p = (seen + weight * p) / (times + weight)
            found[k, i - longest] = -np.log2(p)
    return found


def best(train, choose, test, longest, weights):
    """The bits of each test character after the longest, and the weight and context that
    the choosing text prefers."""
    counts, letters = count(train, longest), int(train.max()) + 1
    chosen = [bits(choose, counts, w, letters).mean(axis=1) for w in weights]
    w, context = np.unravel_index(np.argmin(chosen), (len(weights), longest + 1))
    found = bits(test, counts, weights[w], letters)[context]
    return found, (weights[w], int(context))


# --8<-- [end:counting]
