"""The site on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from .test_site import contrast

PAPER = 672  # an A4 page between its margins, in CSS pixels
LEFT_OUT = ".md-header, .md-sidebar, .md-footer, .search-open, .search, .md-top, .md-skip, .md-code__nav, .headerlink, .footnote-backref"

# What is wider than the paper or than its own frame.
CUT = """paper => [...document.querySelectorAll("article *")].filter(one => {
  if (one.closest("svg, math > *") || !one.checkVisibility()) return false
  const frame = getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1
  return frame || one.getBoundingClientRect().right > paper + 1
}).map(one => one.outerHTML.slice(0, 160))"""


@pytest.fixture
def paper(browser: Browser) -> Iterator[Page]:
    """A page as it is printed by a reader who reads in dark."""
    context = browser.new_context(
        viewport={"width": PAPER, "height": 980}, color_scheme="dark"
    )
    page = context.new_page()
    page.emulate_media(media="print", color_scheme="dark")
    yield page
    context.close()


@pytest.mark.parametrize("language", ["", "zh/"])
@pytest.mark.parametrize(
    "path",
    ["", "mathematics/", "applications/", "article/", "notebooks/language_model/"],
)
def test_paper_shows_the_text_whole_and_nothing_else(
    paper: Page, address: str, path: str, language: str
) -> None:
    paper.goto(f"{address}{language}{path}")
    assert paper.evaluate("document.documentElement.scrollWidth") <= PAPER
    assert paper.evaluate(CUT, PAPER) == []
    left_out = paper.locator(LEFT_OUT)
    assert left_out.count() > 5
    assert not [one for one in left_out.all() if one.is_visible()]


@pytest.mark.parametrize("language", ["", "zh/"])
def test_what_to_ask_before_signing_fits_one_sheet(
    paper: Page, address: str, language: str
) -> None:
    paper.goto(f"{address}{language}before-you-sign/")
    sheet = paper.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1


def test_figures_and_code_are_light_on_paper(paper: Page, address: str) -> None:
    paper.goto(f"{address}mathematics/")
    paper.wait_for_selector("body[data-md-color-scheme=slate]")
    for part, colour in (
        ("svg.plot text", "fill"),
        (".highlight .k, .highlight .kn", "color"),
        (".highlight .c1", "color"),
        ("article p", "color"),
    ):
        ink = paper.locator(part).first.evaluate(
            "(one, colour) => getComputedStyle(one)[colour]", colour
        )
        assert contrast(ink, "rgb(255, 255, 255)") > 4.5, part
    curve = paper.locator("svg.plot [stroke^='var(--plot-']").first
    assert curve.evaluate("one => getComputedStyle(one).stroke") == "rgb(47, 111, 176)"


def test_links_say_where_they_lead_on_paper(paper: Page, address: str) -> None:
    paper.goto(f"{address}mathematics/")
    after = "one => getComputedStyle(one, '::after').content"
    paper.evaluate(
        """document.querySelector("article p").innerHTML += '<a id="away" href="https://example.org/x">out</a>'"""
    )
    assert "https://example.org/x" in paper.locator("#away").evaluate(after)
    for inside in ("a.run", "a.term", ".provenance a", "a.footnote-ref"):
        content = paper.locator(f"article {inside}").first.evaluate(after)
        assert "http" not in content and "/" not in content, inside
    for link in paper.locator(".footnote a[href^='http']").all():
        address_shown = (link.text_content() or "").partition(":")[2].lower()
        assert address_shown in (link.get_attribute("href") or "").lower()


def test_details_are_open_on_paper_without_scripts(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}mathematics/")
    folded = page.locator(".provenance dl").first
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
    context.close()
