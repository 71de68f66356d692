"""The style sheet as pages need it: without the rest of Material's, and without laying out what nobody sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from mkdocs.theme import Theme
from playwright.sync_api import Browser, Page
from publish.assets import STYLE
from publish.stylesheet import sheets

from .conftest import let_it_settle, wait_for
from .test_scheme import Scheme

# How elements look, with what CSS puts before and after them; of those with the same classes around them, the first.
LOOKS = """() => {
  const kinds = new Map()
  for (const one of document.querySelectorAll("body, body *:not(math *)")) {
    let kind = ""
    for (let around = one; around; around = around.parentElement) kind += ` < ${around.tagName}.${around.className.baseVal ?? around.className}`
    if (!kinds.has(kind)) kinds.set(kind, one)
  }
  return [...kinds].flatMap(([kind, one]) => ["", "::before", "::after"].flatMap(part => {
    const style = getComputedStyle(one, part)
    return part && style.content === "none" ? [] : [
      "display", "position", "visibility", "opacity", "color", "backgroundColor", "fill", "font", "content",
      "textDecoration", "margin", "padding", "border", "outline", "boxShadow", "transform", "zIndex", "overflow",
      "maskImage", "order", "gap", "float", "whiteSpace", "listStyle", "width", "height", "inset",
    ].filter(name => one.tagName !== "DIALOG" || !["margin", "inset"].includes(name)) // centred: as wide as the scrollbar leaves it
     .map(name => `${name}: ${style[name]} of${kind}${part}`)
  }))
}"""

# Material's script has given the sidebars that stand beside the text their place and height, some time after the page is there.
MEASURED = """() => [...document.querySelectorAll(".md-sidebar")].every(one => {
  const {display, position} = getComputedStyle(one)
  return display === "none" || position !== "sticky" || one.style.top
})"""

# Where each part of the text stands, and how high it is.
PLACES = """() => [...document.querySelectorAll("article > *, article li, article h2, article h3")].map(one => {
  const {top, height} = one.getBoundingClientRect()
  return [one.outerHTML.slice(0, 80), Math.round(top + scrollY), Math.round(height)]
})"""

# As if the whole text were in view.
ALL_SEEN = """() => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync("article * { contain-intrinsic-size: none !important; content-visibility: visible !important }")
  document.adoptedStyleSheets = [sheet]
}"""

PAGES = ["", "mathematics/", "labs/attention/", "zh/working-together/", "zh/faq/"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def whole() -> str:
    """All rules of Material and of the site."""
    configuration = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    names = yaml.safe_load(
        configuration.partition("extra_css:")[2].partition("\n\n")[0]
    )
    folders = [ROOT / "overrides", *map(Path, Theme("material").dirs)]
    found = sheets(folders, [ROOT / "overrides" / name for name in names])
    return "\n".join(path.read_text(encoding="utf-8") for path in found)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pages_look_as_with_all_of_material(
    browser: Browser, address: str, whole: str, width: int, scheme: Scheme
) -> None:
    """As they come, with the drawer open, and while their reader searches."""
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    trimmed, full = context.new_page(), context.new_page()
    full.route(
        f"**/{STYLE}",
        lambda route: route.fulfill(body=whole, content_type="text/css"),
    )

    def looks(page: Page, path: str) -> list[str]:
        page.goto(address + path)
        page.evaluate(
            "document.querySelectorAll('details').forEach(one => one.open = true)"
        )
        # Heights are then what they are, and not what they were taken to be until something came into view.
        page.evaluate(ALL_SEEN)
        page.evaluate("document.fonts.ready.then(() => true)")
        wait_for(page, MEASURED)
        found: list[str] = page.evaluate(LOOKS)
        click = "document.getElementById('__drawer').click()"
        page.evaluate(click)
        found += page.evaluate(LOOKS)
        page.evaluate(click)
        page.keyboard.press("Control+k")
        page.keyboard.insert_text("weight")
        page.wait_for_selector(".search .teaser mark")  # the texts are there, too
        return [*found, *page.evaluate(LOOKS)]

    for path in ("", "zh/labs/attention/", "notebooks/gradient_check/"):
        expected, found = looks(full, path), looks(trimmed, path)
        assert len(expected) > 10_000
        assert set(found) - set(expected) == set()
        assert len(found) == len(expected)
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", PAGES)
def test_what_is_laid_out_late_lies_where_it_would(
    page: Page, address: str, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(address + path)
    for _ in range(60):
        page.evaluate("scrollBy(0, 800)")
        page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
    assert page.evaluate(
        "scrollY + innerHeight + 2 > document.documentElement.scrollHeight"
    )
    found = page.evaluate(PLACES)
    page.evaluate(ALL_SEEN)
    assert found == page.evaluate(PLACES)


def test_what_is_out_of_sight_is_not_laid_out(page: Page, address: str) -> None:
    """Which is what makes a long page quick."""
    page.goto(f"{address}mathematics/")
    skipped = """() => [...document.querySelectorAll("article pre > code, article math")]
      .filter(one => !one.checkVisibility({contentVisibilityAuto: true})).length"""
    assert page.evaluate(skipped) > 50
    page.emulate_media(media="print")
    assert page.evaluate(skipped) == 0, "paper shows all"


@pytest.mark.parametrize("anchor", ["training", "exercises", "what-to-do"])
def test_a_link_into_a_page_finds_its_place(
    page: Page, address: str, anchor: str
) -> None:
    """And what is above it may get another height: the place stays."""
    path = "working-together/" if anchor == "what-to-do" else "mathematics/"
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}{path}#{anchor}")
    let_it_settle(page)
    top = f"document.getElementById('{anchor}').getBoundingClientRect().top"
    assert 0 <= page.evaluate(top) < 150
    for distance in (-900, 900):
        page.evaluate(
            "window.arrived = false, addEventListener('scrollend', () => { arrived = true }, {once: true})"
        )
        page.mouse.wheel(0, distance)
        wait_for(page, "() => arrived")
        let_it_settle(page)
    assert -60 <= page.evaluate(top) < 210
