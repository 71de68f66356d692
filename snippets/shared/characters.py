"""The text of language_model.py as numbers, and one whose structure is known."""

# reads: corpus.txt

from pathlib import Path

import numpy as np

from shared.transformer import T

# --8<-- [start:text]
corpus = Path(__file__).parents[1] / "corpus.txt"
characters = corpus.read_text(encoding="utf-8")
alphabet = sorted(set(characters))
n_characters = len(alphabet)
text = np.array([alphabet.index(character) for character in characters])
ends = text == alphabet.index("\n")
paragraph = np.cumsum(ends) - ends  # the number of the one that a character stands in
train, choose, test = (  # of every ten paragraphs; as places in the text
    np.flatnonzero(np.isin(paragraph % 10, some)) for some in (range(8), [8], [9])
)


def part(seed, size):
    """A stretch of the training text; what chooses and what tests is always the same."""
    first = np.random.default_rng(seed).integers(len(train) - size + 1)
    return text, train[first : first + size], choose, test


def cut(text, places):
    """Windows (N, T + 1), half a window apart: only their second halves are scored."""
    starts = np.arange(0, len(places) - T, T // 2)
    return text[places[starts[:, None] + np.arange(T + 1)]]


# --8<-- [end:text]


# --8<-- [start:echo]
lag, repeated = 16, 0.9


def echo(seed, size):
    """Letters at random, but 9 of 10 are those of 16 places before."""
    rng = np.random.default_rng([seed, 1])
    letters = rng.integers(26, size=size + 8000)
    for i in range(lag, len(letters)):
        if rng.random() < repeated:
            letters[i] = letters[i - lag]
    return letters, *np.split(np.arange(len(letters)), [size, size + 4000])


# --8<-- [end:echo]
