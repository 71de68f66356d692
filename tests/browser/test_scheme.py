"""Light and dark: as the reader's system says, until the reader says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from .conftest import let_it_settle
from .test_site import contrast

Scheme = Literal["light", "dark"]


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """`visit("faq/", "dark")` opens a page for a reader whose system is dark."""
    contexts = []

    def open_page(path: str, system: Scheme, material: bool = True) -> Page:
        contexts.append(browser.new_context(color_scheme=system))
        page = contexts[-1].new_page()
        if not material:
            page.route("**/bundle.*.js", lambda route: route.abort())
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def is_dark(page: Page) -> bool:
    """By what is painted: the paper, and what the browser itself paints."""
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    own = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    dark = contrast("rgb(255, 255, 255)", paper) > 10
    assert own == ("dark" if dark else "normal")
    pressed = page.locator(".scheme-switch").get_attribute("aria-pressed")
    assert pressed == str(dark).lower()
    return dark


@pytest.mark.parametrize("path", ["", "zh/faq/"])
@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_page_is_painted_as_the_system_says(
    visit: Callable[..., Page], path: str, system: Scheme
) -> None:
    """Also before Material's script is there: nobody is dazzled."""
    for material in (False, True):
        assert is_dark(visit(path, system, material)) is (system == "dark")


def test_a_page_follows_the_system_until_its_reader_chooses(
    visit: Callable[..., Page], address: str
) -> None:
    page = visit("faq/", "light")
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("[aria-pressed=true]")
    assert is_dark(page)
    page.reload()
    assert is_dark(page)
    page.click(".scheme-switch")
    assert not is_dark(page)
    for system in ("light", "dark"):
        page.emulate_media(color_scheme=system)
        let_it_settle(page)  # the page has heard of it
        assert not is_dark(page)
    page.click(".language-switch")
    page.wait_for_url(f"{address}zh/faq/")
    assert not is_dark(page), "what is chosen holds in the other language"
    page.click(".scheme-switch")
    page.goto(f"{address}mathematics/")
    assert is_dark(page)


def test_without_scripts_there_is_no_switch(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator(".scheme-switch").count() == 1
    assert not page.locator(".scheme-switch").is_visible()
    context.close()
