"""The font for formulas has all that the formulas of this site are written with."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path

from fontTools.ttLib import TTFont

MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
TOKEN = re.compile(r"<(mi|mn|mo|mtext)\b([^>]*)>([^<]*)<")
# What a browser may draw in the place of what is written: combining accents, and a sign for a radical.
ACCENTS = {
    "ˆ": "\u0302",
    "˜": "\u0303",
    "¯": "\u0304",
    "‾": "\u0305",
    "˙": "\u0307",
    "→": "\u20d7",
}
RADICAL = re.compile(r"<m(?:sqrt|root)\b")
# A browser shows <mi>x</mi> as the italic letter U+1D465.
ITALIC = {
    **{ord("A") + n: 0x1D434 + n for n in range(26)},
    **{ord("a") + n: 0x1D44E + n for n in range(26)},
    **{0x391 + n: 0x1D6E2 + n for n in range(25)},
    **{0x3B1 + n: 0x1D6FC + n for n in range(25)},
    ord("h"): 0x210E,
}
# Not drawn: the application of a function, the choice of a glyph. Words are shown in the font of the text.
UNSEEN = re.compile("[\u2061\ufe00\u4e00-\u9fff]")


def formula_characters(pages: Iterable[str]) -> set[str]:
    """The characters that a browser draws for the formulas in the HTML of `pages`."""
    found: set[str] = set()
    for page in pages:
        for formula in MATH.findall(page):
            if RADICAL.search(formula):
                found.add("√")
            for kind, attributes, text in TOKEN.findall(formula):
                letters = html.unescape(text)
                if kind == "mi" and len(letters) == 1 and "normal" not in attributes:
                    letters = letters.translate(ITALIC)
                found.update(letters)
    return {letter for letter in found if not UNSEEN.match(letter)}


def test_no_character_of_a_formula_is_missing(site: Path) -> None:
    font = TTFont(site / "assets/math.woff2")
    assert len(font["MATH"].table.MathVariants.VertGlyphConstruction) > 3, "stretches"
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    characters = formula_characters(pages)
    assert len(characters) > 100
    drawn = characters | {ACCENTS[one] for one in characters & ACCENTS.keys()}
    missing = drawn - {chr(code) for code in font.getBestCmap()}
    assert missing == set(), "CONTRIBUTING.md tells how to add it"
