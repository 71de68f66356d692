"""The site for those who use a keyboard or a screen reader, see colours differently, or do without motion."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from .conftest import look_at, page_paths, wait_for
from .test_site import contrast

# All rules by their tags, of which `violations` leaves out those of colour; and those of colour.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR = ["color-contrast", "link-in-text-block"]
SURE = 3  # times that axe was not sure of a kind of text: it will not be
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
FOLDERS = ("cases/", "labs/", "notebooks/")  # those with many pages; the rest is ""

# What axe looks at: all is laid out, all details are open, and of the spans in code, which look alike by their class,
# there is one of each.
LAY_OUT = """() => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync("article * { content-visibility: visible !important }")
  document.adoptedStyleSheets = [sheet]
}"""
PREPARE = """() => {
  document.querySelectorAll("details").forEach(one => one.open = true)
  const seen = new Set()
  for (const span of document.querySelectorAll("pre span[class]:not(.md-code__nav)")) {
    if (seen.has(span.className)) span.replaceWith(span.textContent)
    seen.add(span.className)
  }
  document.querySelectorAll("pre code").forEach(one => one.normalize())
}"""

# What can be seen of the texts of a page, by its kind, which is all that decides on its colours: the elements and classes
# around it, and how those are painted. Most of axe's time goes into colours; of each kind it looks at one.
KINDS = """() => {
  const painted = ["color", "fill", "backgroundColor", "backgroundImage", "opacity", "fontSize", "fontWeight",
    "textDecorationLine", "textShadow"], known = new Map()
  const kind = one => {
    if (!one) return ""
    if (!known.has(one)) {
      const style = getComputedStyle(one), name = `${one.tagName}.${one.getAttribute("class")}`
      known.set(one, [name, ...painted.map(name => style[name]), kind(one.parentElement)].join(" "))
    }
    return known.get(one)
  }
  window.kinds = new Map()
  for (const one of document.querySelectorAll("body *")) {
    if (![...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())) continue
    if (!one.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue
    if (!kinds.has(kind(one))) kinds.set(kind(one), one)
  }
  return [...kinds.keys()]
}"""

# Started here, awaited by `violations`: two pages are at it at the same time. Without kinds, all rules but those of colour.
# To axe a formula is no text; a header that is one is read all the same.
START = """([rules, chosen]) => {
  const off = {enabled: false}, texts = chosen ? chosen.map(n => [...kinds.values()][n]) : []
  window.found = axe.run(chosen ? {include: texts} : document, {
    resultTypes: ["violations", "incomplete"], runOnly: rules, elementRef: true,
    rules: chosen ? {} : {"color-contrast": off, "link-in-text-block": off},
  }).then(({violations, incomplete}) => ({
    violations: violations.map(({id, helpUrl, nodes}) => ({id, helpUrl,
      nodes: nodes.filter(({element}) => id !== "empty-table-header" || !element.querySelector("math")).map(({target, html, failureSummary}) => ({target, html, failureSummary}))})),
    unsure: incomplete.flatMap(one => one.nodes.map(node => texts.indexOf(node.element))).filter(n => n >= 0),
  }))
  return null
}"""


def violations(
    pages: dict[str, Page],
    rules: list[str],
    when: str,
    seen: Counter[str] | None = None,
) -> list[str]:
    """What axe finds in these pages, by name, as they stand: page, rule, element, remedy.

    Args:
        seen: the kinds of text of whose colours it was sure before, or SURE times not; those of these pages join them.
    """
    seen = Counter() if seen is None else seen
    looking, chosen = {}, None
    for name, page in pages.items():
        kinds = page.evaluate(KINDS) if rules is COLOUR else []
        if rules is COLOUR:
            chosen = [n for n, kind in enumerate(kinds) if seen[kind] < SURE]
        if chosen != []:  # of no element axe makes the whole page
            page.evaluate(START, [rules, chosen])
            looking[name] = page, [kinds[n] for n in chosen or []]
    found: dict[str, Any] = {n: p.evaluate("found") for n, (p, _) in looking.items()}
    for name, (_, kinds) in looking.items():
        if not found[name]["violations"]:
            unsure = {kinds[n] for n in found[name]["unsure"]}
            seen.update({kind: 1 if kind in unsure else SURE for kind in kinds})
    return [
        f"/{name} {when}: {violation['id']}: {node['target']} {node['html'][:160]}\n"
        f"    {node['failureSummary']}\n    {violation['helpUrl']}"
        for name, result in found.items()
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def refuse(found: list[str]) -> None:
    if found:
        rest = f"\n… and {len(found) - 20} more" if len(found) > 20 else ""
        pytest.fail("\n".join(found[:20]) + rest, pytrace=False)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
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
        "scheme => document.body.dataset.mdColorScheme !== scheme && document.querySelector('.scheme-switch').click()",
        scheme,
    )
    page.wait_for_selector(f"body[data-md-color-scheme={scheme}]")


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """The kinds of text of whose colours axe is sure, or was not a few times."""
    return Counter()


@pytest.mark.parametrize("folder", ["", *FOLDERS])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, address: str, site: Path, seen: Counter[str], folder: str
) -> None:
    """All rules, those of colour in light and dark, with all details open; of a phone test_visit.py tells."""
    paths = [path for path in [*page_paths(site), "404.html"] if path[:3] != "zh/"]
    here = [p for p in paths if p.startswith(folder or FOLDERS) is bool(folder)]
    assert here
    both = [*here, *(f"zh/{path}" for path in here)]

    def look(missing: list[str]) -> dict[str, list[str]]:
        pairs = dict.fromkeys(path.removeprefix("zh/") for path in missing)
        return found_by_axe(browser, address, list(pairs), seen)

    decides = (__file__, browser.version)
    found = look_at(both, site, decides, look, good=lambda one: not one)
    refuse([line for lines in found.values() for line in lines])


def found_by_axe(
    browser: Browser, address: str, paths: list[str], seen: Counter[str]
) -> dict[str, list[str]]:
    """What axe finds on these pages and their twins, which are looked at side by side, each in a process of its own."""
    contexts = [
        browser.new_context(viewport=WIDE, reduced_motion="reduce") for _ in "12"
    ]
    english, chinese = (context.new_page() for context in contexts)
    found: list[str] = []
    schemes = ["default", "slate"]
    for path in paths:
        both = {path: english, f"zh/{path}": chinese}
        for name, page in both.items():
            page.goto(address + name)
            page.evaluate(AXE_SCRIPT)
            page.evaluate(LAY_OUT)
            page.evaluate(PREPARE)
        found += violations(both, TAGS, "at first")
        for scheme in schemes:
            for page in both.values():
                set_scheme(page, scheme)
            found += violations(both, COLOUR, f"in {scheme}", seen)
        schemes.reverse()  # the next page opens as this one was left
    for context in contexts:
        context.close()
    both_of = (name for path in paths for name in (path, f"zh/{path}"))
    return {n: [one for one in found if one.startswith(f"/{n} ")] for n in both_of}


# What the Tab key can reach: everything that does something and can be seen, or is shown by its label.
REACHABLE = """() => {
  const shown = one => one.checkVisibility({visibilityProperty: true})
  return [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")]
    .filter(one => one.tabIndex >= 0 && shown(one))
    .map((one, number) => (one.dataset.stop = number, `${number} ${one.outerHTML.slice(0, 120)}`))
}"""

# Where the focus is: the element or the label that stands for it, its outline, what is behind it, what covers it.
FOCUS = """() => {
  const active = document.activeElement
  if (active === document.body) return null
  const shown = one => one.checkVisibility({visibilityProperty: true, opacityProperty: true})
  const label = active.matches(".md-toggle") ? [...active.labels].filter(shown).at(-1) : null
  const seen = label || active
  const style = getComputedStyle(seen), box = seen.getBoundingClientRect()
  let behind = style.outlineOffset.startsWith("-") ? seen : seen.parentElement
  const layers = []
  for (; behind; behind = behind.parentElement) layers.unshift(getComputedStyle(behind).backgroundColor)
  const canvas = document.createElement("canvas").getContext("2d")
  for (const layer of layers) canvas.fillStyle = layer, canvas.fillRect(0, 0, 1, 1)
  const line = seen.getClientRects()[0]
  const top = document.elementFromPoint(line.x + Math.min(line.width, innerWidth - line.x) / 2,
    (Math.max(line.top, 0) + Math.min(line.bottom, innerHeight)) / 2)
  let opacity = 1
  for (let one = seen; one; one = one.parentElement) opacity *= getComputedStyle(one).opacity
  return {
    stop: active.dataset.stop, html: active.outerHTML.slice(0, 120),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    colour: style.outlineColor, behind: `rgb(${[...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)})`,
    visible: opacity > 0.5 && box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    uncovered: !!top && (seen.contains(top) || top.contains(seen)), cover: top && top.outerHTML.slice(0, 80),
  }
}"""


# What a reader may have to scroll sideways: whether it is wider than its frame, and whether the Tab key stops there.
STOPS = """() => [...document.querySelectorAll("article :is(pre > code, pre.output, .formula, .table)")]
  .filter(one => one.checkVisibility()).map(one => [one.scrollWidth > one.clientWidth, one.tabIndex === 0])"""

# Whether both are the same in all of it; the page's script sees to that some time after the width has changed.
STOPS_FIT = f"""width => innerWidth === width && ({STOPS})().every(([scrolls, stop]) => scrolls === stop)"""


@pytest.mark.parametrize("scheme", ["default", "slate"])
@pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("path", ["", "zh/labs/attention/"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    visit: Callable[[str], Page], path: str, width: ViewportSize, scheme: str
) -> None:
    page = visit(path)
    set_scheme(page, scheme)
    page.set_viewport_size(width)
    page.evaluate(LAY_OUT)
    wait_for(page, STOPS_FIT, width["width"])
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    missed = dict(enumerate(page.evaluate(REACHABLE)))
    total = len(missed)
    previous = None
    for _ in range(2 * total):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:  # round once
            break
        assert focus["stop"] != previous, f"a trap: {focus['html']}"
        previous = focus["stop"]
        assert focus["visible"], f"the focus cannot be seen: {focus}"
        assert focus["uncovered"], f"the focus is covered: {focus}"
        assert focus["outline"] >= 2, f"no outline of 2 px: {focus}"
        assert contrast(focus["colour"], focus["behind"]) >= 3, f"too pale: {focus}"
        missed.pop(int(focus["stop"]), None)
    assert total > 20
    assert not missed, "the Tab key does not reach these"


def test_what_fits_is_no_stop_of_the_tab_key(browser: Browser, address: str) -> None:
    """What scrolls is one, by its width; without scripts both are."""
    page = browser.new_page(viewport=WIDE)
    page.goto(f"{address}mathematics/")
    page.evaluate(LAY_OUT)
    wait_for(page, STOPS_FIT, WIDE["width"])
    wide = page.evaluate(STOPS)
    page.set_viewport_size(PHONE)
    wait_for(page, STOPS_FIT, PHONE["width"])
    narrow = page.evaluate(STOPS)
    assert sum(stop for _, stop in wide) < sum(stop for _, stop in narrow)
    assert 0 < sum(stop for _, stop in narrow) < len(narrow)
    page.close()
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}mathematics/")
    assert page.locator(".highlight pre > code:not([tabindex='0'])").count() == 0
    page.context.close()


def test_the_skip_link_leads_to_the_text(visit: Callable[[str], Page]) -> None:
    page = visit("faq/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.md-skip')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/faq/#*")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


@pytest.mark.parametrize("path", ["faq/", "zh/labs/attention/"])
def test_the_keyboard_opens_and_closes_the_drawer(
    visit: Callable[[str], Page], path: str
) -> None:
    page = visit(path)
    page.set_viewport_size(PHONE)
    title = page.locator(".md-sidebar--primary .md-nav__title:visible")
    assert title.count() == 0
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # after the link that skips to the text
    page.keyboard.press("Space")
    expect(title).to_have_count(1)
    for rules in (TAGS, COLOUR):
        refuse(violations({path: page}, rules, "with its drawer open"))
    for _ in range(8):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["visible"] and focus["uncovered"], focus
        assert "md-nav" in focus["html"] and focus["outline"] >= 2, focus
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(title).to_have_count(0)


@pytest.mark.parametrize("scheme", ["default", "slate"])
@pytest.mark.parametrize(("language", "query"), [("", "loss"), ("zh/", "损失")])
def test_the_keyboard_searches(
    visit: Callable[[str], Page], language: str, query: str, scheme: str
) -> None:
    page = visit(f"{language}faq/")
    set_scheme(page, scheme)
    page.keyboard.press("Control+k")
    page.wait_for_selector(".search[open]")
    page.keyboard.insert_text(query)
    page.wait_for_selector(".search li mark")
    expect(page.locator(".search output")).to_have_text(re.compile(r"^\d"))
    for rules in (TAGS, COLOUR):
        refuse(violations({f"{language}faq/": page}, rules, f"searching, {scheme}"))
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".search li a:focus")
    focus = page.evaluate(FOCUS)
    assert focus["outline"] >= 2, focus
    page.keyboard.press("Escape")
    page.wait_for_selector(".search", state="hidden")
    page.keyboard.press("Control+k")
    page.wait_for_selector(".search li a")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".search li a:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("article")
    assert page.locator(".search[open]").count() == 0
    page.wait_for_selector(".unmark")
    page.keyboard.press("Escape")
    page.wait_for_selector(".unmark", state="detached")
    assert "h=" not in page.url


def test_the_keyboard_changes_colours_and_language(
    visit: Callable[[str], Page], address: str
) -> None:
    page = visit("faq/")
    page.focus(".scheme-switch")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    page.focus(".language-switch")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}zh/faq/")


# All that moves: elements, and what CSS puts before and after them.
MOTION = """() => [...document.querySelectorAll("*")].flatMap(one => ["", "::before", "::after"].map(part => {
  const style = getComputedStyle(one, part)
  const moves = style.animationName !== "none" || style.scrollBehavior === "smooth" ||
    style.transitionDuration.split(", ").some(time => parseFloat(time) > 0)
  return moves ? `${one.tagName}.${one.getAttribute("class")}${part}` : null
})).filter(Boolean)"""


def test_nothing_moves_for_those_who_asked_for_that(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}mathematics/")
    assert page.evaluate(MOTION), "the search below finds what moves"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOTION) == []
    page.close()


@pytest.mark.parametrize("path", ["mathematics/", "zh/notebooks/vision/"])
def test_copy_buttons_copy(browser: Browser, address: str, path: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address + path)
    if cite := page.query_selector(".cite summary"):
        cite.click()
    buttons = page.locator(".md-code__button")
    for number in {0, 1, buttons.count() - 1}:
        code = buttons.nth(number).evaluate("one => one.closest('pre').textContent")
        buttons.nth(number).click()
        assert page.evaluate("navigator.clipboard.readText()") == code.rstrip()
    context.close()
