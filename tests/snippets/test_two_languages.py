"""Byte pairs joined by a second algorithm, and what is known of them without any learning."""

import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from parts import until

Names = dict[str, Any]
LINES = {
    language: (ROOT / f"snippets/twins/{language}.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    for language in ("en", "zh")
}


@pytest.fixture(scope="module")
def program() -> Names:
    return until("two_languages", "cost")


@pytest.fixture(scope="module")
def values(record):
    return record("two_languages").values


def pairs_by_replacing(
    words: Counter[bytes], wanted: int
) -> tuple[list[tuple[int, int]], dict[bytes, list[int]]]:
    """The list and each word's tokens: pairs counted anew at each step and joined by str.replace.

    A token is a character of the private area, so that a word is a string.
    """
    written = {w: "".join(chr(0xF0000 + byte) for byte in w) for w in words}
    merges = []
    for k in range(wanted):
        counts: Counter[tuple[int, int]] = Counter()
        for word, text in written.items():
            for one, other in zip(text, text[1:], strict=False):
                counts[ord(one) - 0xF0000, ord(other) - 0xF0000] += words[word]
        a, b = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append((a, b))
        both, new = chr(0xF0000 + a) + chr(0xF0000 + b), chr(0xF0100 + k)
        written = {word: text.replace(both, new) for word, text in written.items()}
    return merges, {w: [ord(c) - 0xF0000 for c in t] for w, t in written.items()}


def parted(x: np.ndarray) -> list[list[int]]:
    """The tokens of each word, out of the array in which -1 ends a word."""
    ends = np.flatnonzero(x == -1)
    return [part[part >= 0].tolist() for part in np.split(x, ends)[:-1]]


RUNS = Counter({b"aaaaaaa": 3, b"abababab": 2, b"aabaab": 5, b"aa": 1, b"cdcd": 4})


@pytest.mark.parametrize("what", ["english", "chinese", "runs"])
def test_counting_anew_at_each_step_finds_the_same_pairs(
    program: Names, what: str
) -> None:
    from shared.byte_pairs import encode, learn

    words, wanted = RUNS, 8
    if what != "runs":
        words, wanted = Counter(w for part in program[what][:10] for w in part), 250
    merges, tokens = pairs_by_replacing(words, wanted)
    assert learn(words, wanted) == merges
    assert parted(encode(list(words), merges)) == [tokens[word] for word in words]


@pytest.mark.parametrize("learned_on", ["english", "chinese"])
def test_any_text_can_be_written_and_read_back(program: Names, learned_on: str) -> None:
    from shared.byte_pairs import decode, encode, learn, pieces

    words = Counter(word for part in program[learned_on][:20] for word in part)
    merges = learn(words, 400)
    texts = ["Ωmega, naïve\n\n", "深度学习 2026", "🙂 a  b", "aaaaaaaaa", ""]
    for text in [*texts, LINES["en"][7], LINES["zh"][7]]:
        assert decode(encode(pieces(text), merges), merges).decode() == text


def test_no_join_makes_a_text_longer(program: Names) -> None:
    """A pair saves a token wherever it stands, so that a longer list never costs more."""
    from shared.byte_pairs import encode, learn

    words = Counter(word for part in program["chinese"][:20] for word in part)
    merges = learn(words, 200)
    rest = [word for part in program["english"][20:40] for word in part]
    lengths = [
        sum(map(len, parted(encode(rest, merges[:k])))) for k in range(0, 201, 20)
    ]
    assert lengths[0] == sum(map(len, rest))
    assert all(np.diff(lengths) <= 0)


def test_a_list_is_the_beginning_of_a_longer_one(program: Names) -> None:
    from shared.byte_pairs import learn

    words = Counter(word for part in program["english"][:10] for word in part)
    assert learn(words, 300)[:100] == learn(words, 100)


def test_in_other_letters_english_keeps_its_pairs(program: Names) -> None:
    """A list of the English in other letters treats it as the list of English treats English."""
    from shared.byte_pairs import encode, learn

    def size(words: list[bytes], merges: list[tuple[int, int]]) -> int:
        return int(np.sum(encode(words, merges) >= 0))

    plain, other = (
        [word for part in program[name][:20] for word in part]
        for name in ("english", "lettered")
    )
    assert sum(map(len, plain)) == sum(map(len, other))
    own, others = learn(Counter(plain), 200), learn(Counter(other), 200)
    assert size(plain, own) == pytest.approx(size(other, others), rel=0.005)  # ties
    assert size(other, own) > 2 * size(plain, own)


def test_what_a_byte_costs_is_the_upper_end(values: Names) -> None:
    totals, sizes = np.array(values["totals"]), np.array(values["bytes_in"])
    assert np.all(totals <= sizes)
    assert totals[0, 1] > 0.95 * sizes[1]  # Chinese by a list of English: the bytes
    assert totals[-1, 0] < 0.95 * sizes[0]  # Chinese pages hold names in Latin letters


def test_the_more_of_a_language_is_learned_the_less_it_costs(values: Names) -> None:
    totals = np.array(values["totals"])
    assert np.all(np.diff(totals[:, 0]) > 0)
    assert np.all(np.diff(totals[:, 1]) < 0)


def test_who_shares_a_list_pays_and_a_longer_list_pays_back(values: Names) -> None:
    prices = np.array(values["prices"])  # lists, languages, (mean, low, high)
    assert np.all(prices[0, :, 1] > 1.1)
    assert np.all(prices[1, :, 2] < 1.1)


def test_the_copies_are_dated_licensed_and_aligned() -> None:
    english, chinese = LINES["en"], LINES["zh"]
    assert len(english) == len(chinese) > 100
    for head in (english[0], chinese[0]):
        assert "2026" in head and "CC BY 4.0" in head
    for one, other in zip(english[1:], chinese[1:], strict=True):
        assert not re.search(r"[\u4e00-\u9fff]", one)
        assert re.search(r"[\u4e00-\u9fff]", other)
        assert not re.search(r"\[@|\{\{|\]\(|:::|```|\*\*|\$|\\", one + other)
        ratio = len(other.encode()) / len(one.encode())
        assert 0.7 < ratio < 1.42  # a section says the same in both
