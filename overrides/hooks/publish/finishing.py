"""What is done to a page, and to all pages together, after Material's templates have made them."""

from __future__ import annotations

import posixpath
from pathlib import Path
from urllib.parse import urlsplit

from mkdocs.utils import get_relative_url

from publish.assets import with_shared_assets, write_assets
from publish.links import finish_links
from publish.policy import with_policy
from publish.search import split_index, with_patient_search
from publish.validity import valid_page


def finished_page(
    html: str, url: str | None, path: str, address: str, policed: bool
) -> str:
    """A page as it is published: its assets those of the whole site, its search patient, its policy at the top.

    Args:
        html: what the template made.
        url: the page's address in its language, or None for 404.html, whose links start from the host's root.
        path: where the language lies in the site, "" for the root.
        address: of the site, "" where it has none.
        policed: whether it has a policy; the script of `serve` that reloads pages would break it.
    """
    if url is None:
        shared = urlsplit(address or "/").path
        own = posixpath.join(shared, path, "")
    else:
        here = posixpath.join(path, url)
        own, shared = (
            get_relative_url(f"{root or '.'}/", here).removeprefix("./")
            for root in (path, "")
        )
    html = finish_links(valid_page(html), address)
    html = with_shared_assets(html, own, shared)
    html = with_patient_search(html, path)
    return with_policy(html) if policed else html


def finish_assets(
    site: Path,
    cache: Path,
    paths: list[str],
    folders: list[Path],
    styles: list[Path],
    trim: bool,
) -> None:
    """What is made of all pages of all languages: the search index in two parts, the style sheet, the font.

    Args:
        site: the folder of all pages.
        cache: where what takes time is kept.
        paths: where the languages lie in the site.
        folders: of the theme, ours before Material's.
        styles: the site's own style sheets.
        trim: whether the style sheet is cut down to what the pages need.
    """
    for path in paths:
        split_index(site / path)
    write_assets(site, cache, folders, styles, trim)
