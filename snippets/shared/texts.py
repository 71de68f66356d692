"""The texts of language_model.py, as arrays of numbers, and their division."""

# reads: corpus.txt

from pathlib import Path

import numpy as np


# --8<-- [start:texts]
def corpus():
    """Characters of this site's English prose as numbers, its paragraphs shuffled."""
    text = (Path(__file__).parents[1] / "corpus.txt").read_text(encoding="utf-8")
    lines = text.splitlines(True)
    order = np.random.default_rng(0).permutation(len(lines))
    alphabet = sorted(set(text))
    shuffled = "".join(lines[i] for i in order)  # paragraphs
    return np.array([alphabet.index(c) for c in shuffled])


def echo(lag, kept, size=16_000, letters=8):
    """Letters each of which repeats, with a chance, the one so many places earlier."""
    rng = np.random.default_rng(1)
    text = rng.integers(letters, size=size)
    for i in np.flatnonzero(rng.random(size) < kept):
        if i >= lag:
            text[i] = text[i - lag]
    return text


def parts(text):
    """Which characters train, choose and test: four fifths, a tenth, a tenth."""
    return np.split(np.arange(len(text)), [int(0.8 * len(text)), int(0.9 * len(text))])


# --8<-- [end:texts]
