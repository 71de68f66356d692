"""A run to step through shows what its record holds: with scripts each step, without them the last one and a table."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from runner import Record

from .test_site import contrast, open_page

NUMBER = re.compile(r"−?\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def run(records: dict[str, Record]) -> dict[str, Any]:
    """The recorded values, and the forward pass in NumPy: (T, …) each."""
    values = {k: np.array(v) for k, v in records["numpy_network"].values.items()}
    values["a1"] = np.maximum(0, values["x"] @ values["W1_history"])
    values["predictions"] = (values["a1"] @ values["W2_history"])[:, :, 0]
    return values


def steps(page: Page) -> Locator:
    found = page.locator("figure.steps")
    assert found.count() == 1
    found.scroll_into_view_if_needed()  # out of sight it is not laid out
    expect(found.locator(".steps-state")).not_to_have_text("", use_inner_text=True)
    return found


def check_step(figure: Locator, run: dict[str, Any], k: int) -> None:
    """All that is shown is recorded step k, to the digits shown."""
    last = run["history_steps"][-1]
    network = figure.locator(".steps-network")
    weights = [*run["W1_history"][k].ravel(), *run["W2_history"][k].ravel()]
    assert network.locator("rect + text").all_text_contents() == [
        f"{weight:.3f}" for weight in weights
    ]
    widths = network.locator("line").evaluate_all(
        "all => all.map(line => +line.getAttribute('stroke-width'))"
    )
    largest = max(run["W1_history"].max(), run["W2_history"].max())
    np.testing.assert_allclose(widths, 1 + 8 * np.array(weights) / largest, atol=0.26)
    numbers = [*run["x"][0], *run["a1"][k][0], run["predictions"][k][0]]
    assert network.locator("circle + text").all_text_contents() == [
        f"{number:.3f}" for number in numbers
    ]

    state = NUMBER.findall(figure.locator(".steps-state").inner_text())
    step, loss = run["history_steps"][k], run["history_losses"][k]
    target, prediction = run["y"][0, 0], run["predictions"][k][0]
    assert state == [
        str(step), str(last), f"{loss:.5f}", f"{prediction:.3f}", f"{target:.3f}",
    ]  # fmt: skip

    # The dots: the line on which both are equal gives the scale.
    dots = figure.locator(".steps-predictions circle")
    line = figure.locator(".steps-predictions path").last.get_attribute("d") or ""
    x0, y0, x1, y1 = map(float, re.findall(r"[\d.]+", line))
    places = dots.evaluate_all("all => all.map(d => [+d.getAttribute('cx'), +d.getAttribute('cy')])")  # fmt: skip
    shown = [((x - x0) / (x1 - x0) * 3, (y - y0) / (y1 - y0) * 3) for x, y in places]
    expected = [(run["y"][n, 0], run["predictions"][k][n]) for n in range(0, 200, 5)]
    np.testing.assert_allclose(sorted(shown), sorted(expected), atol=0.012)

    # The mark stands on the curve's point of this step.
    losses = figure.locator(".steps-losses")
    points = (losses.locator("polyline").get_attribute("points") or "").split()
    mark = losses.locator("circle")
    place = [float(mark.get_attribute(name) or "") for name in ("cx", "cy")]
    assert place == [float(n) for n in points[2 * k : 2 * k + 2]]


@pytest.mark.parametrize("language", ["", "zh/"])
def test_without_scripts_the_last_step_and_the_table_are_there(
    browser: Browser, address: str, run: dict[str, Any], language: str
) -> None:
    page, _, asked = open_page(
        browser, f"{address}{language}mathematics/", java_script_enabled=False
    )
    figure = steps(page)
    assert not [url for url in asked if url.endswith("steps.js")]
    assert figure.locator(".steps-network").is_visible()
    for control in figure.locator("input, button").all():
        assert not control.is_visible(), "nothing dead is shown"
    check_step(figure, run, len(run["history_steps"]) - 1)

    page.locator("figure.steps + details summary").click()
    rows = page.locator(".steps-table tbody tr")
    assert rows.first.is_visible()
    table = [
        [row.locator("th").inner_text(), *row.locator("td").all_inner_texts()]
        for row in rows.all()
    ]
    recorded = list(run["history_steps"])
    assert [int(row[0]) for row in table[:3]] == [0, 1, 2]
    assert int(table[-1][0]) == recorded[-1]
    for row in table:
        k = recorded.index(int(row[0]))
        weights = [*run["W1_history"][k].ravel(), *run["W2_history"][k].ravel()]
        assert row[1:] == [
            *(f"{weight:.3f}" for weight in weights),
            f"{run['predictions'][k][0]:.3f}",
            f"{run['history_losses'][k]:.5f}",
        ]
    page.context.close()


@pytest.mark.parametrize("language", ["", "zh/"])
def test_the_slider_shows_each_recorded_step(
    browser: Browser, address: str, run: dict[str, Any], language: str
) -> None:
    page, complaints, _ = open_page(browser, f"{address}{language}mathematics/")
    figure, last = steps(page), len(run["history_steps"]) - 1
    slider = figure.get_by_role("slider")
    check_step(figure, run, last)
    for k in (0, 1, 7, 20, last - 1, last):
        slider.fill(str(k))
        check_step(figure, run, k)
        state = figure.locator(".steps-state")
        assert slider.get_attribute("aria-valuetext") == state.inner_text()
    assert complaints == []
    page.context.close()


def test_keys_and_buttons_move_by_one_recorded_step(
    browser: Browser, address: str, run: dict[str, Any]
) -> None:
    page, _, _ = open_page(browser, f"{address}mathematics/")
    figure, last = steps(page), len(run["history_steps"]) - 1
    slider, state = figure.get_by_role("slider"), figure.locator(".steps-state")
    back, forward = (figure.get_by_role("button", name=n) for n in ("Back", "Forward"))
    slider.focus()
    page.keyboard.press("ArrowLeft")
    check_step(figure, run, last - 1)
    page.keyboard.press("Home")
    check_step(figure, run, 0)
    page.keyboard.press("ArrowRight")
    check_step(figure, run, 1)
    assert state.get_attribute("aria-live") == "off", "the slider says it itself"
    forward.click()
    check_step(figure, run, 2)
    assert state.get_attribute("aria-live") == "polite"
    for _ in range(4):
        back.click()
    check_step(figure, run, 0)
    slider.fill(str(last))
    forward.click()
    check_step(figure, run, last)
    page.context.close()


def test_playing_runs_to_the_end_and_can_be_paused(
    browser: Browser, address: str, run: dict[str, Any]
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.clock.install(time=datetime(2026, 1, 1))
    page.goto(f"{address}mathematics/")
    page.clock.pause_at(datetime(2026, 1, 2))  # from here on, time is the test's own
    figure, last = steps(page), len(run["history_steps"]) - 1
    slider = figure.get_by_role("slider")
    figure.get_by_role("button", name="Play").click()
    check_step(figure, run, 0)  # it stood at the end
    page.clock.run_for(1300)
    check_step(figure, run, 3)
    figure.get_by_role("button", name="Pause").click()
    page.clock.run_for(5000)
    check_step(figure, run, 3)
    figure.get_by_role("button", name="Play").click()
    page.clock.run_for(1000 * last)
    check_step(figure, run, last)
    assert figure.get_by_role("button", name="Play").is_visible(), "it has stopped"
    figure.get_by_role("button", name="Play").click()
    slider.fill("5")
    page.clock.run_for(5000)
    check_step(figure, run, 5)  # who takes the slider stops it
    context.close()


def test_nothing_plays_where_less_motion_is_asked_for(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.clock.install(time=datetime(2026, 1, 1))
    page.goto(f"{address}mathematics/")
    page.clock.pause_at(datetime(2026, 1, 2))
    figure = steps(page)
    names = [b.inner_text() for b in figure.locator("button").all() if b.is_visible()]
    assert names == ["Back", "Forward"]
    before = figure.locator(".steps-state").inner_text()
    page.clock.run_for(5000)
    assert figure.locator(".steps-state").inner_text() == before
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["", "zh/"])
def test_it_fits_a_phone_and_can_be_read_and_touched(
    browser: Browser, address: str, language: str, scheme: str
) -> None:
    page, _, _ = open_page(
        browser,
        f"{address}{language}mathematics/",
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,
    )
    figure = steps(page)
    page.locator("figure.steps + details summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in figure.locator("svg, input, button").all():
        box = part.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert box["height"] >= 24 and box["width"] >= 24
    boxes = figure.locator("svg text").evaluate_all(
        "all => all.filter(t => t.textContent).map(t => t.getBoundingClientRect()).map(b => [b.left, b.right, b.height])"
    )
    assert all(left >= 0 and right <= 390 and height >= 10 for left, right, height in boxes)  # fmt: skip
    picture = figure.locator(".steps-drawing").bounding_box()
    slider = figure.get_by_role("slider").bounding_box()
    assert picture and slider
    assert slider["y"] + slider["height"] - picture["y"] < 700, "seen at once"

    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for selector in ("text", ".move"):
        colour = figure.locator(f"svg {selector}").first.evaluate("e => getComputedStyle(e).fill")  # fmt: skip
        assert contrast(colour, background) >= 4.5, selector
    for selector in ("line", "polyline", ".first", ".floor", "circle.on"):
        colour = figure.locator(f"svg {selector}").first.evaluate("e => getComputedStyle(e).stroke")  # fmt: skip
        assert contrast(colour, background) >= 3, selector

    slider_ = figure.get_by_role("slider")
    slider_.focus()
    page.keyboard.press("ArrowLeft")
    assert slider_.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.context.close()


def test_what_it_costs(site: Path) -> None:
    """Only the page that shows it asks for the script, and nothing in it needs an inline script or style."""
    script = (site / "assets/steps.js").read_text(encoding="utf-8")
    assert len(script.encode()) < 3000
    for page in site.rglob("index.html"):
        text = page.read_text(encoding="utf-8")
        assert ("assets/steps.js" in text) == (page.parent.name == "mathematics"), page
    text = (site / "mathematics/index.html").read_text(encoding="utf-8")
    figure = text[text.index('<figure class="steps">') :].partition("</figure>")[0]
    assert not re.search(r"\s(style|on\w+)=", figure)
    data = figure.partition('<script type="application/json">')[2]
    assert 1000 < len(data) < 25_000
