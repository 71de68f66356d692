"""Who follows a link to an anchor sees it right below the header: headings, corrections, terms, labs, figures, notes.

Five of each page, three on a desk and two on a phone; ANCHORS=all opens all of them on both, as the weekly job does.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize

from .conftest import page_paths

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
BELOW = 64  # pixels between the header and what was asked for, at most: its margin
ANCHORS = """() => [...document.querySelectorAll(
  "article :is(h1, h2, h3, h4, h5, h6)[id], article [id^=correction-], article dt [id], article [id^='fn:'], "
  + "article [id^=fnref], article svg[id], article .cell[id]")].filter(one => one.checkVisibility()).map(one => one.id)"""
# Each place in turn, and by how many pixels those miss that are not there, and stay there, within five hundred frames. At an
# end of the page a place can be further below. Chromium leaves out jumps of a page that makes more than 200 in ten seconds.
VISIT = """async ([ids, below]) => {
  const header = document.querySelector(".md-header").getBoundingClientRect().bottom, root = document.documentElement
  const frame = () => new Promise(requestAnimationFrame), missed = []
  for (const [n, id] of ids.entries()) {
    if (n % 100 === 99) await new Promise(done => setTimeout(done, 10_000))
    location.hash = id
    const one = document.getElementById(id)
    let there = 0, frames = 0, top
    while (there < 4 && frames++ < 500) {
      await frame()
      top = one.getBoundingClientRect().top
      const end = scrollY === 0 || scrollY + innerHeight >= root.scrollHeight - 2
      there = top - header >= -1 && (top - header <= below || (end && top < innerHeight)) ? there + 1 : 0
    }
    if (there < 4) missed.push([id, Math.round(top - header)])
  }
  return missed
}"""


def chosen(path: str, ids: list[str]) -> tuple[list[str], list[str]]:
    """Those anchors of a page that are opened on a desk and on a phone; of different kinds first."""
    if os.environ.get("ANCHORS") == "all":
        return ids, ids
    draw = random.Random(path)
    draw.shuffle(ids)
    kinds = {id_.partition(":")[0].partition("-")[0]: id_ for id_ in ids}
    several = [*kinds.values(), *(i for i in ids if i not in kinds.values())]
    return several[:3], several[3:5]


def test_what_a_link_leads_to_is_right_below_the_header(
    browser: Browser, site: Path, address: str
) -> None:
    missed, opened = [], 0
    page = browser.new_page()
    for path in page_paths(site):
        page.set_viewport_size(DESK)
        page.goto(f"{address}{path}")
        for size, ids in zip(
            (DESK, PHONE), chosen(path, page.evaluate(ANCHORS)), strict=True
        ):
            page.set_viewport_size(size)
            for id_, by in page.evaluate(VISIT, [ids, BELOW]):
                missed.append(f"{path}#{id_} at {size['width']}: {by}")
            opened += len(ids)
    page.close()
    assert opened > 4 * len(page_paths(site)), "few pages have fewer than five"
    assert missed == []
