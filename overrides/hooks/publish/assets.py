"""One set of assets for the whole site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from runner import SourceError

from publish.remembered import remembered
from publish.search import split_index, with_all_words
from publish.stylesheet import joined, trimmed, vocabulary

STYLE = "assets/site.css"
SHIM = "assets/javascripts/iframe-worker.js"
# Material's style sheets and ours become one; maps are for Material's own developers; the shim is for files.
DROPPED = re.compile(
    rf"assets/(style|stylesheets)/|assets/.*\.map$|{re.escape(SHIM)}$"
    r"|assets/javascripts/lunr/(?P<language>.*)"
)
# Material measures each program one by one, and so has the whole page laid out; partials/stops.html does it as they come
# into view. The copy buttons need none of it.
PROGRAMS, NONE = '"pre:not(.mermaid) > code"', '"pre.mermaid > code"'


def is_published(uri: str, languages: Iterable[str]) -> bool:
    """Whether the theme's file at `uri` is part of the site; of the search's languages, only the site's own."""
    dropped = DROPPED.match(uri)
    kept = {
        f"min/lunr.{name}.min.js"
        for name in ("stemmer.support", *languages)
        if name != "en"  # needs no file
    }
    return not dropped or dropped["language"] in kept


def finish_assets(
    site: Path,
    cache: Path,
    paths: list[str],
    folders: list[Path],
    styles: list[Path],
) -> None:
    """What is made of all pages of all languages: the search index in two parts, the scripts, the style sheet.

    Args:
        site: the folder of all pages.
        cache: where what takes time is kept.
        paths: where the languages lie in the site.
        folders: of the theme, ours before Material's.
        styles: the site's own style sheets, in their order.

    Raises:
        SourceError: Material has rewritten a script.
    """
    for path in paths:
        split_index(site / path)
    scripts = site / "assets/javascripts"
    _mend(scripts, "workers/search.*.min.js", with_all_words)
    _mend(scripts, "bundle.*.min.js", without_measuring)
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    sheet = whole_sheet(folders, styles)
    texts = [path.read_text(encoding="utf-8") for path in scripts.glob("*.js")]
    words = vocabulary(pages, texts)
    rules = Path(__file__).with_name("stylesheet.py").read_text(encoding="utf-8")
    key = "\n".join([rules, sheet, *sorted(words)])
    style = remembered(cache, "style.css", key, lambda: trimmed(sheet, words).encode())
    (site / STYLE).write_bytes(style)


def whole_sheet(folders: list[Path], styles: list[Path]) -> str:
    """Material's style sheets and the site's own `styles` in one, with all their rules."""
    main, palette = (
        next(path for folder in folders for path in folder.glob(f"assets/{name}"))
        for name in ("stylesheets/main.*.min.css", "stylesheets/palette.*.min.css")
    )
    return joined([main, palette, *styles])


def _mend(folder: Path, name: str, change: Callable[[str, str], str]) -> None:
    """Puts what `change` makes of a script's text and name in its place."""
    (path,) = folder.glob(name)
    text = change(path.read_text(encoding="utf-8"), path.name)
    path.write_text(text, encoding="utf-8")


def without_measuring(bundle: str, name: str) -> str:
    """Material's script, which now leaves the programs of a page alone.

    Raises:
        SourceError: Material has rewritten it.
    """
    if bundle.count(PROGRAMS) != 1:
        raise SourceError(
            name,
            None,
            f"Material says {PROGRAMS} {bundle.count(PROGRAMS)} times here, not 1.",
            "see in overrides/hooks/publish/assets.py whether it still measures each program of a page.",
        )
    return bundle.replace(PROGRAMS, NONE)
