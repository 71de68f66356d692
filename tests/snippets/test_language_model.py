"""The language lab: counting and the transformer done again, character by character, and other yardsticks."""

import bz2
import re
from collections import defaultdict

import numpy as np
import pytest
from conftest import ROOT
from parts import finite_differences, until

TEXT = (ROOT / "snippets/corpus.txt").read_text(encoding="utf-8")
PARAGRAPHS = TEXT.splitlines(True)
TRAIN = "".join(p for i, p in enumerate(PARAGRAPHS) if i % 10 < 8)
TEST = "".join(p for i, p in enumerate(PARAGRAPHS) if i % 10 == 9)
ALPHABET = sorted(set(TEXT))


@pytest.fixture(scope="module")
def values(record):
    return record("language_model").values


@pytest.fixture(scope="module")
def names():
    return until("language_model", "fit")


class Counting:
    """The same mixture, as tables of what follows what, asked for one context at a time."""

    def __init__(self, text, context, mixing):
        self.context, self.mixing = context, mixing
        self.follows: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for i, character in enumerate(text):
            for k in range(min(context, i) + 1):
                self.follows[text[i - k : i]][character] += 1

    def distribution(self, before):
        p = np.full(len(ALPHABET), 1 / len(ALPHABET))
        for k in range(self.context + 1):
            seen: dict[str, int] = self.follows.get(before[len(before) - k :], {})
            if seen:
                n = np.array([seen.get(c, 0) for c in ALPHABET])
                imagined = self.mixing * len(seen)
                p = (n + imagined * p) / (n.sum() + imagined)
        return p


def test_counting_again_gives_the_same_bits(values, names):
    again, (mixing, context) = names["count"](*names["part"](0, len(names["train"])))
    assert values["choices"][2][1] == [[mixing, context]]
    assert values["means"][2][0] == pytest.approx(again.mean())
    model = Counting(TRAIN, context, mixing)
    bits = []
    for i in range(17, len(TEST) // 16 * 16):
        p = model.distribution(TEST[i - context : i])
        if i < 200:
            assert p.sum() == pytest.approx(1)
        bits.append(-np.log2(p[ALPHABET.index(TEST[i])]))
    found = again.ravel()
    n = min(len(bits), len(found))
    assert n > 6000
    assert bits[:n] == pytest.approx(found[:n], rel=1e-9)


def test_counting_is_no_worse_than_a_compressor(values):
    both, alone = (len(bz2.compress(t.encode())) for t in (TRAIN + TEST, TRAIN))
    counted = values["means"][2][0]
    assert 1 < counted < 8 * (both - alone) / len(TEST)


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def normalised(h):
    return (h - h.mean()) / np.sqrt(h.var() + 1e-5)


def next_character(text, weights):
    """The transformer's distribution after a text, place by place, in NumPy's float64."""
    letters, places, *blocks, out = weights
    h = [letters[c] + places[i] for i, c in enumerate(text)]
    for b in range(0, len(blocks), 6):
        Wq, Wk, Wv, Wo, W1, W2 = blocks[b : b + 6]
        x, added = [normalised(each) for each in h], []
        for i in range(len(h)):
            total = np.zeros_like(h[i])
            for head in range(Wq.shape[1]):
                q = x[i] @ Wq[:, head]
                a = softmax(
                    np.array([q @ (x[j] @ Wk[:, head]) for j in range(i + 1)])
                    / len(q) ** 0.5
                )
                v = sum(a[j] * (x[j] @ Wv[:, head]) for j in range(i + 1))
                total = total + v @ Wo[head]
            added.append(total)
        h = [one + other for one, other in zip(h, added, strict=True)]
        h = [one + np.maximum(normalised(one) @ W1, 0) @ W2 for one in h]
    return softmax(normalised(h[-1]) @ out)


def test_the_transformer_place_by_place(names):
    """One place never reads the next, since the loop has not got there."""
    model, T = names["transformer"], names["T"]
    rng = np.random.default_rng(6)
    weights = model.start(rng, 7)
    windows = rng.integers(7, size=(2, T + 1))
    found = model.bits(windows, weights).numpy()
    exact = [w.numpy().astype(float) for w in weights]
    for row, i in ((0, 0), (0, 9), (1, 20), (1, T - 1)):
        p = next_character(windows[row, : i + 1], exact)[windows[row, i + 1]]
        assert found[row, i] == pytest.approx(-np.log2(p), abs=1e-4)
    assert model.read(windows, weights) == pytest.approx(found[:, T // 2 :])


def test_a_step_of_training_descends_along_finite_differences(names):
    """The first step of Adam moves each weight by the rate, against the sign of its gradient."""
    model, T = names["transformer"], names["T"]
    rng = np.random.default_rng(7)
    weights = model.start(rng, 3)
    batches = rng.integers(3, size=(1, 2, T + 1))
    memory = names["remember"](weights)
    one = np.ones(1, "float32")
    after, _ = model.train(weights, memory, batches, 0.01 * one, one)
    before = [w.numpy() for w in weights]
    moves = [b.numpy() - a for b, a in zip(after, before, strict=True)]

    def loss(rest):
        exact = [*before[:-1], rest[0]]
        total = 0.0
        for row in batches[0]:
            for i in (0, T - 1):
                total -= np.log(next_character(row[: i + 1], exact)[row[i + 1]])
        return total

    # The gradient of all places, for the letters' way out: from the program's own loss, nudged.
    def mean(rest):
        nudged = [*before[:-1], rest[0].astype("float32")]
        return float(np.mean(model.bits(batches[0], nudged)))

    gradient = finite_differences(mean, [before[-1]], 1e-2)[0]
    clear = np.abs(gradient) > 1e-3
    assert clear.sum() > 20
    assert np.array_equal(np.sign(moves[-1][clear]), -np.sign(gradient[clear]))
    assert np.abs(moves[-1][clear]) == pytest.approx(0.01, rel=1e-2)
    assert loss([before[-1] + moves[-1]]) < loss([before[-1]])


def test_what_the_letters_of_the_control_could_cost_at_best(values):
    """9 of 10 letters repeat, the tenth is any of 26; counting knows no more than that there are 26."""
    p = 0.9 + 0.1 / 26
    best = -p * np.log2(p) - (1 - p) * np.log2(0.1 / 26)
    counted, fitted = values["means"][3]
    assert best - 0.05 < fitted < best + 0.5
    assert counted == pytest.approx(np.log2(26), abs=0.1)


def test_no_test_paragraph_is_in_the_training_text():
    held_out = {p for i, p in enumerate(PARAGRAPHS) if i % 10 == 9}
    assert not held_out & {p for i, p in enumerate(PARAGRAPHS) if i % 10 < 8}


def test_corpus_is_prose():
    assert not re.search(r"[\\{}$@`#|<>_=\[\]]", TEXT)
    assert all(p.rstrip("\n")[-1] in ".!?;:\"')" for p in PARAGRAPHS)
    assert min(map(len, PARAGRAPHS)) > 30


def test_nothing_was_chosen_at_an_edge(values):
    for rate, counted, _ in values["choices"][:3]:
        assert min(values["rates"]) < rate < max(values["rates"])
        for mixing, context in counted:
            assert min(values["mixings"]) < mixing < max(values["mixings"])
            assert 0 < context < values["longest"]


def test_what_the_page_says_of_the_two(values):
    counted, fitted = np.array(values["means"][:3]).T
    assert np.all(counted < fitted)  # at each size
    assert np.all(np.diff(counted) < 0) and np.all(np.diff(fitted) < 0)
    assert values["more"] < fitted[2]  # longer training helps,
    assert values["more"] > counted[2] + values["margin"]  # and not enough
