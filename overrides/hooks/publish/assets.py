"""One set of assets for the whole site: which of the theme's files it has, one style sheet, one script that is bent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from runner import Place

from publish.search import write_search
from publish.stylesheet import read_sheet, sheets, trimmed, vocabulary

STYLE = "assets/site.css"
MADE_OF_ALL = (STYLE, "search")  # of the pages of all languages, that is
# What CONTRIBUTING.md names under "What we bend": Material's script measures each program one by one, and so has the whole
# page laid out; partials/stops.html does it as they come into view. The copy buttons need none of it.
MAP = re.compile(r"\n//# sourceMappingURL=\S+\s*\Z")  # is left out
MEASURED, INSTEAD = '"pre:not(.mermaid) > code"', '"pre.mermaid > code"'


def theme_assets(folders: list[Path]) -> Iterator[tuple[str, Path]]:
    """The theme's files that are part of the site, each by its path in the first of the theme's `folders` that has it.

    Material's style sheets and ours become one; maps are for Material's own developers; its search is not ours.
    """
    left_out = r"assets/((style|stylesheets|javascripts/(lunr|workers))/|.*\.(map|html|md|py)$|(.*/)?\.)"
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted((folder / "assets").rglob("*")):
            uri = path.relative_to(folder).as_posix()
            if path.is_file() and not re.match(left_out, uri):
                found.setdefault(uri, folder)
    yield from found.items()


def finish_assets(
    site: Path,
    cache: Path,
    paths: list[str],
    folders: list[Path],
    styles: list[Path],
) -> None:
    """What is made of all pages of all languages: what the search reads, the script, the style sheet.

    Args:
        site: the folder of all pages.
        cache: where what takes time is kept.
        paths: where the languages lie in the site.
        folders: of the theme, ours before Material's.
        styles: the site's own style sheets, in their order.

    Raises:
        SourceError: Material has rewritten its script; a style sheet is broken.
    """
    for file in (site / "assets/javascripts").glob("bundle.*.min.js"):
        if (script := file.read_text(encoding="utf-8")) != bent(script, file.name):
            file.write_text(bent(script, file.name), encoding="utf-8")
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    write_search(site, pages, paths, cache)
    scripts = (site / "assets").rglob("*.js")
    texts = [path.read_text(encoding="utf-8") for path in scripts]
    rules = [
        rule
        for path in sheets(folders, styles)
        for rule in read_sheet(path, cache / "styles")
    ]
    style = trimmed(rules, vocabulary(pages.values(), texts))
    (site / STYLE).write_text(style, encoding="utf-8")


def bent(script: str, name: str) -> str:
    """Material's script, by its file's name, without what measures programs and without the address of its map.

    Raises:
        SourceError: Material has rewritten it.
    """
    script = MAP.sub("\n", script)
    if script.count(MEASURED) == 1:
        return script.replace(MEASURED, INSTEAD)
    if script.count(INSTEAD) == 1:  # it comes from the published site
        return script
    Place(name).fail(
        f"Material says this {script.count(MEASURED)} times, not once: {MEASURED}",
        "see in overrides/hooks/publish/assets.py whether it still needs to be bent, and how.",
    )
