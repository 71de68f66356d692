"""A font for formulas: the part of STIX Two Math that mathematics on this site can need, about 30 kB.

Without an OpenType math font a browser cannot stretch brackets or join radicals, and many readers have none.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

# The Latin and Greek letters, upright and italic (a browser shows <mi>x</mi> as U+1D465) …
LETTERS = [
    *range(0x20, 0x7F),
    *range(0x391, 0x3AA),
    *range(0x3B1, 0x3CA),
    *range(0x1D434, 0x1D468),
    *range(0x1D6FC, 0x1D71C),
]
# … and the signs.
SIGNS = "±·×÷ϕϵ‖′″…ℎℒℓℝ←→↦⇒⇔∀∂∃∅∇∈∉∏∑−∘∙√∝∞∣∥∩∪∫∼≅≈≠≤≥≪≫⊂⊆⊕⊗⊙⊤⋅⋮⋯⋱⌈⌉⌊⌋⏞⏟⟨⟩𝒩𝒰𝔼𝟙ˆ˜¯\u0302\u0303\u0304\u0305\u0307\u0308\u20d7"


def math_font(cache: Path) -> bytes:
    """The font as woff2, made once and kept in `cache`."""
    made_by = Path(__file__).read_bytes()
    path = cache / f"math-{hashlib.sha256(made_by).hexdigest()[:12]}.woff2"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        _subset(temporary)
        temporary.replace(path)
    return path.read_bytes()


def _subset(target: Path) -> None:
    import ziamath  # ships the font, under the SIL Open Font License
    from fontTools import subset

    source = Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    options = subset.Options(
        flavor="woff2", layout_features=["math"], hinting=False, glyph_names=False
    )
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[*LETTERS, *map(ord, SIGNS)])
    subsetter.subset(font)
    subset.save_font(font, str(target), options)
