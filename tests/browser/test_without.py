"""What a page says where much of it is left out: a browser's reading mode, or its style, its images and its scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from .conftest import from_npm, page_paths

READABILITY = "0.6.0"  # of @mozilla/readability, which Firefox's reading mode is
# The texts of an article, in their order, without what only scripts make use of. Of a formula its parts.
TEXTS = """(within, left) => {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT), found = []
  while (walker.nextNode()) {
    const text = walker.currentNode.data.replace(/\\s+/g, " ").trim()
    if (text && !walker.currentNode.parentElement.closest(left)) found.push(text)
  }
  return found
}"""
NEVER = "script, style, template, annotation, button, form, [hidden]"
# In reading mode: the title, which stands above; signs beside headings and cells; lists of nothing but links, and questions
# each of which ends with one.
NOT_READ = f"{NEVER}, h1, .headerlink, .prompt, .contents, .questions"
LOST = f"""([script, html, left]) => {{
  const texts = {TEXTS}, page = new DOMParser().parseFromString(html, "text/html")
  const Readability = new Function(script + "; return Readability")()
  const wanted = texts(page.querySelector(".notebook") ?? page.querySelector("article"), left)
  const read = new DOMParser().parseFromString(new Readability(page).parse().content, "text/html")
  const said = read.body.textContent.replace(/\\s+/g, " ")
  return wanted.filter(text => !said.includes(text))
}}"""
SHOWN = f"""left => {{
  const shown = document.body.innerText.replace(/\\s+/g, " ")
  return ({TEXTS})(document.querySelector('article'), left).filter(text => shown.includes(text))
}}"""
# What only scripts bring; of the player, test_steps.py looks at what stands in its place.
NOT_THERE = f"{NEVER}, .steps"
KINDS = ("", "working-together/", "mathematics/", "faq/", "glossary/", "corrections/", "cases/china/", "labs/attention/", "notebooks/numpy_network/")  # fmt: skip


@pytest.fixture
def empty(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def lost(empty: Page, html: str) -> list[str]:
    """The texts of a page that reading mode leaves out."""
    package = from_npm("@mozilla/readability", READABILITY, os.environ.get("REQUIRE_BROWSER") == "1")  # fmt: skip
    script = (package / "Readability.js").read_text(encoding="utf-8")
    found: list[str] = empty.evaluate(LOST, [script, html, NOT_READ])
    return found


def test_reading_mode_says_the_same(empty: Page, site: Path) -> None:
    """Every chapter, lab and case, and every program with its outputs.

    An anchor can cost a heading or a note: Readability takes some words in it for those of advertisements.
    """
    missing = {}
    for path in page_paths(site):
        # A table, of which it leaves out what stands above.
        if path.endswith("notebooks/"):
            continue
        html = (site / path / "index.html").read_text(encoding="utf-8")
        if found := lost(empty, html):
            missing[path] = found
    assert missing == {}


def test_what_reading_mode_leaves_out_is_found(empty: Page) -> None:
    text = (
        "<p>A sentence, long enough to be read, with a comma, and another one.</p>" * 9
    )
    html = f"<article><h2 id='shared'>A heading</h2>{text}<div id='banner'>A note</div></article>"
    assert lost(empty, html) == ["A heading", "A note"]


@pytest.mark.parametrize("path", [*KINDS, *(f"zh/{kind}" for kind in KINDS)])
def test_without_style_images_and_scripts_a_page_says_the_same(
    browser: Browser, address: str, path: str
) -> None:
    def answer(route: Route) -> None:
        kinds = ("stylesheet", "image", "font", "script")
        if route.request.resource_type in kinds:
            route.abort()
        else:
            route.continue_()

    whole, bare = browser.new_page(), browser.new_page()
    bare.route("**/*", answer)
    for page in (whole, bare):
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")  # fmt: skip
    styled, plain = (page.evaluate(SHOWN, NOT_THERE) for page in (whole, bare))
    assert len(styled) > 50
    rest = iter(plain)
    assert [text for text in styled if text not in rest] == []  # in the same order
    mute = "[...document.images].filter(one => !one.hasAttribute('alt')).map(one => one.src)"
    assert bare.evaluate(mute) == []
    whole.close()
    bare.close()
