"""The search index: which words it holds, and how the search finds the words of a Chinese query in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import jieba
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from runner import SourceError

HYPHENATED = re.compile(r"\b[A-Za-z]\w*(?:-\w+)+\b", re.ASCII)
WORKER = re.compile(r"assets/javascripts/workers/search\.\w+\.min\.js")
MENDS = (
    # Material looks for a query's words in the index, but never for one that ends where the query ends.
    (
        re.compile(
            r"(for\(let (\w)=(\w)\+1;\2)<(\w+\.length;\2\+\+\)\w+\.slice\(\3,\2\)in )"
        ),
        r"\1<=\4",
    ),
    # It adds a star to each word but the last, later another to all, and calls what has two of them missing.
    (re.compile(r'(this\.index\.invertedIndex\)\]\.join\()"\* "'), r'\1" "'),
)


def teach_words(terms: Iterable[str]) -> None:
    """Tells jieba the terms of three characters, such as 过拟合, of which it makes 过 and 拟合.

    The parts of a longer term (注意力, 机制) are words that somebody may look for.
    """
    for term in terms:
        if re.fullmatch(r"[\u4e00-\u9fff]{3}", term):
            jieba.add_word(term)


def index_joined_words(config: MkDocsConfig) -> None:
    """Lets the search find "back-propagation" as "backpropagation", too.

    What it finds there is in fields that no result shows, as heavy as the title and the text (mkdocs.yml).
    """
    index = config.plugins["material/search"].search_index  # type: ignore[attr-defined]
    add: Callable[[Page], None] = index.add_entry_from_context

    def add_entries(page: Page) -> None:
        before = len(index.entries)
        add(page)
        for entry in index.entries[before:]:
            for part in ("title", "text"):
                if joined := without_hyphens(entry[part]):
                    entry[f"joined_{part}"] = joined

    index.add_entry_from_context = add_entries


def without_hyphens(text: str) -> str:
    """The words of a text that have a hyphen, each once, written as one."""
    found = {word.replace("-", "").lower() for word in HYPHENATED.findall(text)}
    return " ".join(sorted(found))


def with_all_words(worker: str, name: str) -> str:
    """The script of the search, which now finds every word of a Chinese query: 反向传播 is 反向 and 传播.

    Raises:
        SourceError: Material has rewritten its search.
    """
    for pattern, mended in MENDS:
        worker, count = pattern.subn(mended, worker)
        if count != 1:
            raise SourceError(
                name,
                None,
                "Material reads the words of a Chinese query in another way than before.",
                f"see whether it still needs this to be mended: {pattern.pattern}",
            )
    return worker
