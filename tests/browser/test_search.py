"""The search finds what its reader types, near the top, and only in the reader's language."""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from patience import PATIENCE
from playwright.sync_api import Browser, Page, Route, expect

from .conftest import served

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
        page.keyboard.press("Control+k")
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


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A Chinese page on a small phone whose reader has opened the search, and nothing has come yet."""
    context = browser.new_context(viewport={"width": 320, "height": 480})
    page = context.new_page()
    page.goto(f"{address}zh/labs/attention/")
    page.click(".search-open")
    yield page
    context.close()


def test_text_that_comes_without_keys_is_searched(opened: Page) -> None:
    """Pasted, dictated, dropped; what an input method is still composing is not."""
    opened.fill(INPUT, "过拟合")
    opened.wait_for_selector(".teaser mark")  # its script and its texts are there
    opened.fill(INPUT, "")
    expect(opened.locator(RESULT)).to_have_count(0)
    opened.evaluate(
        """() => {
          const input = document.querySelector(".search input")
          const say = (name, more) => input.dispatchEvent(new InputEvent(name, { bubbles: true, ...more }))
          input.value = "guo ni he"
          say("input", { isComposing: true })
        }"""
    )
    opened.wait_for_timeout(300)
    assert opened.locator(RESULT).count() == 0
    opened.evaluate(
        """() => {
          const input = document.querySelector(".search input")
          input.value = "过拟合"
          input.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }))
        }"""
    )
    expect(opened.locator(f"{RESULT} mark").first).to_have_text("过拟合")
    opened.evaluate(
        """() => {
          document.querySelector(".search input").value = "反向传播"
          document.querySelector(".search input").dispatchEvent(new InputEvent("input", { bubbles: true }))
        }"""
    )
    expect(opened.locator(f"{RESULT} mark").first).to_have_text("反向传播")


def test_it_says_how_many_and_what_kind_and_why(opened: Page) -> None:
    opened.keyboard.insert_text("过拟合")
    expect(opened.locator(STATUS)).to_have_text(re.compile(r"^\d+ 条结果$"))
    first = opened.locator(RESULT).first
    assert first.locator(".kind").inner_text() in {"实验", "术语", "小节", "页面"}
    expect(opened.locator(".teaser mark").first).to_have_text("过拟合")
    opened.fill(INPUT, "qqxxyyqq")
    expect(opened.locator(STATUS)).to_have_text(re.compile("^没有找到"))
    assert opened.locator(RESULT).count() == 0


def test_it_fits_a_small_phone_and_large_letters(opened: Page) -> None:
    opened.keyboard.insert_text("np.random.default_rng")
    opened.wait_for_selector(".teaser mark")
    for size in ("100%", "200%"):
        opened.evaluate(
            f"document.documentElement.style.setProperty('font-size', '{size}')"
        )
        wide = opened.evaluate(
            "[...document.querySelectorAll('.search, .search *')].filter(one => one.scrollWidth > one.clientWidth + 1"
            " && one.clientWidth && getComputedStyle(one).overflowX !== 'hidden' && one.tagName !== 'INPUT').map(one => one.outerHTML)"
        )
        assert wide == []
        assert (
            opened.evaluate("document.querySelector('.search ol').clientHeight") > 100
        )


def test_what_cannot_be_loaded_is_said_and_asked_for_again(opened: Page) -> None:
    """The first page of the site has loaded it; here the line breaks, and comes back."""
    context = opened.context.browser
    assert context
    page = context.new_context().new_page()
    page.route("**/search/titles.js", lambda route: route.abort())
    page.goto(opened.url)
    page.click(".search-open")
    expect(page.locator(STATUS)).to_have_text(re.compile("^搜索没有载入"))
    page.unroute("**/search/titles.js")
    page.keyboard.insert_text("过拟合")
    page.wait_for_selector(RESULT)
    page.context.close()


def test_the_focus_stays_where_it_is_when_the_texts_come(
    browser: Browser, address: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    waiting: list[Route] = []
    page.route("**/search/texts.js", lambda route: waiting.append(route))
    page.goto(address)
    page.click(".search-open")
    page.keyboard.insert_text("loss")
    page.wait_for_selector(RESULT)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    held = page.locator(f"{RESULT}:focus").get_attribute("href")
    expect(page.locator(STATUS)).to_have_text(re.compile("Loading"))
    waiting.pop().continue_()
    page.wait_for_selector(".teaser mark")
    assert page.locator(f"{RESULT}:focus").count() == 1
    assert page.locator(f"{RESULT}:focus").get_attribute("href") == held
    context.close()


def test_nothing_moves_and_the_focus_returns(opened: Page) -> None:
    opened.keyboard.press("Escape")
    assert opened.locator(".search-open:focus").count() == 1
    before = opened.evaluate("document.querySelector('h1').getBoundingClientRect().top")
    opened.keyboard.press("Control+k")
    opened.keyboard.insert_text("过拟合")
    opened.wait_for_selector(RESULT)
    after = opened.evaluate("document.querySelector('h1').getBoundingClientRect().top")
    assert before == after


def test_a_page_is_marked_when_all_of_it_has_come(browser: Browser, site: Path) -> None:
    """Its script, which a browser keeps from earlier pages, may run before the text is there."""
    scripted = threading.Event()

    class Slow(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if urlsplit(self.path).path != "/faq/":
                super().do_GET()
                return
            head, article, rest = (site / "faq/index.html").read_bytes().partition(b"<article")  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(head)
            scripted.wait(PATIENCE)
            self.wfile.write(article + rest)

        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Slow, directory=str(site))
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))

    def load_first(route: Route) -> None:
        route.fulfill(path=site / "assets/search.js", content_type="text/javascript")
        threading.Timer(1, scripted.set).start()

    page.route("**/assets/search.js", load_first)
    with served(handler) as address:
        page.goto(f"{address}faq/?h=model")
        expect(page.locator(".unmark")).to_be_visible(timeout=10_000)
        assert not problems
        page.close()


def answering(script: str) -> Callable[[Route], None]:
    """Answers a request with a script."""
    return lambda route: route.fulfill(body=script, content_type="text/javascript")


def test_a_language_without_blanks_that_the_site_does_not_have(
    browser: Browser, address: str
) -> None:
    """Japanese: words in three scripts, none of which a rule of ours names."""
    titles = {
        "pages": ["a/", "b/"],
        "places": [
            [0, "page", "a", "ニューラルネットワークの学習", "neural network"],
            [1, "page", "b", "推薦システム", ""],
        ],
    }
    texts = [
        "学習率を下げると、損失はゆっくり減る。",
        "好みの近い人が選んだものを勧める。",
    ]
    context = browser.new_context()
    page = context.new_page()
    for name, data in (("titles", titles), ("texts", texts)):
        script = f"(self.searched ??= {{}}).{name} = {json.dumps(data)}"
        page.route(f"**/search/{name}.js", answering(script))
    page.goto(address)
    page.click(".search-open")
    for query, anchor in {
        "学習率": "a",
        "ニューラル": "a",
        "ﾆｭｰﾗﾙ": "a",
        "neural networks": "a",
        "システム": "b",
        "好みの近い人": "b",
        "推薦とは": "b",
    }.items():
        page.fill(INPUT, query)
        first = page.locator(f"{RESULT}[href*='/{anchor}/']").first
        expect(first).to_be_visible()
        assert page.locator(RESULT).count() == 1, query
    context.close()
