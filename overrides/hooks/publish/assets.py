"""One set of assets for the whole site: which of the theme's files it has, one style sheet, one script that is bent."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

from runner import Place, remembered

from publish.search import Entry, read_page, write_search
from publish.staging import below
from publish.stylesheet import names_in, read_sheet, sheets, trimmed, vocabulary

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
    places, names = _read_pages(site, cache / "read")
    write_search(site, places, paths)
    scripts = (site / "assets").rglob("*.js")
    texts = [path.read_text(encoding="utf-8") for path in scripts]
    rules = [
        rule
        for path in sheets(folders, styles)
        for rule in read_sheet(path, cache / "styles")
    ]
    style = trimmed(rules, names | vocabulary(texts))
    (site / STYLE).write_text(style, encoding="utf-8")


def _read_pages(site: Path, cache: Path) -> tuple[dict[str, list[Entry]], set[str]]:
    """The places of each page, by its address, and the names that a rule can meet in any of them.

    A page is read once, until it changes or what reads it does.
    """
    readers = ("search", "stylesheet", "finishing")  # which has INLINE
    files = [Path(__file__).with_name(f"{name}.py") for name in readers]
    rules = "".join(file.read_text(encoding="utf-8") for file in files)
    places, names = dict[str, list[Entry]](), set[str]()
    pages = [name for name in below(site) if name.endswith(".html")]
    for name in sorted(pages, key=lambda name: name.split("/")):
        html = (site / name).read_text(encoding="utf-8")
        entries, own = _read_page(html, rules, cache, f"{name.replace('/', '+')}.json")
        names.update(own)
        if entries and name.endswith("index.html"):
            places[name.removesuffix("index.html")] = entries
    return places, names


@functools.lru_cache(4096)  # in `serve`, all pages but one are as they were
def _read_page(
    html: str, rules: str, cache: Path, name: str
) -> tuple[list[Entry], list[str]]:
    def read() -> bytes:
        entries = [astuple(entry) for entry in read_page(html)]
        return json.dumps([entries, sorted(names_in(html))]).encode()

    entries, names = json.loads(remembered(cache, name, html + rules, read))
    return [Entry(*one) for one in entries], names


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
