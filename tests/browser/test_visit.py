"""A first visit to every page: what it loads, what it weighs, whether it complains, and where its anchors are.

Five anchors of each page are opened, three on a desk and two on a phone; ANCHORS=all opens all of them on both, as the
weekly job does.
"""

from __future__ import annotations

import gzip
import os
import random
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from publish.search import TEXTS, TITLES

from .conftest import let_it_settle, look_at, page_paths
from .test_accessibility import LAY_OUT, STOPS_FIT

HEAVIEST = 100_000  # bytes, all requests, gzipped as a static host serves them
REQUESTS = 12
ALREADY_COMPRESSED = {".woff2", ".png"}
DESK: ViewportSize = {"width": 1280, "height": 720}
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

# What a finger cannot hit: whatever does something, is smaller than 24 px either way, is not part of a sentence, and has another
# such thing less than 24 px from its middle to that one's, or 12 px to its edge (WCAG 2.5.8).
# It counts all that can be opened as open.
SMALL = """() => {
  document.querySelectorAll("details").forEach(one => one.open = true)
  const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary")].flatMap(one => {
    if (!one.checkVisibility({visibilityProperty: true, opacityProperty: true})) return []
    const box = (one.matches("input[type=radio], input[type=checkbox]") && one.labels?.[0] || one).getBoundingClientRect()
    if (!box.width || box.right <= 0) return []
    return [{one, box, x: box.left + box.width / 2, y: box.top + box.height / 2, small: box.width < 24 || box.height < 24}]
  })
  const off = (n, from, to) => Math.max(from - n, 0, n - to)
  return all.filter(({one, x, y, small}) => {
    const text = one.closest("p, li, dd, dt, td, th, figcaption, h1, h2, h3, h4, pre, .admonition")
    if (!small || text && getComputedStyle(one).display.startsWith("inline") && text.textContent.trim() !== one.textContent.trim()) return false
    return all.some(other => other.one !== one && !other.one.contains(one) && !one.contains(other.one) && (other.small
      ? Math.hypot(other.x - x, other.y - y) < 24 : Math.hypot(off(x, other.box.left, other.box.right), off(y, other.box.top, other.box.bottom)) < 12))
  }).map(({one, box}) => `${one.outerHTML.slice(0, 120)} ${box.width} ${box.height}`)
}"""
# Whether, soon after the width has changed, the Tab key stops at what scrolls sideways and at nothing else.
STOPS_SOON = f"""async width => {{
  for (let frames = 0; frames < 500; frames++) {{
    if (({STOPS_FIT})(width)) return true
    await new Promise(requestAnimationFrame)
  }}
  return false
}}"""


@dataclass
class Visit:
    """What one page did in a browser."""

    asked: list[str] = field(default_factory=list)  # of the site itself from its root
    complaints: list[str] = field(default_factory=list)
    language: str = ""
    titles: int = 0
    width: int = 0  # of what a phone shows
    anchors: int = 0
    missed: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)  # for a finger, on a phone
    stops: bool = False  # on a phone, for the Tab key: those that there have to be


def chosen(path: str, ids: list[str]) -> tuple[list[str], list[str]]:
    """Those anchors of a page that are opened on a desk and on a phone; of different kinds first."""
    if os.environ.get("ANCHORS") == "all":
        return ids, ids
    draw = random.Random(path)
    draw.shuffle(ids)
    kinds = {id_.partition(":")[0].partition("-")[0]: id_ for id_ in ids}
    several = [*kinds.values(), *(i for i in ids if i not in kinds.values())]
    return several[:3], several[3:5]


@pytest.fixture(scope="module")
def visits(browser: Browser, address: str, site: Path) -> dict[str, Visit]:
    """A visit to each page of the site, by its path."""

    def look(missing: list[str]) -> dict[str, dict[str, Any]]:
        seen = visited(browser, address, missing)
        return {path: asdict(visit) for path, visit in seen.items()}

    def good(visit: dict[str, Any]) -> bool:
        faults = [visit[name] for name in ("complaints", "missed", "small")]
        return visit["stops"] and not any(faults)

    decides = (__file__, browser.version, os.environ.get("ANCHORS", ""))
    found = look_at(page_paths(site), site, decides, look, good)
    return {path: Visit(**visit) for path, visit in found.items()}


def visited(browser: Browser, address: str, paths: list[str]) -> dict[str, Visit]:
    """A first visit to each of these pages; the browser takes nothing from its cache."""
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    context.new_cdp_session(page).send(
        "Network.setCacheDisabled", {"cacheDisabled": True}
    )
    seen: dict[str, Visit] = {}
    now = Visit()
    page.on("request", lambda request: now.asked.append(request.url))
    page.on("pageerror", lambda error: now.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            now.complaints.append(message.text)
            if message.type in ("error", "warning")
            else None
        ),
    )
    for path in paths:
        now = seen[path] = Visit()
        page.goto(address + path)
        page.evaluate("document.fonts.ready.then(() => null)")
        let_it_settle(page)
        now.language = page.evaluate("document.documentElement.lang")
        now.titles = page.locator("h1").count()
        desk, phone = chosen(path, page.evaluate(ANCHORS))
        now.anchors = len(desk) + len(phone)
        asked = [
            url.replace(address, "/", 1)
            for url in now.asked
            if not url.startswith("data:")
        ]
        missed = page.evaluate(VISIT, [desk, BELOW])
        page.set_viewport_size(PHONE)
        now.width = page.evaluate("document.documentElement.scrollWidth")
        missed += page.evaluate(VISIT, [phone, BELOW])
        page.evaluate(LAY_OUT)
        now.small = page.evaluate(SMALL)
        now.stops = page.evaluate(STOPS_SOON, PHONE["width"])
        now.missed = [f"{path}#{id_}: {by} px" for id_, by in missed]
        now.asked = asked  # what comes while one reads on is no part of a first visit
    context.close()
    return seen


def test_no_page_complains(visits: dict[str, Visit]) -> None:
    """No error, no warning: among them what a page's own Content-Security-Policy forbids."""
    assert len(visits) > 100
    complaints = {path: v.complaints for path, v in visits.items() if v.complaints}
    assert complaints == {}


def test_every_page_loads_from_its_own_site_only(visits: dict[str, Visit]) -> None:
    others = [
        f"{path}: {url}"
        for path, seen in visits.items()
        for url in seen.asked
        if not url.startswith("/")
    ]
    assert others == []


def test_every_page_is_one_in_its_language(visits: dict[str, Visit]) -> None:
    for path, seen in visits.items():
        assert seen.language == ("zh" if path.startswith("zh/") else "en"), path
        assert seen.titles == 1, path


def test_no_page_is_wider_than_a_phone(visits: dict[str, Visit]) -> None:
    wide = {p: v.width for p, v in visits.items() if v.width > PHONE["width"]}
    assert wide == {}
    assert all(v.width for v in visits.values())


def test_a_finger_hits_everything(visits: dict[str, Visit]) -> None:
    """24 px, or as far from what is beside it."""
    small = {path: seen.small for path, seen in visits.items() if seen.small}
    assert small == {}


def test_what_scrolls_is_a_stop_of_the_tab_key(visits: dict[str, Visit]) -> None:
    """And nothing else of its kind is."""
    assert [path for path, seen in visits.items() if not seen.stops] == []


def test_what_a_link_leads_to_is_right_below_the_header(
    visits: dict[str, Visit],
) -> None:
    """Headings, corrections, terms, labs, figures, notes."""
    opened = sum(seen.anchors for seen in visits.values())
    assert opened > 4 * len(visits), "few pages have fewer than five"
    assert [one for seen in visits.values() for one in seen.missed] == []


def test_every_page_is_light(visits: dict[str, Visit], site: Path) -> None:
    weights: dict[Path, int] = {}

    def weight(url: str) -> int:
        path = site / urlsplit(url).path.lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        if path not in weights:
            data = path.read_bytes()
            weights[path] = len(
                data
                if path.suffix in ALREADY_COMPRESSED
                else gzip.compress(data, compresslevel=6)
            )
        return weights[path]

    heavy = {
        path: (total, len(seen.asked))
        for path, seen in visits.items()
        if (total := sum(map(weight, seen.asked))) > HEAVIEST
        or len(seen.asked) > REQUESTS
    }
    assert heavy == {}, f"bytes and requests; at most {HEAVIEST} and {REQUESTS}"
    assert max(map(weight, visits[""].asked)) > 30_000, "the theme's script was weighed"


def test_no_page_has_tabs(site: Path) -> None:
    """The script that opens one is left out: partials/javascripts/content.html."""
    having = [p for p in page_paths(site) if "__tabbed_" in (site / p / "index.html").read_text(encoding="utf-8")]  # fmt: skip
    assert having == []


def test_the_other_language_brings_no_other_assets(visits: dict[str, Visit]) -> None:
    def assets(path: str) -> set[str]:
        return {
            url.partition("?")[0] for url in visits[path].asked if "/assets/" in url
        }

    assert assets("zh/mathematics/") == assets("mathematics/") != set()


def test_what_the_search_reads_comes_when_a_reader_searches(
    browser: Browser, address: str, site: Path
) -> None:
    """Its script and the titles, which answer at once, in less than 60 kB; then the texts; each once."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path[1:]))
    page.goto(address)
    let_it_settle(page)
    script = "assets/search.js"
    assert not {script, TITLES, TEXTS} & set(asked)
    page.click(".search-open")
    page.keyboard.type("gradient")
    expect(page.locator(".search li a").first).to_have_attribute(
        "href", re.compile("gradient")
    )
    page.wait_for_selector(".search .teaser mark")
    page.keyboard.type(" check")
    page.wait_for_selector(".search li a[href*=gradient_check]")
    assert [a for a in asked if a in (script, TITLES, TEXTS)] == [script, TITLES, TEXTS]
    assert sum(len(gzip.compress((site / one).read_bytes(), 6)) for one in (script, TITLES)) < 60_000  # fmt: skip
    context.close()
