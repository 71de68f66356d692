"""The site for those who use a keyboard or a screen reader, see colours differently, or do without motion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from .conftest import page_paths

# Rules whose outcome depends on the colours, and on the width.
COLOUR = ["color-contrast", "link-in-text-block"]
WIDTH = ["scrollable-region-focusable", "target-size"]
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

# Most of axe's time goes into code: of all spans of a class in it, which look alike, one is enough.
PREPARE = """() => {
  document.querySelectorAll("details").forEach(one => one.open = true)
  const seen = new Set()
  for (const span of document.querySelectorAll("pre span[class]:not(.md-code__nav)")) {
    const kind = span.className
    if (seen.has(kind)) span.replaceWith(span.textContent)
    seen.add(kind)
  }
  document.querySelectorAll("pre code").forEach(one => one.normalize())
}"""
RUN = """rules => axe.run(document, {resultTypes: ["violations"], runOnly: rules})"""


def violations(page: Page, rules: object, where: str) -> list[str]:
    """What axe finds in a page as it stands: page, rule, element, remedy."""
    found: dict[str, Any] = page.evaluate(RUN, rules)
    return [
        f"{where}: {violation['id']}: {node['target']} {node['html'][:160]}\n"
        f"    {node['failureSummary']}\n    {violation['helpUrl']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, address: str) -> Callable[[str], Page]:
    """`visit("faq/")` opens a page of the site, with axe in it."""
    page = context.new_page()

    def open_page(path: str) -> Page:
        page.goto(address + path)
        page.evaluate(AXE_SCRIPT)
        return page

    return open_page


def set_scheme(page: Page, scheme: str) -> None:
    page.evaluate(
        "scheme => document.querySelector(`.md-option[data-md-color-scheme=${scheme}]`).click()",
        scheme,
    )
    page.wait_for_selector(f"body[data-md-color-scheme={scheme}]")


@pytest.mark.parametrize("language", ["", "zh/"])
def test_axe_finds_nothing_on_any_page(
    visit: Callable[[str], Page], site: Path, language: str
) -> None:
    """All rules in light, those of colour in dark, those of width on a phone; with all details open."""
    found = []
    for path in [*page_paths(site), "404.html"]:
        if path.startswith("zh/") is not bool(language):
            continue
        page = visit(path)
        page.evaluate(PREPARE)
        found += violations(page, RULES, f"/{path}, light")
        set_scheme(page, "slate")
        found += violations(page, COLOUR, f"/{path}, dark")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        found += violations(page, WIDTH, f"/{path}, on a phone")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        set_scheme(page, "default")
    assert not found, f"{len(found)} violations\n" + "\n".join(found[:20])
