"""What each page tells machines about itself, from what MkDocs, the chapters and the records know."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

from chapters.edition import Edition
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from publish.cards import card, card_path
from publish.metadata import About, faq_questions, plain_text
from runner import Record


def has_previews(config: MkDocsConfig, command: str) -> bool:
    """A preview's picture has an absolute address, and nobody shares a page of `serve`."""
    return bool(config.extra["root_url"]) and command != "serve"


def preview_cards(
    edition: Edition, records: Mapping[str, Record], cache: Path
) -> dict[str, bytes]:
    """The pictures of link previews, by path: of each figure that stands for a page."""
    notebooks = [f"notebooks/{name}.md" for name in records]
    cards: dict[str, bytes] = {}
    for figure in map(edition.picture, [*edition.sources, *notebooks]):
        if figure and (path := card_path(*figure[:2])) not in cards:
            program, section, _ = figure
            source = records[program].figures(section)[0]
            cards[path] = card(f"{program}-{section}", source, cache)
    return cards


def about_page(
    page: Page, config: MkDocsConfig, edition: Edition, folder: str, previews: bool
) -> About:
    """What a page tells machines about itself.

    Args:
        page: with its content.
        config: of its language.
        edition: all pages of its language.
        folder: where its language lies in the site.
        previews: whether it has a picture.
    """
    uri, extra = page.file.src_uri, config.extra
    root, languages = extra["root_url"], extra["languages"]
    if page.is_homepage:
        kind = "WebSite"
    elif uri == "faq.md":
        kind = "FAQPage"
    elif uri not in edition.sources:
        kind = "SoftwareSourceCode"
    else:  # a lab has its data; a chapter is in no section of the navigation
        article = "lab" in page.meta or page.parent is None
        kind = "TechArticle" if article else "WebPage"
    title = config.site_name if page.is_homepage else plain_text(str(page.title))
    figure = edition.picture(uri) if previews else None
    return About(
        kind=kind,
        title=title,
        description=plain_text(page.meta.get("description", config.site_description)),
        language=str(config.theme["language"]),
        folder=folder,
        site=config.site_name,
        path=page.url.removeprefix("./"),
        homes={
            name: posixpath.join(root, other["path"], "")
            for name, other in languages.items()
            if root
        },
        picture=root + card_path(*figure[:2]) if figure else "",
        alt=figure[2] if figure else "",
        questions=faq_questions(page.content or "") if kind == "FAQPage" else [],
    )
