"""Every engine: what one of them once did otherwise is looked at in all three."""

from __future__ import annotations

import functools
import io
import json
import os
import re
import select
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2
from conftest import ROOT
from patience import PATIENCE, happens
from PIL import Image

from .conftest import MISSING, SETTLED, Quiet, find_browser, served
from .engines import (
    Chromium,
    Engine,
    Firefox,
    WebKit,
    end,
    find_firefox,
    find_webkit,
    on_a_screen,
)

ABSENT = {
    "chromium": MISSING,
    "firefox": "no Firefox here; on Debian: apt-get install firefox-esr",
    "webkit": "no WebKit here that can be driven; on Debian: apt-get install webkit2gtk-driver xvfb",
}
FOUND = {"chromium": find_browser, "firefox": find_firefox, "webkit": find_webkit}
DRIVERS = {"firefox": Firefox, "webkit": WebKit}
LONG = ["mathematics/", "zh/mathematics/", "working-together/", "zh/glossary/", "labs/language-model/"]  # fmt: skip

# One of each kind of page.
KINDS = [
    *("", "mathematics/", "faq/", "corrections/", "glossary/", "notation/", "article/"),
    *("before-you-sign/", "cases/", "cases/models/", "labs/", "labs/multi-task/"),
    *("notebooks/", "notebooks/numpy_network/"),
]

# Where Chromium is looked at on every page, by test_visit.py.
OTHERS = pytest.mark.parametrize("engine", DRIVERS, indirect=True, scope="module")


def absent(name: str) -> None:
    """Says that an engine is not here: where all are demanded it is a failure."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(ABSENT[name])
    pytest.skip(ABSENT[name])


@pytest.fixture(scope="module", params=ABSENT)
def engine(request: pytest.FixtureRequest, site: Path) -> Iterator[Engine]:
    """Each engine that is there, with one window."""
    program = FOUND[request.param]()
    if not program:
        absent(request.param)
    if request.param == "chromium":
        found: Engine = Chromium(request.getfixturevalue("browser"))
    else:
        found = DRIVERS[request.param](str(program))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def wide(request: pytest.FixtureRequest) -> None:
    """A window of a desk, with nothing said yet."""
    if "engine" in request.fixturenames:
        engine: Engine = request.getfixturevalue("engine")
        engine.resize(1280)
        engine.complaints.clear()


def pixels(engine: Engine, box: dict[str, float]) -> list[tuple[int, int, int]]:
    """The colours in a place of the window."""
    image = Image.open(io.BytesIO(engine.picture())).convert("RGB")
    left, top = box["x"], box["y"]
    part = image.crop((int(left), int(top), int(left + box["width"]), int(top + box["height"])))  # fmt: skip
    return [colour for _, colour in part.getcolors(1_000_000) or ()]  # type: ignore[misc]


BELOW = """async selector => {
  const one = document.querySelector(selector)
  await document.fonts.ready
  one.scrollIntoView({block: "center"})
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  const {x, y, width, height} = one.getClientRects()[0], size = parseFloat(getComputedStyle(one).fontSize)
  return {box: {x, width, y: y + height / 2 + size * 0.45, height: size * 0.5}, colour: getComputedStyle(one).textDecorationColor}
}"""


@pytest.mark.parametrize("mark", ["a.run", "a.term"])
@pytest.mark.parametrize("language", ["", "zh/"])
def test_marks_have_their_line(engine: Engine, address: str, language: str, mark: str) -> None:  # fmt: skip
    """A measured number and a term are known by the line below them."""
    engine.goto(f"{address}{language}mathematics/")
    assert happens(lambda: has_line(engine, mark)), "no line of its colour"


def has_line(engine: Engine, mark: str) -> bool:
    """Whether the colour of its line is below a mark now: a busy machine may paint after it has said where all is."""
    found = engine.evaluate(BELOW, f"article p > {mark}")
    want = [float(n) for n in re.findall(r"[\d.]+", found["colour"])]
    want = [n * 255 for n in want] if found["colour"].startswith("color(") else want
    return any(
        max(abs(a - b) for a, b in zip(colour, want, strict=False)) < 60
        for colour in pixels(engine, found["box"])
    )


# Where each place that the page itself leads to stands below the header, one after the other.
PLACES = """async settled => {
  const places = [...new Set([...document.querySelectorAll("article a[href^='#']")].map(one => one.hash.slice(1)))]
  const header = document.querySelector(".md-header").getBoundingClientRect().bottom, missed = []
  for (const place of places.filter((_, n) => n % Math.ceil(places.length / 12) === 0)) {
    location.hash = place
    await new Promise(done => {
      let before = "", still = 0
      const look = () => {
        const now = `${scrollY} ${document.documentElement.scrollHeight}`
        still = now === before ? still + 1 : 0
        before = now
        still < 6 ? requestAnimationFrame(look) : done()
      }
      look()
    })
    const top = document.getElementById(decodeURIComponent(place)).getBoundingClientRect().top
    const last = scrollY + innerHeight >= document.documentElement.scrollHeight - 2
    if (top < header - 2 || (top > header + 60 && !last)) missed.push([place, Math.round(top - header)])
  }
  return {missed, count: places.length}
}"""


@OTHERS
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", [*LONG, "corrections/", "zh/corrections/"])
def test_links_lead_to_their_places(engine: Engine, address: str, path: str, width: int) -> None:  # fmt: skip
    engine.resize(width)
    engine.goto(address + path)
    found = engine.evaluate(PLACES)
    assert found["missed"] == []
    engine.goto(f"{address}faq/")


@pytest.mark.parametrize("width", [390, 1280])
def test_who_arrives_by_a_link_is_there(engine: Engine, address: str, site: Path, width: int) -> None:  # fmt: skip
    """From other pages: to each correction, and to the middle of long pages."""
    engine.resize(width)
    text = (site / "corrections/index.html").read_text(encoding="utf-8")
    links = sorted(set(re.findall(r'href="\.\./([\w/-]+/#correction-[\w-]+)"', text)))
    assert len(links) > 30
    missed = []
    for link in [*links[::4], "zh/glossary/#encoder", "mathematics/#exercises"]:
        engine.goto("about:blank")
        engine.goto(address + link)
        engine.evaluate(SETTLED, 1000 * PATIENCE)
        top, last = engine.evaluate(
            """id => [document.getElementById(id).getBoundingClientRect().top - document.querySelector(".md-header").getBoundingClientRect().bottom,
              scrollY + innerHeight >= document.documentElement.scrollHeight - 2]""",
            link.partition("#")[2],
        )
        if top < -2 or (top > 60 and not last):
            missed.append((link, round(top)))
    assert missed == []


# Up in small steps: what is in view moves by as much as was scrolled, or by what there was left.
UP = """async () => {
  const frames = n => new Promise(done => { const next = () => n-- ? requestAnimationFrame(next) : done(); next() })
  scrollTo({top: document.documentElement.scrollHeight, behavior: "instant"})
  await frames(20)
  const jumps = []
  let steps = 0
  while (scrollY > 400 && steps++ < 120) {
    const near = [0.5, 0.45, 0.55, 0.4, 0.6].flatMap(part => document.elementsFromPoint(innerWidth / 2, innerHeight * part))
    const seen = near.find(one => one.closest("article") && one.getBoundingClientRect().height < 300) || document.body
    const before = seen.getBoundingClientRect().top
    scrollBy({top: -400, behavior: "instant"})
    await frames(3)
    const moved = seen.getBoundingClientRect().top - before
    if (seen !== document.body && Math.abs(moved - 400) > 3) jumps.push([Math.round(moved - 400), seen.outerHTML.slice(0, 80)])
  }
  return {jumps, steps}
}"""


@pytest.mark.parametrize("path", LONG)
def test_scrolling_up_moves_by_what_was_scrolled(engine: Engine, address: str, path: str) -> None:  # fmt: skip
    engine.resize(390)
    engine.goto(address + path)
    found = engine.evaluate(UP)
    assert found["steps"] > 20
    assert found["jumps"] == []


# Of each mark between two letters of Chinese, how wide it is in ems.
MARKS = """([within, script]) => {
  const widths = [], marks = /[，。、；：？！]/, letter = /\\p{Script=Han}/u
  for (const block of document.querySelectorAll(within)) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT)
    for (let node; node = walker.nextNode();) {
      for (let i = 1; i < node.data.length - 1; i++) {
        if (!marks.test(node.data[i]) || !letter.test(node.data[i - 1]) || !letter.test(node.data[i + 1])) continue
        const range = document.createRange()
        range.setStart(node, i)
        range.setEnd(node, i + 1)
        const {width, top} = range.getBoundingClientRect()
        if (!width) continue // it hangs at the line's end
        range.setEnd(node, i + 2)
        if (range.getClientRects().length > 1 && Math.abs([...range.getClientRects()].at(-1).top - top) > 3) continue
        widths.push(width / parseFloat(getComputedStyle(node.parentElement).fontSize))
      }
    }
  }
  return widths
}"""


@pytest.mark.parametrize(
    ("path", "within"),
    [
        ("zh/background/", "article :is(p, li)"),
        ("zh/", "article :is(p, li)"),
        ("glossary/", "article [lang=zh]"),
    ],
)
def test_chinese_marks_are_as_wide_as_letters(engine: Engine, address: str, path: str, within: str) -> None:  # fmt: skip
    engine.goto(address + path)
    widths = engine.evaluate(MARKS, [within, ""])
    if path != "glossary/":
        assert len(widths) > 30
    assert [width for width in widths if not 0.95 < width < 1.1] == []


def test_chinese_in_english_keeps_its_shape(engine: Engine, address: str) -> None:
    """A Chinese term among English words has letters as wide as high."""
    engine.goto(f"{address}glossary/")
    widths = engine.evaluate(
        """() => [...document.querySelectorAll("article [lang=zh]")].filter(one => /^\\p{Script=Han}+$/u.test(one.textContent) && one.getClientRects().length === 1)
          .map(one => one.getBoundingClientRect().width / one.textContent.length / parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert len(widths) > 30
    assert [width for width in widths if not 0.95 < width < 1.1] == []


FORMULAS = """async () => {
  await document.fonts.ready
  const box = one => one.getBoundingClientRect(), all = [...document.querySelectorAll("article math")]
  const hats = [...document.querySelectorAll("math mover")].filter(one => /^[\\^ˆ]$/.test(one.children[1]?.textContent))
  const brackets = []
  for (const row of document.querySelectorAll("math mrow")) {
    const [first, ...rest] = row.children, last = rest.at(-1)
    if (first?.localName !== "mo" || !/^[([{|]$/.test(first.textContent) || last?.localName !== "mo" || !/^[)\\]}|]$/.test(last.textContent)) continue
    const tall = Math.max(0, ...rest.slice(0, -1).filter(one => one.querySelector("mfrac, mtable, munderover") || one.matches("mfrac, mtable, munderover")).map(one => box(one).height))
    if (tall) brackets.push([box(first).height / tall, box(last).height / tall])
  }
  return {
    face: [...document.fonts].filter(one => one.family.includes("Site Math")).map(one => one.status),
    flat: all.filter(one => box(one).width && box(one).height < 8).length,
    count: all.length,
    fractions: [...document.querySelectorAll("math mfrac")].filter(one => box(one).width && box(one.children[0]).bottom > box(one.children[1]).top + 3).length,
    hats: hats.map(one => (box(one.children[0]).top - box(one.children[1]).bottom) / parseFloat(getComputedStyle(one).fontSize)),
    brackets,
  }
}"""


@pytest.mark.parametrize("path", ["mathematics/", "zh/mathematics/", "principles/"])
def test_formulas_are_drawn(engine: Engine, address: str, path: str) -> None:
    """With the site's font; fractions lie on each other, hats on their letters, brackets are as high as what they hold."""
    engine.goto(address + path)
    found = engine.evaluate(FORMULAS)
    assert found["face"] == ["loaded"]
    assert found["count"] > 20
    assert found["flat"] == found["fractions"] == 0
    assert [hat for hat in found["hats"] if not -0.75 < hat < 0.12] == []
    assert [pair for pair in found["brackets"] if min(pair) < 0.85] == []


@pytest.mark.parametrize(("language", "query", "place"), [("", "back-propagation", "mathematics"), ("zh/", "反向传播", "mathematics")])  # fmt: skip
def test_the_search_finds_and_marks(engine: Engine, address: str, language: str, query: str, place: str) -> None:  # fmt: skip
    engine.goto(f"{address}{language}faq/")
    engine.press("Control+k")
    engine.wait("() => document.activeElement.closest('.search[open]')")
    if query.isascii():
        engine.write(query)
    else:  # as by dictation: no driver composes
        engine.evaluate("""text => {
          document.activeElement.value = text
          document.activeElement.dispatchEvent(new Event("input", {bubbles: true}))
        }""", query)  # fmt: skip
    engine.wait("() => document.querySelector('.search li mark')")
    engine.wait("place => document.querySelector(`.search li a[href*='${place}']`)", place)  # fmt: skip
    engine.press("ArrowDown")
    engine.wait("() => document.activeElement.matches('.search li a')")
    engine.press("Enter")
    engine.wait("() => document.readyState === 'complete' && document.querySelector('.unmark')")  # fmt: skip
    assert not engine.evaluate("() => document.querySelector('.search[open]')")
    engine.press("Escape")
    engine.wait("() => !document.querySelector('.unmark')")
    assert engine.complaints == []


STATE = "() => [document.querySelector('.steps-state').textContent, document.querySelector('.steps input').value]"


@pytest.mark.parametrize("language", ["", "zh/"])
def test_the_player_plays(engine: Engine, address: str, language: str) -> None:
    """By its buttons and by the keys of its slider."""
    engine.goto(f"{address}{language}mathematics/")
    engine.wait("() => document.querySelector('.steps-controls:not([hidden])')")
    engine.click(".steps input")
    engine.press("Home")
    engine.wait("() => document.querySelector('.steps input').value === '0'")
    first = engine.evaluate(STATE)
    engine.press("ArrowRight")
    second = engine.evaluate(STATE)
    assert second[1] == "1" and second[0] != first[0]
    engine.click(".steps [data-play]")
    engine.wait("() => Number(document.querySelector('.steps input').value) > 2")
    engine.click(".steps [data-play]")
    paused = engine.evaluate(STATE)
    assert paused[0] not in (first[0], second[0])
    engine.evaluate("() => new Promise(done => setTimeout(done, 1500))")
    assert engine.evaluate(STATE) == paused
    assert engine.complaints == []


@pytest.mark.parametrize("language", ["", "zh/"])
def test_what_is_copied_can_be_pasted(engine: Engine, address: str, language: str) -> None:  # fmt: skip
    engine.goto(f"{address}{language}mathematics/")
    engine.wait("() => document.querySelector('article pre .md-code__button')")
    code = engine.evaluate("() => document.querySelector('article pre:has(.md-code__button) code').textContent")  # fmt: skip
    engine.click("article pre .md-code__button")
    engine.wait("() => document.querySelector('.md-dialog--active')")
    engine.press("Control+k")
    engine.wait("() => document.activeElement.closest('.search[open]')")
    engine.press("Control+a")
    engine.press("Control+v")
    engine.wait("() => document.activeElement.value.length > 20")
    pasted = engine.evaluate("() => document.activeElement.value")
    assert re.sub(r"\s+", "", pasted) == re.sub(r"\s+", "", code)


@pytest.mark.parametrize("engine", ["firefox"], indirect=True, scope="module")
@pytest.mark.parametrize(("path", "least", "most"), [("before-you-sign/", 1, 1), ("zh/before-you-sign/", 1, 1), ("mathematics/", 8, 30)])  # fmt: skip
def test_firefox_prints_it(engine: Firefox, address: str, path: str, least: int, most: int) -> None:  # fmt: skip
    """As many sheets as its text needs; Chromium's are looked at in test_print.py."""
    engine.goto(f"{address}{path}")
    pdf = engine.paper()
    packed = re.findall(
        rb"FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL
    )
    parts = [pdf, *(zlib.decompressobj().decompress(one) for one in packed)]
    sheets = sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in parts)
    assert least <= sheets <= most
    assert len(pdf) > 30_000, "there is something on them"


@pytest.mark.parametrize(("here", "there"), [("", "zh/"), ("zh/", "")])
def test_the_switch_keeps_the_section(engine: Engine, address: str, here: str, there: str) -> None:  # fmt: skip
    engine.goto(f"{address}{here}mathematics/#training")
    engine.evaluate(SETTLED, 1000 * PATIENCE)
    engine.click(".language-switch")
    engine.wait("url => location.href === url && document.readyState === 'complete'", f"{address}{there}mathematics/#training")  # fmt: skip
    engine.evaluate(SETTLED, 1000 * PATIENCE)
    top = engine.evaluate("() => document.getElementById('training').getBoundingClientRect().top")  # fmt: skip
    assert 0 < top < 130


# What of our style sheets an engine may not know, since nothing is amiss without it.
REFINEMENTS = {
    "text-spacing-trim": "marks at a line's start keep their room",
    "hanging-punctuation": "marks at a line's end stay within it",
    "text-autospace": "no more room between Chinese and Latin letters",
    "text-wrap": "a heading's last line may be short",
    "word-break": "a heading may split a word of Chinese",
    "math-shift": "an exponent stands a little higher",
    "font-synthesis-style": "",
    "accent-color": "a control has the system's colour",
    "line-clamp": "the prefixed form stands beside it",
    "-webkit-box-orient": "",
    "-webkit-line-clamp": "",
    "overflow-clip-margin": "",
    "interpolate-size": "",
    "forced-color-adjust": "no colours are forced there",
    "transition-behavior": "",
    "transition": "what would fade changes at once",
    "orphans": "",
    "widows": "",
}


def declarations(rules: list[object], guarded: bool = False) -> Iterator[tuple[str, str, str]]:  # fmt: skip
    """Each (selector, property, value) of a style sheet that no `@supports` guards."""
    for rule in rules:
        if getattr(rule, "type", "") == "at-rule" and rule.at_keyword == "media":  # type: ignore[attr-defined]
            yield from declarations(tinycss2.parse_rule_list(rule.content, True, True))  # type: ignore[attr-defined]
        elif getattr(rule, "type", "") == "qualified-rule":
            selector = tinycss2.serialize(rule.prelude).strip()  # type: ignore[attr-defined]
            for one in tinycss2.parse_declaration_list(rule.content, True, True):  # type: ignore[attr-defined]
                if one.type == "declaration" and not one.name.startswith("--"):
                    yield selector, one.name, tinycss2.serialize(one.value).strip()


def test_nothing_depends_on_what_one_engine_can(engine: Engine, address: str) -> None:
    """Each selector and each declaration of our style is known to all, or stands behind `@supports`, or is a refinement."""
    engine.goto(f"{address}faq/")
    found = [
        one
        for file in sorted((ROOT / "overrides/assets/style").glob("*.css"))
        for one in declarations(
            tinycss2.parse_stylesheet(file.read_text(encoding="utf-8"), True, True)
        )
    ]
    assert len(found) > 500
    unknown = engine.evaluate(
        """all => all.filter(([selector, name, value]) => {
          try { document.querySelector(selector) } catch { return true }
          return !CSS.supports(name, value)
        })""",
        found,
    )
    assert [one for one in unknown if one[1] not in REFINEMENTS] == []


TOUR = """<!doctype html><meta charset="utf-8"><iframe width="1200" height="800"></iframe><script>
const pages = PAGES, frame = document.querySelector("iframe"), wait = time => new Promise(done => setTimeout(done, time))
const tour = async () => {
  for (const page of pages) {
    const loaded = new Promise(done => frame.onload = done)
    frame.src = page
    await loaded
    const inside = frame.contentDocument
    for (const button of [".scheme-switch", ".steps [data-play]", ".search-open"]) inside.querySelector(button)?.click()
    const field = inside.querySelector("dialog input")
    field.value = "loss"
    field.dispatchEvent(new Event("input"))
    await wait(300)
  }
  frame.contentDocument.body.insertAdjacentHTML("beforeend", "<p style='color: red'>What a policy forbids is heard.</p>")
  await wait(300)
  console.log("The tour ends.")
}
tour()
</script>"""


def test_webkit_has_nothing_to_say(site: Path) -> None:
    """No driver reads WebKit's console, but its browser writes it down: a page of ours visits one of each kind in a frame."""
    program = find_webkit()
    if not program:
        absent("webkit")
    kinds = ("", "mathematics/", "labs/multi-task/", "notebooks/numpy_network/")
    pages = [f"/{language}{path}" for language in ("", "zh/") for path in kinds]

    class Host(Quiet):
        def do_GET(self) -> None:
            if self.path != "/tour.html":
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(TOUR.replace("PAGES", json.dumps(pages)).encode())

    with served(functools.partial(Host, directory=str(site))) as address:
        setting = "--enable-write-console-messages-to-stdout=true"
        command = on_a_screen(str(program), setting, f"{address}tour.html")
        browser = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )  # fmt: skip
        assert browser.stderr
        ours = browser.stderr.fileno()
        said = b""

        def ended() -> bool:
            nonlocal said
            if select.select([ours], [], [], 0)[0]:
                said += os.read(ours, 10_000)
            return b"The tour ends." in said

        try:
            assert happens(ended, lambda: browser.poll() is None), said
        finally:
            end(browser)
    console = [one for one in said.decode().splitlines() if "CONSOLE" in one]
    *complaints, heard, _ = console
    assert "style-src" in heard
    assert complaints == []


@OTHERS
@pytest.mark.parametrize("language", ["", "zh/"])
def test_no_engine_complains(engine: Engine, address: str, language: str) -> None:
    """Of one of each kind of page, on a desk and on a phone. WebKit's own console is looked at above."""
    engine.goto(f"{address}none/")
    assert engine.complaints or engine.name == "webkit", "what is not there is heard"
    engine.goto(f"{address}{language}")
    engine.evaluate(
        SETTLED, 1000 * PATIENCE
    )  # by now all has been said of the page that is not there
    engine.complaints.clear()
    for path in KINDS:
        engine.goto(f"{address}{language}{path}")
        for width in (390, 1280):
            engine.resize(width)
            engine.evaluate(SETTLED, 1000 * PATIENCE)
            fits = engine.evaluate("() => document.documentElement.scrollWidth <= innerWidth")  # fmt: skip
            assert fits or engine.name == "webkit", (
                path
            )  # its driver's window is wider than a phone
    # Where its parser pauses in a formula, Firefox misses what has not arrived; the Nu checker reads all of each.
    arriving = re.compile(r"number of children for <m\w+/> tag")
    assert [one for one in engine.complaints if not arriving.search(one)] == []
