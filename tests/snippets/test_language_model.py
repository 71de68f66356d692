"""The language lab: counting done again, character by character, and other yardsticks."""

import bz2
import re
from collections import defaultdict

import numpy as np
import pytest
from conftest import ROOT

TEXT = (ROOT / "snippets/corpus.txt").read_text(encoding="utf-8")
PARAGRAPHS = TEXT.splitlines(True)
TRAIN = "".join(p for i, p in enumerate(PARAGRAPHS) if i % 10 < 8)
TEST = "".join(p for i, p in enumerate(PARAGRAPHS) if i % 10 == 9)


@pytest.fixture(scope="module")
def values(record):
    return record("language_model").values


class Counting:
    """The same mixture, as tables of what follows what."""

    def __init__(self, text, context, weight):
        self.context, self.weight = context, weight
        self.alphabet = sorted(set(TEXT))
        self.follows: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for i, character in enumerate(text):
            for k in range(min(context, i) + 1):
                self.follows[text[i - k : i]][character] += 1

    def distribution(self, before):
        p = np.full(len(self.alphabet), 1 / len(self.alphabet))
        for k in range(self.context + 1):
            seen: dict[str, int] = self.follows.get(before[len(before) - k :], {})
            n = np.array([seen.get(c, 0) for c in self.alphabet])
            p = (n + self.weight * p) / (n.sum() + self.weight)
        return p


@pytest.mark.parametrize("context", [0, 2, 5])
def test_counting_again_gives_the_same_bits(values, context):
    model = Counting(TRAIN, context, values["mixing_weight"])
    start = values["longest"]
    bits = []
    for i in range(start, len(TEST)):
        p = model.distribution(TEST[i - context : i])
        if i < start + 200:
            assert p.sum() == pytest.approx(1)
        bits.append(-np.log2(p[model.alphabet.index(TEST[i])]))
    assert values["by_context"][context] == pytest.approx(np.mean(bits), rel=1e-9)


def test_counting_is_no_worse_than_a_compressor(values):
    both, alone = (len(bz2.compress(t.encode())) for t in (TRAIN + TEST, TRAIN))
    assert values["counting_bits"] < 8 * (both - alone) / len(TEST)
    assert values["counting_bits"] > 1  # a test paragraph that was seen would cost less


def test_no_test_paragraph_is_in_the_training_text():
    held_out = {p for i, p in enumerate(PARAGRAPHS) if i % 10 == 9}
    assert not held_out & {p for i, p in enumerate(PARAGRAPHS) if i % 10 < 8}


def test_corpus_is_prose():
    assert not re.search(r"[\\{}$@`#|<>_=\[\]]", TEXT)
    assert all(p.rstrip("\n")[-1] in ".!?;:\"')" for p in PARAGRAPHS)
    assert min(map(len, PARAGRAPHS)) > 30


def test_what_the_page_says_of_the_two(values):
    by_context, test = values["by_context"], np.array(values["test_bits"])
    assert values["verdict"] == "did not show"
    assert np.all(test > values["counting_bits"] + values["smallest"])
    assert np.all((test < by_context[2]) & (test > by_context[3]))
    assert np.all(np.array(values["train_bits"]) < test)  # begins to overfit
    assert values["context"] == values["longest"]
    assert values["mixing_weight"] == max(values["mixing_weights"])
    curves = np.array(values["curves"])  # (seeds, moments, 3)
    falls = curves[:, -2, 2] - curves[:, -1, 2]
    assert np.all((falls > 0) & (falls < 0.1))  # "still falling slowly"
    for bits, low, high in (
        (values["counting_bits"], 3.5, 4.5),
        (values["mean_test"], 5, 6),
    ):
        assert low < 2**bits < high  # the exercise
