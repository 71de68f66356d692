"""The words of the search index, and the search's reading of a Chinese query."""

from __future__ import annotations

import jieba
import pytest
from publish.assets import bent
from publish.search import teach_words, without_hyphens
from runner import SourceError


def test_a_word_with_a_hyphen_is_also_one_without() -> None:
    text = "<p>Back-propagation and state-of-the-art self-supervision, back-propagation; GPT-3, 3-2-1, a - b</p>"
    assert without_hyphens(text) == "backpropagation gpt3 selfsupervision stateoftheart"
    assert without_hyphens("反向传播 - 过拟合") == ""


def test_a_term_of_three_characters_stays_whole() -> None:
    teach_words(["留出集", "噪声下限"])
    assert jieba.lcut("留出集上的噪声下限") == ["留出集", "上", "的", "噪声", "下限"]


LOOP = "for(let s=0;s<t.length;s++)for(let o=s+1;o<t.length;o++)t.slice(s,o)in e&&(n[s]=o-s);"
JOIN = '[...fe(s,this.index.invertedIndex)].join("* ")'


def test_every_word_of_a_query_is_looked_for() -> None:
    mended = LOOP.replace("o<t", "o<=t") + JOIN.replace("* ", " ")
    assert bent(LOOP + JOIN, "search.js") == mended


@pytest.mark.parametrize("worker", [LOOP, JOIN, LOOP + LOOP + JOIN])
def test_a_search_of_another_kind_is_refused(worker: str) -> None:
    with pytest.raises(SourceError, match="still needs to be bent"):
        bent(worker, "search.js")
