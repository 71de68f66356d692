"""A page's figure as the picture that a link preview shows: 1200 × 630, on white, with a margin.

The words are those that the run drew, in English for every language: matplotlib brings the font for them, so
that the picture depends on nothing that is installed on the machine.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
from pathlib import Path

from runner import remembered

SIZE = WIDTH, HEIGHT = 1200, 630  # what the readers of Open Graph ask for
MARGIN = 40
COLOURS = 64  # of the palette: a plot needs few, and the file is a third as large
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf")


def card_path(snippet: str, section: str) -> str:
    """Where the picture of a figure stands, below the root of the site."""
    return f"assets/cards/{snippet}/{section}.png"


def card(name: str, source: str, cache: Path) -> bytes:
    """The PNG of a figure, drawn once and kept in `cache`.

    Args:
        name: tells it from other figures.
        source: the SVG as matplotlib wrote it, with `svg.fonttype: none`.
        cache: a folder.
    """
    versions = [importlib.metadata.version(each) for each in ("resvg-py", "pillow")]
    key = f"{source}{versions}{Path(__file__).read_text(encoding='utf-8')}"
    return remembered(cache, f"{name}.png", key, lambda: _draw(source))


def _draw(source: str) -> bytes:
    from PIL import Image, ImageOps  # matplotlib needs it, so it is there
    from resvg_py import svg_to_bytes

    spec = importlib.util.find_spec("matplotlib")  # its files, without importing it
    assert spec is not None and spec.origin is not None
    fonts = Path(spec.origin).parent / "mpl-data/fonts/ttf"
    png = svg_to_bytes(
        svg_string=source,
        dpi=96,
        zoom=3,  # larger than it will be
        background="#fff",
        skip_system_fonts=True,
        font_files=[str(fonts / font) for font in FONTS],
    )
    picture = Image.open(io.BytesIO(bytes(png))).convert("RGB")
    inside = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    sheet = ImageOps.expand(ImageOps.pad(picture, inside, color="#fff"), MARGIN, "#fff")
    small = sheet.quantize(COLOURS, dither=Image.Dither.NONE)
    file = io.BytesIO()
    small.save(file, "PNG", optimize=True)
    return file.getvalue()
