"""Captions of digits, as someone might write them who looks at some of them carelessly."""

import numpy as np

# --8<-- [start:captions]
names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
others = [
    "a",
    "the",
    "of",
    "by",
    "small",
    "large",
    "blurry",
    "scan",
    "picture",
    "digit",
    "number",
    "written",
    "hand",
]
vocabulary = names + others
unnamed_share = 0.2  # captions that name no digit


def caption(rng, label, wrong_share):
    words = list(rng.choice(others, size=4, replace=False))
    if rng.random() < wrong_share:
        label = (label + rng.integers(1, 10)) % 10
    if rng.random() > unnamed_share:
        words.insert(rng.integers(5), names[label])
    return words


def bag(words):
    return np.array([word in words for word in vocabulary], "float32")  # (23,)


# --8<-- [end:captions]
