"""The finder of cases: it names what we would name, never nothing, and its answers can be sent to a colleague."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from conftest import ROOT
from playwright.sync_api import Browser, Page, expect

from .conftest import let_it_settle
from .test_site import open_page

SCENARIOS = yaml.safe_load((ROOT / "tests/browser/finder.yml").read_text("utf-8"))
ROLES = ("laboratory", "company", "funder", "student")


@pytest.fixture(scope="module", params=["", "zh/"], ids=["en", "zh"])
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Page:
    opened, complaints, _ = open_page(browser, f"{address}{request.param}cases/")
    assert complaints == []
    return opened


def ask(page: Page, asks: dict[str, Any]) -> list[str]:
    """The ids of the cases that it shows when a reader gives these answers."""
    page.locator("[data-reset]").evaluate("button => button.click()")
    for name, given in asks.items():
        for value in [given] if isinstance(given, str) else given:
            page.locator(f"[name={name}][value={value}]").check()
    links = page.locator(".found ol a")
    expect(links).to_have_count(3)
    return [str(one.get_attribute("href")).split("#")[1] for one in links.all()]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["who"])
def test_it_names_what_we_would_name(page: Page, scenario: dict[str, Any]) -> None:
    shown = ask(page, scenario["asks"])
    right = [id_ in scenario["acceptable"] for id_ in shown]
    assert right[0], shown
    assert sum(right) >= 2 or "ministry" in scenario["who"], shown


def test_ten_scenarios() -> None:
    assert len(SCENARIOS) == 10
    assert {one["asks"]["role"] for one in SCENARIOS} == set(ROLES)


def test_no_combination_ends_empty(page: Page) -> None:
    """All that can be asked: the roles, any of six to have, any of six to lack, who must be able to use it or nothing said."""
    poorest = page.evaluate("""() => {
      const boxes = name => [...document.querySelectorAll(`.finder [name=${name}]`)]
      const state = [...boxes("has"), ...boxes("lacks")]
      let least = 9, silent = 0, count = 0
      for (const role of boxes("role")) for (const use of [...boxes("use"), null])
        for (let n = 0; n < 4096; n += 37) { // every bit is met in each state
          role.checked = true
          for (const one of boxes("use")) one.checked = one === use
          state.forEach((box, i) => { box.checked = Boolean(n & 1 << i) })
          role.form.dispatchEvent(new Event("input"))
          const items = [...document.querySelectorAll(".found ol li")]
          least = Math.min(least, items.length)
          silent += items.filter(li => li.textContent.length < li.firstChild.textContent.length + 8).length
          count++
        }
      return [least, silent, count]
    }""")
    assert poorest[0] == 3
    assert poorest[1] == 0
    assert poorest[2] > 2000


def test_the_questions_are_those_of_what_is_lacking(page: Page) -> None:
    ask(page, {"role": "company", "lacks": ["data", "trust"]})
    for lack in ("data", "trust", "always"):
        expect(page.locator(f"[data-lack={lack}]")).to_be_visible()
    for lack in ("compute", "people", "method", "money"):
        expect(page.locator(f"[data-lack={lack}]")).to_be_hidden()


def test_the_address_holds_the_answers(browser: Browser, page: Page) -> None:
    asks = {"role": "funder", "has": ["money", "compute"], "lacks": ["people"], "use": "anyone"}  # fmt: skip
    shown = ask(page, asks)
    again, complaints, _ = open_page(browser, page.url)
    assert complaints == []
    links = again.locator(".found ol a")
    assert [str(a.get_attribute("href")).split("#")[1] for a in links.all()] == shown
    checked = again.locator(".finder :checked").evaluate_all(
        "all => all.map(i => `${i.name}=${i.value}`)"
    )
    assert sorted(checked) == ["has=compute", "has=money", "lacks=people", "role=funder", "use=anyone"]  # fmt: skip
    let_it_settle(again)
    assert again.locator(".finder legend").first.evaluate(
        "legend => legend.getBoundingClientRect().top >= document.querySelector('.md-header').getBoundingClientRect().bottom"
    )


def test_a_broken_address_does_no_harm(browser: Browser, address: str) -> None:
    opened, complaints, _ = open_page(
        browser, f"{address}cases/#find?role=%22%5D&has=<b>&x=1&lacks=compute"
    )
    assert complaints == []
    expect(opened.locator(".finder :checked")).to_have_count(1)
    expect(opened.locator(".found")).to_be_hidden()


def test_without_scripts_the_whole_table_is_there(
    browser: Browser, address: str
) -> None:
    opened, _, _ = open_page(browser, f"{address}cases/", java_script_enabled=False)
    expect(opened.locator(".finder")).to_be_hidden()
    assert opened.locator(".cases tbody tr").count() >= 30
    assert opened.locator("[data-lack]:visible").count() == 7


def test_on_paper_it_is_a_page_of_questions(page: Page) -> None:
    ask(page, {"role": "laboratory", "lacks": ["compute"]})
    page.emulate_media(media="print")
    try:
        expect(page.locator(".found li").first).to_be_visible()
        expect(page.locator("[data-lack=compute]")).to_be_visible()
        expect(page.locator(".found button").first).to_be_hidden()
        expect(page.locator(".cases")).to_be_hidden()
        room = page.locator("[data-lack=compute] li").first.evaluate(
            "li => parseFloat(getComputedStyle(li).paddingBottom)"
        )
        assert room > 30
    finally:
        page.emulate_media(media="screen")
