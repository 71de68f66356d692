"""One set of assets for the whole site: a reader who switches the language loads a page, not a theme."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from publish.mathfont import formula_characters, math_font
from publish.stylesheet import Vocabulary, joined, trimmed

STYLE = "assets/site.css"
FONT = "assets/math.woff2"
SHIM = "assets/javascripts/iframe-worker.js"
# Material's style sheets and ours become one; maps are for Material's own developers; the shim is for files.
DROPPED = re.compile(
    rf"assets/(style|stylesheets)/|assets/.*\.map$|{re.escape(SHIM)}$"
    r"|assets/javascripts/lunr/(?P<language>.*)"
)


def is_published(uri: str, languages: Iterable[str]) -> bool:
    """Whether the theme's file at `uri` is part of the site; of the search's languages, only the site's own."""
    dropped = DROPPED.match(uri)
    kept = {
        f"min/lunr.{name}.min.js"
        for name in ("stemmer.support", *languages)
        if name != "en"  # needs no file
    }
    return not dropped or dropped["language"] in kept


def with_shared_assets(page: str, own: str, shared: str) -> str:
    """The HTML of a page with its assets at the root of the whole site.

    Args:
        page: as the template made it, with assets below the root of its own language.
        own: from the page to the root of its language, "" or ending in a slash.
        shared: from the page to the root of the site, likewise.
    """
    return page.replace(f'="{own}assets/', f'="{shared}assets/').replace(
        f'"search": "{own}assets/', f'"search": "{shared}assets/'
    )


def write_assets(
    site: Path, cache: Path, folders: list[Path], styles: list[Path], trim: bool
) -> None:
    """Writes the style sheet and the font that the pages of `site` need.

    Args:
        site: both languages, built.
        cache: where both are kept for the next build.
        folders: of the theme, ours before Material's.
        styles: the site's own style sheets, in their order.
        trim: whether to leave out what meets nothing, which takes two seconds.
    """
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    (site / FONT).write_bytes(math_font(cache, formula_characters(pages)))
    sheet = whole_sheet(folders, styles)
    if trim:
        scripts = sorted((site / "assets/javascripts").glob("*.js"))
        texts = [path.read_text(encoding="utf-8") for path in scripts]
        sheet = _trimmed_once(sheet, Vocabulary.of(pages, texts), cache)
    (site / STYLE).write_text(sheet, encoding="utf-8")


def whole_sheet(folders: list[Path], styles: list[Path]) -> str:
    """Material's style sheets and the site's own `styles` in one, with all their rules."""
    return joined([_find(folders, "main"), _find(folders, "palette"), *styles])


def _find(folders: list[Path], name: str) -> Path:
    """Material's style sheet of this name, which has a digest in its file's name."""
    for folder in folders:
        for path in (folder / "assets/stylesheets").glob(f"{name}.*.min.css"):
            return path
    raise FileNotFoundError(f"assets/stylesheets/{name}.*.min.css in {folders}")


def _trimmed_once(sheet: str, vocabulary: Vocabulary, cache: Path) -> str:
    """The trimmed style sheet, from `cache` where it was made from the same before."""
    rules = Path(__file__).with_name("stylesheet.py").read_text(encoding="utf-8")
    parts = "\n".join([rules, sheet, *vocabulary.sorted()])
    path = cache / f"style-{hashlib.sha256(parts.encode()).hexdigest()[:12]}.css"
    if not path.exists():
        temporary = path.with_suffix(".part")
        temporary.write_text(trimmed(sheet, vocabulary), encoding="utf-8")
        temporary.replace(path)
    return path.read_text(encoding="utf-8")
