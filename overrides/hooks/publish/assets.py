"""One set of assets for the whole site: which of the theme's files it has, one style sheet, two scripts that are bent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from runner import Place, remembered

from publish.search import split_index
from publish.stylesheet import trimmed, vocabulary, whole_sheet

STYLE = "assets/site.css"
SHIM = "assets/javascripts/iframe-worker.js"
# What CONTRIBUTING.md names under "What we bend": in which script, what, and what stands there instead.
BENT = (
    # Material measures each program one by one, and so has the whole page laid out; partials/stops.html does it as they
    # come into view. The copy buttons need none of it.
    ("bundle", r'"pre:not\(\.mermaid\) > code"', '"pre.mermaid > code"'),
    # Material looks for a query's words in the index, but never for one that ends where the query ends.
    (
        "search",
        r"(for\(let (\w)=(\w)\+1;\2)<(\w+\.length;\2\+\+\)\w+\.slice\(\3,\2\)in )",
        r"\1<=\4",
    ),
    # It adds a star to each word but the last, later another to all, and calls what has two of them missing.
    ("search", r'(this\.index\.invertedIndex\)\]\.join\()"\* "', r'\1" "'),
)


def is_published(uri: str, languages: Iterable[str]) -> bool:
    """Whether the theme's file at `uri` is part of the site.

    Material's style sheets and ours become one; maps are for Material's own developers; the shim is for files; of the
    search's languages, there are only the site's own.
    """
    kept = "|".join(["stemmer.support", *languages])
    return not re.match(
        rf"assets/(style|stylesheets)/|assets/.*\.map$|{re.escape(SHIM)}$"
        rf"|assets/javascripts/lunr/(?!min/lunr\.({kept})\.min\.js$)",
        uri,
    )


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
    for file in scripts.rglob("*.min.js"):
        text = file.read_text(encoding="utf-8")
        if (changed := bent(text, file.name)) != text:
            file.write_text(changed, encoding="utf-8")
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    texts = [path.read_text(encoding="utf-8") for path in scripts.glob("*.js")]
    sheet, words = whole_sheet(folders, styles), vocabulary(pages, texts)
    rules = Path(__file__).with_name("stylesheet.py").read_text(encoding="utf-8")
    key = "\n".join([rules, sheet, *sorted(words)])
    style = remembered(cache, "style.css", key, lambda: trimmed(sheet, words).encode())
    (site / STYLE).write_bytes(style)


def bent(script: str, name: str) -> str:
    """A script of Material's, by its file's name, with what stands in `BENT`.

    Raises:
        SourceError: Material has rewritten it.
    """
    for kind, pattern, instead in BENT:
        if name.startswith(f"{kind}."):
            script, count = re.subn(pattern, instead, script)
            if count != 1:
                Place(name).fail(
                    f"Material says this {count} times, not once: {pattern}",
                    "see in overrides/hooks/publish/assets.py whether it still needs to be bent, and how.",
                )
    return script
