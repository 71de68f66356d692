"""The palette, the type and the first page, as a browser draws them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from chapter_files import LANGUAGES, VALUE, file, labs, pages
from conftest import ROOT
from playwright.sync_api import Browser
from runner import Record

from .test_site import contrast, open_page

PLOT = ("blue", "red", "green", "violet", "amber", "grey")


def rgb(colour: str) -> str:
    """`#1a2530` as `rgb(26, 37, 48)`."""
    return f"rgb({', '.join(str(int(colour[n : n + 2], 16)) for n in (1, 3, 5))})"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_stands_out_from_its_paper(
    browser: Browser, address: str, scheme: str
) -> None:
    page, _, _ = open_page(browser, address, color_scheme=scheme)

    def colour(name: str) -> str:
        value: str = page.evaluate(
            f"getComputedStyle(document.body).getPropertyValue('--{name}').trim()"
        )
        return rgb(value)

    papers = [colour("md-default-bg-color"), colour("md-code-bg-color")]
    for paper in papers:
        assert contrast(colour("md-default-fg-color"), paper) >= 7
        for name in (
            "md-default-fg-color--light",
            "md-typeset-a-color",
            "md-accent-fg-color",
        ):
            assert contrast(colour(name), paper) >= 4.5, name
    for name in PLOT:  # red and violet set words, too: a risk, a judgement
        least = 4.5 if name in ("red", "violet") else 3
        assert contrast(colour(f"plot-{name}"), papers[0]) >= least, name
    page.context.close()


@pytest.mark.parametrize("language", ["", "zh/"])
def test_lines_are_neither_long_nor_close(
    browser: Browser, address: str, language: str
) -> None:
    """About 70 Latin letters or 36 Chinese characters; Chinese needs more room between lines."""
    page, _, _ = open_page(
        browser,
        f"{address}{language}background/",
        viewport={"width": 1280, "height": 900},
    )
    size, line, width = page.evaluate(
        "(() => { const p = document.querySelector('article > p'), s = getComputedStyle(p);"
        " return [parseFloat(s.fontSize), parseFloat(s.lineHeight), parseFloat(s.maxWidth)] })()"
    )
    assert size >= 16
    assert line / size >= (1.75 if language else 1.6)
    assert 34 <= width / size <= 38
    page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_counts_what_is_there(
    site: Path, records: dict[str, Record], language: str
) -> None:
    corrections = [
        entry[language]["holds"]
        for path in (ROOT / "docs/corrections").glob("*.yml")
        for entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).values()
    ]
    texts = [file(language, page).read_text(encoding="utf-8") for page in pages()]
    values = {name for text in [*texts, *corrections] for name in VALUE.findall(text)}
    verdicts = Counter(
        records[snippet].values["verdict"]
        for text in texts
        for snippet in re.findall(r"^lab:\n  snippet: (\w+)", text, re.MULTILINE)
    )
    home = (site / ("" if language == "en" else language) / "index.html").read_text(
        encoding="utf-8"
    )
    tally = home.partition('<div class="tally">')[2].partition("</div>")[0]
    assert [int(n) for n in re.findall(r"<strong>(\d+)</strong>", tally)] == [
        len(records),
        len(values),
        len(corrections),
        verdicts.total(),
    ]
    outcome = tally.rpartition("</a>")[2]
    assert [int(n) for n in re.findall(r"\d+", outcome)] == [
        verdicts["holds"],
        verdicts["holds when"],
        verdicts["does not"],
        verdicts["cannot tell"],
    ]


@pytest.mark.parametrize("language", ["", "zh/"])
def test_the_first_page_leads_to_every_chapter_and_three_ways_in(
    browser: Browser, address: str, language: str
) -> None:
    page, _, _ = open_page(
        browser, address + language, viewport={"width": 1280, "height": 900}
    )
    assert (
        page.locator(".contents a").count()
        == sum("/" not in name or name.endswith("/index.md") for name in pages()) - 1
    )
    for place in (".hero svg.plot", ".tally", ".language-switch"):
        assert page.locator(place).first.is_visible(), place
    ways = page.locator(".ways li")
    assert ways.count() == 3
    for way in ways.all():
        box = way.locator("a").first.bounding_box()
        assert box and box["y"] + box["height"] < 900, "seen without scrolling"
    page.context.close()


def test_the_mark_is_our_own(browser: Browser, address: str, site: Path) -> None:
    page, complaints, _ = open_page(browser, f"{address}zh/mathematics/")
    icon = page.locator("link[rel=icon]").get_attribute("href") or ""
    assert icon.endswith("assets/favicon.svg")
    drawing = (site / "assets/favicon.svg").read_text(encoding="utf-8")
    assert "prefers-color-scheme" in drawing
    assert len(drawing) < 600
    assert page.locator(".md-header .md-logo svg circle").count() == 2
    assert complaints == []
    page.context.close()


LETTERS = """() => [...document.querySelectorAll('article svg text')].filter(t => t.textContent.trim()).map(text => {
    const scale = text.ownerSVGElement.getScreenCTM().a
    return [scale * parseFloat(getComputedStyle(text).fontSize), text.textContent]
})"""


@pytest.mark.parametrize("language", ["", "zh/"])
def test_a_phone_shows_the_letters_of_figures_large_enough(
    browser: Browser, address: str, language: str
) -> None:
    """9 px at a width of 390: what a figure of five inches sets in 10 points."""
    page, _, _ = open_page(browser, address, viewport={"width": 390, "height": 800})
    small = []
    for name in labs():
        page.goto(f"{address}{language}{name.removesuffix('.md')}/")
        found = page.evaluate(LETTERS)
        assert found, name
        small += [(name, round(size, 1), text) for size, text in found if size < 9]
    assert small == []
    page.context.close()
