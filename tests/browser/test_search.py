"""The search finds what its reader types, near the top, and only in the reader's language."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

INPUT = "input.md-search__input"
RESULT = ".md-search-result__item"
Search = Callable[[str, str], list[str]]
PageOf = Callable[[str], Page]

# Language, query, and what stands among the first three results.
QUERIES = [
    ("", "back-propagation", "mathematics/"),
    ("", "backpropagation", "mathematics/"),
    ("", "back propagation", "mathematics/"),
    ("", "foundation model", "core-concepts/"),
    ("", "industry", "working-together/"),
    ("", "academia", "working-together/"),
    ("", "overfitting", "labs/overfitting/"),
    ("", "attention", "labs/attention/"),
    ("", "finetuning", "applications/"),
    ("", "Adam", "labs/optimisers/"),
    ("", "GPT-3", "corrections/"),
    ("", "GPT3", "corrections/"),
    ("", "numpy_network", "notebooks/numpy_network/"),
    ("", "numpy_network.py", "notebooks/numpy_network/"),
    ("", "np.random.default_rng", "random-targets/"),
    ("", "default_rng", "random-targets/"),
    ("", "GradientTape", "practice/"),
    ("zh/", "基础模型", "core-concepts/"),
    ("zh/", "反向传播", "mathematics/"),
    ("zh/", "注意力机制", "principles/"),
    ("zh/", "注意力", "labs/attention/"),
    ("zh/", "产业界", "working-together/"),
    ("zh/", "学术界", "working-together/"),
    ("zh/", "过拟合", "faq/"),
    ("zh/", "梯度下降", "notebooks/optimisers/"),
    ("zh/", "损失函数", "mathematics/"),
    ("zh/", "多模态", "core-concepts/"),
    ("zh/", "自监督学习", "labs/self-supervision/"),
    ("zh/", "Adam", "labs/optimisers/"),
    ("zh/", "numpy_network", "notebooks/numpy_network/"),
    ("zh/", "default_rng", "random-targets/"),
]


@pytest.fixture(scope="module")
def page_of(browser: Browser, address: str) -> Iterator[PageOf]:
    """The first page of a language, its search open."""
    context = browser.new_context()

    @functools.cache
    def opened(language: str) -> Page:
        page = context.new_page()
        page.goto(address + language)
        page.click(INPUT)
        return page

    yield opened
    context.close()


@pytest.fixture(scope="module")
def search(page_of: PageOf, address: str) -> Search:
    """`search("zh/", "过拟合")` types the query and gives the pages that it finds, the best first."""
    silent: list[str] = []

    def find(language: str, query: str) -> list[str]:
        if silent:
            pytest.fail(f"the search has not answered {silent[0]!r}", pytrace=False)
        silent.append(query)  # until it answers
        page = page_of(language)
        for text in ("", query):
            page.fill(INPUT, text)
            page.press(INPUT, "End")  # the search listens for keys
            state: Literal["attached", "detached"] = "attached" if text else "detached"
            page.wait_for_selector(f"{RESULT} a", state=state)
        silent.clear()
        links: list[str] = page.eval_on_selector_all(
            RESULT, "all => all.map(one => one.querySelector('a').href)"
        )
        return [link.removeprefix(address).partition("?")[0] for link in links]

    return find


@pytest.mark.parametrize(("language", "query", "expected"), QUERIES)
def test_the_search_finds_what_its_reader_types(
    search: Search, language: str, query: str, expected: str
) -> None:
    found = search(language, query)
    assert language + expected in found[:3]
    assert all(link.startswith("zh/") is bool(language) for link in found)


def test_no_word_that_was_found_is_called_missing(
    search: Search, page_of: PageOf
) -> None:
    search("zh/", "注意力机制")
    best = page_of("zh/").locator(RESULT).first.locator("article").nth(1)
    assert "注意力机制" in best.inner_text().replace("\u200b", "")
    assert best.locator("del").count() == 0
