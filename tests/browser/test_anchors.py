"""Who follows a link to an anchor sees it right below the header: headings, corrections, terms, labs, figures, notes.

Five of each page, three on a desk and two on a phone; ANCHORS=all opens all of them on both, as the weekly job does.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

from playwright.sync_api import Browser

from .conftest import let_it_settle, page_paths

DESK, PHONE = (1280, 800), (390, 844)
BELOW = 64  # pixels between the header and what was asked for, at most: its margin
ANCHORS = """() => [...document.querySelectorAll(
  "article :is(h1, h2, h3, h4, h5, h6)[id], article [id^=correction-], article dt [id], article [id^='fn:'], "
  + "article [id^=fnref], article svg[id], article .cell[id]")].filter(one => one.checkVisibility()).map(one => one.id)"""
# How far below the header an element begins; and whether the page could be scrolled further, or is higher than its anchor.
PLACE = """id => {
  const header = document.querySelector(".md-header").getBoundingClientRect().bottom
  const root = document.documentElement
  const top = document.getElementById(id).getBoundingClientRect().top
  return [top - header, scrollY + innerHeight >= root.scrollHeight - 2, scrollY === 0, top < innerHeight]
}"""


def chosen(path: str, ids: list[str], size: tuple[int, int]) -> list[str]:
    """Those anchors of a page that are opened at this size; of different kinds first."""
    if os.environ.get("ANCHORS") == "all":
        return ids
    draw = random.Random(path)
    draw.shuffle(ids)
    kinds = {id_.partition(":")[0].partition("-")[0]: id_ for id_ in ids}
    several = [*kinds.values(), *(i for i in ids if i not in kinds.values())][:5]
    return several[:3] if size == DESK else several[3:]


def test_what_a_link_leads_to_is_right_below_the_header(
    browser: Browser, site: Path, address: str
) -> None:
    wrong, opened = [], 0
    page = browser.new_page()
    for path in page_paths(site):
        for width, height in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{address}{path}")
            for id_ in chosen(path, page.evaluate(ANCHORS), (width, height)):
                page.evaluate("id => { location.hash = ''; location.hash = id }", id_)
                let_it_settle(page)
                below, at_end, at_start, seen = page.evaluate(PLACE, id_)
                opened += 1
                right = -1 <= below <= BELOW
                if not (right or (seen and below >= -1 and (at_end or at_start))):
                    wrong.append(f"{path}#{id_} at {width}: {below:.0f}")
    page.close()
    assert opened > 4 * len(page_paths(site)), "few pages have fewer than five"
    assert not wrong
