"""The tokeniser's merges by string replacement, and what it does to a language that it has not seen."""

import re
import runpy
from collections import Counter

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def program():
    return runpy.run_path(str(ROOT / "snippets/byte_pairs.py"))


@pytest.fixture(scope="module")
def values(record):
    return record("byte_pairs").values


def test_the_first_merges_by_counting_in_the_text(program):
    """Tokens as single characters, joined by str.replace: the commonest pair comes first."""
    text = program["text"].encode().decode("latin-1")  # a character for each byte
    words = Counter(re.findall(r"[ \n]?[^ \n]+|[ \n]", text))
    first: Counter[str] = Counter()
    for word, n in words.items():
        for a, b in zip(word, word[1:], strict=False):
            first[a + b] += n
    a, b = program["merges"][0]
    assert first[(a + b).decode("latin-1")] == max(first.values())
    new = "\uffff"  # stands for the joined pair
    second: Counter[str] = Counter()
    for word, n in words.items():
        word = word.replace((a + b).decode("latin-1"), new)
        for x, y in zip(word, word[1:], strict=False):
            second[x + y] += n
    a, b = (t.decode("latin-1") for t in program["merges"][1])
    joined = (program["merges"][0][0] + program["merges"][0][1]).decode("latin-1")
    pair = (a.replace(joined, new), b.replace(joined, new))
    assert second["".join(pair)] == max(second.values())


def test_any_text_can_be_written_and_read_back(program):
    for text in ("Ωmega, naïve\n\n", "深度学习 2026", "🙂 a  b", ""):
        assert b"".join(program["encode"](text)).decode() == text


def test_a_language_that_was_not_seen_pays_by_the_byte(values):
    (letters, size, tokens), (characters, bytes_, pieces) = values["counts"]
    assert size == letters and tokens < size / 2
    assert bytes_ == 3 * characters == pieces


def test_every_token_is_in_the_vocabulary(program):
    known = {bytes([b]) for b in range(256)} | {a + b for a, b in program["merges"]}
    assert len(known) == program["vocabulary"]
    assert set(program["encode"](program["text"][:2000])) <= known
