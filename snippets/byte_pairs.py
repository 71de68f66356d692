"""Tokens by byte-pair encoding: join the commonest pair of neighbours, again and again.

It begins with single bytes, so that any text can be written. It learns from corpus.txt
beside this file, English prose, and then meets a Chinese sentence for the first time.
"""

# reads: corpus.txt

import re
from collections import Counter
from pathlib import Path

merges_wanted = 300


# --8<-- [start:learn]
def join(tokens, pair):
    out = []
    for token in tokens:
        if out and (out[-1], token) == pair:
            out[-1] += token
        else:
            out.append(token)
    return tuple(out)


def pieces(text):  # a word with the blank before it; pairs never cross its ends
    return re.findall(r"\s?[^\s]+|\s", text)


def split(word):
    return tuple(bytes([b]) for b in word.encode())


text = (Path(__file__).parent / "corpus.txt").read_text(encoding="utf-8")
words = {split(word): n for word, n in Counter(pieces(text)).items()}
merges = []
for _ in range(merges_wanted):
    pairs = Counter()
    for word, n in words.items():
        for pair in zip(word, word[1:], strict=False):
            pairs[pair] += n
    merges.append(max(pairs, key=lambda pair: (pairs[pair], pair)))
    a, b = merges[-1]
    words = {
        join(word, (a, b)) if a in word and b in word else word: n
        for word, n in words.items()
    }
vocabulary = 256 + len(merges)
print("first", *(f"[{(a + b).decode()}]" for a, b in merges[:5]))
print("last ", *(f"[{(a + b).decode()}]" for a, b in merges[-3:]))
# --8<-- [end:learn]


# --8<-- [start:encode]
def encode(text):
    tokens = []
    for word in map(split, pieces(text)):
        for pair in merges:
            word = join(word, pair)
        tokens += word
    return tokens


english = "Models learn from broad data."
chinese = "模型从广泛的数据中学习。"  # the same in Chinese
counts = []
for sentence in (english, chinese):
    tokens = encode(sentence)
    assert b"".join(tokens).decode() == sentence
    counts.append((len(sentence), len(sentence.encode()), len(tokens)))
print("          characters   bytes  tokens")
print("English {:12} {:7} {:7}".format(*counts[0]))
print("Chinese {:12} {:7} {:7}".format(*counts[1]))
print(*(t.decode().strip() for t in encode(english)), sep="|")
# --8<-- [end:encode]
