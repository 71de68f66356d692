"""The search finds what its reader types, near the top, and only in the reader's language."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

INPUT = ".search input"
RESULT = ".search li a"
STATUS = ".search output"
FOLDERS = {"en": "", "zh": "zh/"}
QUERIES: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("queries.yml").read_text(encoding="utf-8")
)
ENOUGH = 0.95  # of the queries of a language
Search = Callable[[str, str], list[str]]
PageOf = Callable[[str], Page]


@pytest.fixture(scope="module")
def page_of(browser: Browser, address: str) -> Iterator[PageOf]:
    """The first page of a language, its search open and all of it loaded."""
    context = browser.new_context()

    @functools.cache
    def opened(language: str) -> Page:
        page = context.new_page()
        page.goto(address + FOLDERS[language])
        page.keyboard.press("/")
        page.fill(INPUT, "1")  # what is on every page
        expect(page.locator(STATUS)).to_have_text(re.compile(r"^\d+ ?\D{2,8}$"))
        return page

    yield opened
    context.close()


@pytest.fixture(scope="module")
def search(page_of: PageOf, address: str) -> Search:
    """`search("zh", "过拟合")` gives the places that the query finds below the language's folder, the best first."""

    def find(language: str, query: str) -> list[str]:
        page = page_of(language)
        page.fill(INPUT, query)
        page.keyboard.press("End")
        page.wait_for_timeout(60)
        links = page.eval_on_selector_all(RESULT, "all => all.map(a => a.href)")
        places = []
        for link in links:
            parts = urlsplit(link)
            assert link.startswith(address + FOLDERS[language])
            path = parts.path.removeprefix("/" + FOLDERS[language])
            places.append(f"{path or './'}{'#' * bool(parts.fragment)}{parts.fragment}")
        return places

    return find


def leads(places: list[str], wanted: str) -> bool:
    """Whether one of the places wanted stands among the first three; `page/` is any place in it."""
    return any(
        place == one or ("#" not in one and place.startswith(one))
        for place in places[:3]
        for one in wanted.split(" | ")
    )


@pytest.mark.parametrize("language", QUERIES)
def test_the_search_finds_what_its_reader_types(search: Search, language: str) -> None:
    missed = {
        query: found[:3]
        for query, wanted in QUERIES[language].items()
        if not leads(found := search(language, query), wanted)
    }
    print(f"{len(missed)} of {len(QUERIES[language])} missed: {missed}")
    assert len(missed) <= (1 - ENOUGH) * len(QUERIES[language]), missed
