"""The site on a phone: nothing is lost at its edge, no line begins or ends as none may, and all is large enough."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from .conftest import let_it_settle, page_paths
from .test_accessibility import LAY_OUT
from .test_site import contrast

WIDTHS = (320, 390)
TABLES = """() => [...document.querySelectorAll("article .table")].flatMap(box => {
  const wrong = []
  if (box.scrollWidth > box.clientWidth) wrong.push("it is cut")
  const stacks = getComputedStyle(box.querySelector("tbody tr")).display !== "table-row"
  for (const row of box.querySelectorAll("tbody tr")) {
    const [first, ...rest] = row.cells
    if (first.textContent && (first.tagName !== "TH" || !first.scope)) wrong.push("a row has no header")
    if (first.scope === "rowgroup" && rest.length) wrong.push("a header of rows has cells")
    const unnamed = rest.filter((cell, n) => cell.textContent.trim() && !cell.dataset.head && box.querySelector("thead tr").cells[n + 1].textContent.trim())
    if (stacks && unnamed.length) wrong.push("a cell does not say what it is")
  }
  for (const cell of box.querySelectorAll("th, td")) {
    const width = cell.clientWidth - parseFloat(getComputedStyle(cell).paddingLeft)
    if (cell.textContent.length > 8 && width && width < 40) wrong.push(`${cell.textContent} is ${width} wide`)
  }
  return wrong
})"""

# Where a line begins with a closing mark or a stop, or ends with an opening one; a formula counts as a letter.
BROKEN = """() => {
  const closers = /[，。、；：？！）」』】》〉…—”’％%,.;:!?)\\]]/, openers = /[（「『【《〈“‘(\\[]/, found = []
  const wraps = (before, now) => before && now.left < before.left && now.top > before.top + 4
  for (const block of document.querySelectorAll("article :is(p, li, dd, dt, td, th, h1, h2, h3, h4, figcaption, summary):not(.footnote *)")) {
    let before = null
    const look = (sign, {left, top, width}, text) => {
      if (!width) return
      if (wraps(before, {left, top}) && (closers.test(sign) && !/^.[\\w.]/.test(text) || openers.test(before.sign))) found.push(`${before.sign} | ${text}`)
      before = {left, top, sign}
    }
    const walk = node => {
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) {
          for (let i = 0; i < child.data.length; i++) {
            if (!child.data[i].trim()) continue
            const range = document.createRange()
            range.setStart(child, i)
            range.setEnd(child, i + 1)
            look(child.data[i], [...range.getClientRects()].at(-1) || {}, child.data.slice(i, i + 9))
          }
        } else if (child.matches?.("math")) look("x", child.getBoundingClientRect(), child.textContent)
        else if (child.matches?.("p, li, ul, ol, dl, dd, table, pre, figure, svg, div, details, button")) before = null
        else if (child.nodeType === Node.ELEMENT_NODE) walk(child)
      }
    }
    walk(block)
  }
  return found
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        reduced_motion="reduce", viewport={"width": 390, "height": 844}
    )
    yield context.new_page()
    context.close()


def test_tables_lose_nothing(page: Page, address: str, site: Path) -> None:
    """Each row of a wide one is a paragraph, whose cells say what they are."""
    with_tables = [
        path
        for path in page_paths(site)
        if 'class="table' in (site / path / "index.html").read_text(encoding="utf-8")
    ]
    assert len(with_tables) > 60
    wrong = []
    for path in with_tables:
        page.goto(address + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            if page.evaluate(TABLES):  # before all is as wide as the phone
                let_it_settle(page)
            wrong += [(path, width, one) for one in page.evaluate(TABLES)]
    assert wrong == []


def edges(picture: bytes) -> tuple[object, object]:
    """The colours beside the left and the right edge, below the text."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    low = image.height - 5
    return image.getpixel((5, low)), image.getpixel((image.width - 3, low))


@pytest.mark.parametrize("part", ["pre > code", "pre.output", ".formula"])
def test_what_is_cut_says_so(page: Page, address: str, part: str) -> None:
    """At the edge it is another colour than where all of it has been seen."""
    page.set_viewport_size({"width": 320, "height": 844})
    page.goto(f"{address}mathematics/")
    page.evaluate(LAY_OUT)
    one = page.evaluate_handle(
        """part => [...document.querySelectorAll(`article ${part}`)]
          .find(one => one.scrollWidth > one.clientWidth + 8)""",
        part,
    )
    box = one.as_element()
    assert box, "one that is wider than a phone"
    cut = edges(box.screenshot())
    box.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
    end = edges(box.screenshot())
    assert cut[0] == end[1], "no shade at its beginning, none at its end"
    assert cut[1] != cut[0]
    assert end[0] != end[1]


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize(
    "path",
    ["mathematics", "practice", "principles", "random-targets", "labs/in-context"],
)
def test_no_line_begins_with_a_stop_or_ends_with_an_opening_mark(
    page: Page, address: str, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for language in ("", "zh/"):
        page.goto(f"{address}{language}{path}/")
        page.evaluate(LAY_OUT)
        assert page.evaluate(BROKEN) == [], language


@pytest.mark.parametrize(("here", "there"), [("", "zh/"), ("zh/", "")])
def test_the_other_language_opens_at_the_same_section(
    page: Page, address: str, here: str, there: str
) -> None:
    for path, section in (("mathematics/", "training"), ("glossary/", "encoder")):
        page.goto(f"{address}{here}{path}#{section}")
        let_it_settle(page)
        page.click(".language-switch")
        page.wait_for_url(f"{address}{there}{path}#{section}")
    page.goto(f"{address}{here}faq/")
    page.click(".language-switch")
    page.wait_for_url(f"{address}{there}faq/**")
    assert page.url.rstrip("#").endswith("faq/"), "at its beginning"


WHERE = """() => {
  const one = document.activeElement
  return one === document.body ? "outside" : one.id === "__drawer" ? "switch" : one.closest(".md-sidebar--primary") ? "drawer" : one.outerHTML
}"""


def test_the_drawer_keeps_the_focus_and_escape_closes_it(
    page: Page, address: str
) -> None:
    page.goto(f"{address}mathematics/")
    page.focus("#__drawer")
    page.keyboard.press("Space")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate(WHERE))
    assert "drawer" in seen
    assert seen <= {"drawer", "switch", "outside"}, "outside is the browser's own"
    page.keyboard.press("Escape")
    assert page.evaluate(WHERE) == "switch"
    assert not page.is_checked("#__drawer")
    assert page.locator("[inert]").count() == 0


@pytest.mark.parametrize("language", ["", "zh/"])
def test_letters_may_be_twice_as_large(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}{language}mathematics/")
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet()
          sheet.replaceSync("html { font-size: 250% !important }")
          document.adoptedStyleSheets = [sheet]
        }"""
    )
    for one in page.locator(".md-header__inner > :is(label, button, a)").all():
        box = one.bounding_box()
        assert box is None or box["x"] + box["width"] <= 390


@pytest.mark.parametrize("language", ["", "zh/"])
def test_both_ways_on_have_their_titles(
    page: Page, address: str, language: str
) -> None:
    page.goto(f"{address}{language}mathematics/")
    for way in ("prev", "next"):
        title = page.locator(f".md-footer__link--{way} .md-ellipsis")
        box = title.bounding_box()
        assert box and box["width"] > 60
        assert title.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_the_way_to_the_top_covers_no_heading(page: Page, address: str) -> None:
    page.goto(f"{address}mathematics/#exercises")
    let_it_settle(page)
    page.mouse.wheel(0, -200)
    button = page.locator(".md-top:not([hidden])")
    button.wait_for()
    box = button.bounding_box()
    assert box and box["y"] > 700 and box["height"] < 60


@pytest.mark.parametrize("path", ["mathematics/", "zh/working-together/"])
def test_code_can_be_read(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("article :is(pre > code, pre.output)")]
          .map(one => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert not sizes or min(sizes) >= 12


def test_words_of_another_language_say_which(page: Page, address: str) -> None:
    said = """() => [...document.querySelectorAll("article [lang]")].map(one => [one.lang, one.textContent])"""
    page.goto(f"{address}glossary/")
    assert ["zh", "反向传播"] in page.evaluate(said)
    page.goto(f"{address}zh/glossary/")
    assert ["en", "back-propagation"] in page.evaluate(said)
    page.goto(f"{address}zh/mathematics/")
    words = page.evaluate(said)
    assert ["en", "foundation model"] in words, "what a term is called"
    assert ["en", "Learning representations by back-propagating errors"] in words
    slanted = """() => [...document.querySelectorAll("article *")].filter(one => /\\p{Script=Han}/u.test(one.textContent)
      && !one.children.length && getComputedStyle(one).fontStyle !== "normal" && getComputedStyle(one).fontSynthesisStyle !== "none").length"""
    assert page.evaluate(slanted) == 0


def test_marks_stand_out_where_colours_are_forced(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(forced_colors="active")
    page.goto(f"{address}mathematics/")
    summary = page.locator("article summary").first
    mark = summary.evaluate("one => getComputedStyle(one, '::after').backgroundColor")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert contrast(mark, paper) > 4.5
    page.close()


def test_the_mark_of_a_term_stands_out(page: Page, address: str) -> None:
    page.goto(f"{address}mathematics/")
    line = page.locator("a.term").first.evaluate(
        "one => getComputedStyle(one).textDecorationColor"
    )
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert contrast(line, paper) >= 3


KINDS = ("", "mathematics/", "faq/", "corrections/", "glossary/", "article/", "cases/models/", "labs/", "labs/multi-task/", "notebooks/", "notebooks/numpy_network/")  # fmt: skip


@pytest.mark.parametrize("language", ["", "zh/"])
def test_nothing_moves_while_a_page_loads(
    page: Page, address: str, language: str
) -> None:
    page.add_init_script(
        """window.shifts = []
        new PerformanceObserver(list => shifts.push(...list.getEntries().filter(one => !one.hadRecentInput)
          .map(one => [one.value, ...one.sources.map(source => source.node?.parentElement?.outerHTML.slice(0, 80))])))
          .observe({type: "layout-shift", buffered: true})"""
    )
    moved: list[tuple[str, list[float]]] = []
    for path in KINDS:
        page.goto(f"{address}{language}{path}")
        page.evaluate("document.fonts.ready.then(() => null)")
        let_it_settle(page)
        moved += [(path, one) for one in page.evaluate("shifts")]
    total = {path: sum(one[0] for name, one in moved if name == path) for path in KINDS}
    # Less than a browser's own measure tells: a formula in its font, a header that arrives in two parts.
    assert {path: one for path, one in total.items() if one >= 0.005} == {}, moved
