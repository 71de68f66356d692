"""The search index, loaded only by a reader who searches.

Material's script loads `search/search_index.json` with every page, some 200 kB. What it finds there is the index without
its documents; the whole one lies beside it, and assets/javascripts/workers/patient-search.js loads it when needed.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jieba

INDEX = "search/search_index.json"
WHOLE = "search/documents.json"
PATIENT = re.compile(r"patient-search\.js\?engine=([\w.]*)[^\"]*")
HYPHENATED = re.compile(r"\b[A-Za-z]\w*(?:-\w+)+\b", re.ASCII)


def teach_words(terms: Iterable[str]) -> None:
    """Tells jieba the terms of three characters, such as 过拟合, of which it makes 过 and 拟合.

    The parts of a longer term (注意力, 机制) are words that somebody may look for.
    """
    logging.getLogger("jieba").setLevel(logging.WARNING)
    for term in terms:
        if re.fullmatch(r"[\u4e00-\u9fff]{3}", term):
            jieba.add_word(term)


def split_index(folder: Path) -> None:
    """Sets the documents of the index aside that a build has written to the folder of a language.

    A word with a hyphen is written as one word, too, in fields that no result shows, as heavy as the title and the text
    (mkdocs.yml): so the search finds "back-propagation" as "backpropagation".
    """
    index = read_index(folder)
    if not index["docs"]:  # it comes from the published site, split already
        return
    for entry in index["docs"]:
        for part in ("title", "text"):
            if joined := without_hyphens(entry[part]):
                entry[f"joined_{part}"] = joined
    whole = json.dumps(index, separators=(",", ":"))
    (folder / WHOLE).write_text(whole, encoding="utf-8")
    empty = json.dumps(index | {"docs": []}, ensure_ascii=False)
    (folder / INDEX).write_text(empty, encoding="utf-8")


def without_hyphens(text: str) -> str:
    """The words of a text that have a hyphen, each once, written as one."""
    found = {word.replace("-", "").lower() for word in HYPHENATED.findall(text)}
    return " ".join(sorted(found))


def read_index(folder: Path) -> dict[str, Any]:
    """The whole index of the language that is published in `folder`."""
    path = folder / WHOLE
    path = path if path.exists() else folder / INDEX
    return dict(json.loads(path.read_text(encoding="utf-8")))


def with_whole_search(page: str) -> str:
    """The HTML of a published page with Material's own worker, which can read from a file."""
    return PATIENT.sub(r"\1", page)
