"""The site on a phone: nothing is lost at its edge, no line begins or ends as none may, and all is large enough."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from .conftest import page_paths

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
    page.goto(f"{address}mathematics/")
    one = page.evaluate_handle(
        """part => [...document.querySelectorAll(`article ${part}`)]
          .find(one => one.scrollWidth > one.clientWidth + 40)""",
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
