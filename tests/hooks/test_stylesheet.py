"""The style sheet without the rules that no page can need."""

from __future__ import annotations

import pytest
from publish.stylesheet import names_in, parsed, vocabulary
from publish.stylesheet import trimmed as trimmed_rules
from runner import SourceError

PAGE = """<!doctype html><html><body dir="ltr" data-scheme="light"><nav class="menu open">
<button class="switch" title="An absent table in sepia"></button></nav><script>document.body.setAttribute("data-scheme", dark ? "slate" : "light")</script>
</body></html>"""
SCRIPT = 'element.classList.add("added"); element.setAttribute("data-state", "busy")'


def trimmed(sheet: str, words: set[str]) -> str:
    return trimmed_rules(parsed(sheet, "own.css"), words)


@pytest.fixture
def words() -> set[str]:
    return names_in(PAGE) | vocabulary([SCRIPT])


@pytest.mark.parametrize(
    "selector",
    [
        ".menu",
        "nav.open > button",
        "button:hover::after",
        ".added",  # by a script
        '[data-state="busy"]',
        '[data-scheme="light"] .menu',
        '[data-scheme="slate"] .menu',  # by a script in the page
        ".menu:not(.never)",
        '[id^="never"]',  # of which only a part is given
    ],
)
def test_what_can_be_met_stays(words: set[str], selector: str) -> None:
    assert trimmed(f"{selector} {{ color: red }}", words) == (
        f"{selector}{{color:red}}"
    )


@pytest.mark.parametrize(
    "selector",
    [".absent", "table", "nav .absent", '[data-scheme="sepia"]', '[dir="rtl"] nav'],
)
def test_what_meets_nothing_goes(words: set[str], selector: str) -> None:
    sheet = f"{selector}, .menu {{ color: red }} {selector} {{ color: blue }}"
    assert trimmed(sheet, words) == ".menu{color:red}"


def test_rules_inside_others_are_looked_at(words: set[str]) -> None:
    sheet = "@media print { .absent { color: red } .menu { color: blue } } @media screen { .absent { top: 0 } }"
    assert trimmed(sheet, words) == "@media print{.menu{color:blue}}"


def test_variables_and_keyframes_that_nothing_reads_go(words: set[str]) -> None:
    sheet = (
        ".menu { --a: 1px; --b: var(--a); --c: 2px; top: var(--b); animation: turn 1s }"
        "@keyframes turn { to { top: 0 } } @keyframes rest { to { top: 1px } }"
    )
    text = trimmed(sheet, words)
    assert "--a:" in text and "--b:" in text and "@keyframes turn" in text
    assert "--c" not in text and "rest" not in text


def test_a_broken_sheet_is_named(words: set[str]) -> None:
    with pytest.raises(SourceError, match=r"own\.css:2: this style sheet is broken"):
        trimmed(".menu { top: 0 }\n.menu { top }", words)
