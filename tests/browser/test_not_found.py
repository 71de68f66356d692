"""An address that does not exist, on a host that answers with the 404 page at the root, as most do."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .conftest import Quiet, served


class Host(Quiet):
    """Serves a site below `base`; /404.html of the site stands for all that is not there."""

    base = "/"

    def translate_path(self, path: str) -> str:
        if not path.startswith(self.base):
            return os.devnull + "/none"
        return super().translate_path("/" + path.removeprefix(self.base))

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        body = (Path(self.directory) / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def host(site: Path, base: str) -> Iterator[str]:
    handler = type("At", (Host,), {"base": base})
    with served(functools.partial(handler, directory=str(site))) as address:
        yield address.removesuffix("/") + base


@pytest.fixture(scope="session")
def at_root(site: Path) -> Iterator[str]:
    """The whole site, built without an address."""
    with host(site, "/") as address:
        yield address


@pytest.fixture(scope="session")
def in_folder(addressed: Path) -> Iterator[str]:
    """The small project, built for a folder of its host."""
    with host(addressed, "/book/") as address:
        yield address


def open_missing(
    browser: Browser, url: str, **settings: bool
) -> tuple[Page, list[str]]:
    """The page that answers, and the addresses that answered in no good way."""
    page = browser.new_context(**settings).new_page()  # type: ignore[arg-type]
    bad: list[str] = []
    page.on("response", lambda r: bad.append(r.url) if r.status >= 400 else None)
    page.on("pageerror", lambda error: bad.append(str(error)))
    answer = page.goto(url)
    assert answer and answer.status == 404
    page.wait_for_load_state("networkidle")
    return page, bad


WORDS = {"en": ("Page not found", "Labs"), "zh": ("找不到这个页面", "实验")}


@pytest.mark.parametrize("place", ["at_root", "in_folder"])
@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("missing", "en"),
        ("a/b/c/", "en"),
        ("zhang/", "en"),
        ("zh/missing", "zh"),
        ("zh/a/b/c/", "zh"),
    ],
)
def test_it_speaks_the_language_of_the_address(
    browser: Browser,
    request: pytest.FixtureRequest,
    place: str,
    path: str,
    language: str,
) -> None:
    address = request.getfixturevalue(place)
    page, bad = open_missing(browser, address + path)
    assert bad == [address + path], "all that it needs is there"
    assert page.url == address + path, "the reader can mend the address"
    title, labs = WORDS[language]
    assert page.locator("h1").all_inner_texts() == [title]
    assert page.title().startswith(title)
    assert page.evaluate("document.documentElement.lang") == language
    folder = "" if language == "en" else "zh/"
    links = page.locator(".not-found").first.locator("a")
    assert [link.evaluate("a => a.href") for link in links.all()] == [
        f"{address}{folder}{name}" for name in ("", "labs/", "corrections/")
    ]
    assert labs in links.all_inner_texts()
    switch = page.locator(".language-switch")
    other = "zh/" if language == "en" else ""
    assert switch.evaluate("a => a.href") == address + other
    page.context.close()


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [("a/b/", "Adam", "/optimisers/"), ("zh/a/b/", "产业界", "/zh/")],
)
def test_it_searches(
    browser: Browser, at_root: str, path: str, query: str, expected: str
) -> None:
    """By its own form, and in the header."""
    page, _ = open_missing(browser, at_root + path)
    page.click(".search-open")
    page.fill(".search input", query)
    results = page.locator(".search li a")
    results.first.wait_for()
    assert any(
        expected in link for link in results.evaluate_all("all => all.map(a => a.href)")
    )
    page.keyboard.press("Escape")

    form = page.locator(".not-found form").first
    form.locator("input").fill(query)
    form.locator("button").click()
    page.wait_for_url("**/?q=*")
    results.first.wait_for()
    found = results.evaluate_all("all => all.map(a => a.href)")
    assert any(expected in link for link in found)
    assert all(("/zh/" in link) == path.startswith("zh/") for link in found)
    page.context.close()


def test_its_links_lead_somewhere(browser: Browser, at_root: str) -> None:
    page, _ = open_missing(browser, f"{at_root}a/b/")
    links = page.locator(".not-found a").evaluate_all("all => all.map(a => a.href)")
    assert len(links) == 6
    for link in links:
        answer = page.goto(link)
        assert answer and answer.status == 200, link
    page.context.close()


@pytest.mark.parametrize("path", ["a/b/", "zh/a/b/"])
def test_without_scripts_it_speaks_both(
    browser: Browser, at_root: str, path: str
) -> None:
    page, bad = open_missing(browser, at_root + path, java_script_enabled=False)
    assert bad == [at_root + path]
    for language, (title, labs) in WORDS.items():
        section = page.locator(f".not-found[lang={language}]")
        assert section.get_by_role("heading").inner_text() == title
        assert section.get_by_role("link", name=labs).is_visible()
    assert not page.locator(".not-found form").first.is_visible(), "it could not search"
    page.context.close()


def test_it_stays_dark(browser: Browser, at_root: str) -> None:
    """The Chinese page that takes the English one's place keeps what its reader chose."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{at_root}zh/a/b/")
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").inner_text() == WORDS["zh"][0]
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    page.click(".scheme-switch")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "default"
    context.close()
