"""A font for formulas: the part of STIX Two Math that the formulas of this site need, about 10 kB.

Without an OpenType math font a browser cannot stretch brackets or join radicals, and many readers have none.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable
from pathlib import Path

from publish.remembered import remembered

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
                found.update(letters, (ACCENTS.get(letter, "") for letter in letters))
    return found


def math_font(cache: Path, characters: set[str]) -> bytes:
    """The font as woff2 with the glyphs for `characters`, made once and kept in `cache`."""
    key = Path(__file__).read_text(encoding="utf-8") + "".join(sorted(characters))
    return remembered(cache, "math.woff2", key, lambda: _subset(characters))


def _subset(characters: set[str]) -> bytes:
    import ziamath  # ships the font, under the SIL Open Font License
    from fontTools import subset

    source = Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    options = subset.Options(
        flavor="woff2", layout_features=["math"], hinting=False, glyph_names=False
    )
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters))
    subsetter.subset(font)
    target = io.BytesIO()
    subset.save_font(font, target, options)
    return target.getvalue()
