"""Byte-pair encoding, fast enough for a hundred lists. Tokens are numbers: below 256 a byte."""

import re
from collections import Counter, defaultdict
from heapq import heappop, heappush

import numpy as np


def pieces(text):
    """A word with the blank before it, or punctuation: pairs do not cross their ends."""
    return [p.encode() for p in re.findall(r" ?\w+| ?[^\w\s]+|\s+", text)]


# --8<-- [start:learn]
def learn(words, wanted):
    """words: how often each occurs. The pairs to join, the commonest first."""
    token, times = [None], [0]  # all words in one row, None around each
    for word, n in words.items():
        token += [*word, None]
        times += [n] * (len(word) + 1)
    before, after = list(range(-1, len(token) - 1)), list(range(1, len(token) + 1))
    counts, places, changed = Counter(), defaultdict(list), set()

    def note(i):  # the pair that begins at place i
        pair = token[i], token[after[i]]
        if None not in pair:
            counts[pair] += times[i]
            places[pair].append(i)
            changed.add(pair)

    for i in range(len(token) - 1):
        note(i)
    heap, merges = [], []
    while len(merges) < wanted:
        for pair in changed:
            heappush(heap, (-counts[pair], pair))
        changed.clear()
        n, pair = heappop(heap)
        if counts[pair] != -n:  # rarer by now, since its tokens were joined to others
            changed.add(pair)
            continue
        merges.append(pair)
        for i in sorted(places.pop(pair)):
            left, j = before[i], after[i]
            if (token[i], token[j]) != pair:
                continue
            right = after[j]
            counts[token[left], token[i]] -= times[i]  # only the neighbours change
            counts[token[j], token[right]] -= times[i]
            token[i], token[j] = 255 + len(merges), None
            after[i], before[right] = right, i
            note(left)
            note(i)
    return merges


# --8<-- [end:learn]


# --8<-- [start:encode]
def encode(words, merges):
    """The tokens of all words, -1 after each word: every pair joined in its turn."""
    x = np.array([token for word in words for token in [*word, -1]], np.int16)
    for new, (a, b) in enumerate(merges, start=256):
        at = np.flatnonzero((x[:-1] == a) & (x[1:] == b))
        if a == b:  # of neighbours in a run, the first, the third, ...
            run = at - np.arange(len(at))
            at = at[(np.arange(len(at)) - np.searchsorted(run, run)) % 2 == 0]
        x[at] = new
        x = np.delete(x, at + 1)
    return x


def decode(x, merges):
    text = [bytes([byte]) for byte in range(256)]
    for a, b in merges:
        text.append(text[a] + text[b])
    return b"".join(text[token] for token in x if token >= 0)


# --8<-- [end:encode]
