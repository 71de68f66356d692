"""What each page tells machines about itself, from what MkDocs, the chapters and the records know."""

from __future__ import annotations

import json
import posixpath
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from chapters.edition import Edition
from copies.configuration import read_languages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from publish.cards import card, card_path
from publish.metadata import About, faq_questions, plain_text
from runner import Record, remembered

PARTS = ("docs", "snippets")  # what pages are made of


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
            cards[path] = card(f"{program}+{section}", source, cache)
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
    uri, path, extra = page.file.src_uri, page.url.removeprefix("./"), config.extra
    root = extra["root_url"]
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
        description=str(page.meta.get("description", config.site_description)),
        language=str(config.theme["language"]),
        folder=folder,
        site=config.site_name,
        path=path,
        urls={
            name: posixpath.join(root, other["path"], path)
            for name, other in extra["languages"].items()
            if root
        },
        picture=root + card_path(*figure[:2]) if figure else "",
        alt=figure[2] if figure else "",
        questions=faq_questions(page.content or "") if kind == "FAQPage" else [],
    )


def report_of(about: About, config: MkDocsConfig, version: str) -> dict[str, str]:
    """The version of the site, and the address of a new issue about a page; "" where the site has no repository.

    The issue's text ends where its reporter, or a script, names the section.
    """
    words, issue = config.extra["words"], (config.repo_url or "").rstrip("/")
    if not issue:
        return {"version": version, "link": ""}
    page = about.url or posixpath.join("/", about.folder, about.path)
    text = words["report_text"].format(page=page, version=version)
    names, issue = ("title", "body"), f"{issue}/issues/new"
    if "gitlab" in urlsplit(issue).netloc:
        names = ("issue[title]", "issue[description]")
        issue = issue.replace("/issues/new", "/-/issues/new")
    asked = urlencode(dict(zip(names, (about.title, text), strict=True)))
    return {"version": version, "link": f"{issue}?{asked}"}


def changes_in(root: Path, cache: Path) -> dict[str, str]:
    """When each file and folder of the project was last changed, by its path: YYYY-MM-DD.

    Nothing where git does not know the whole history: what was cut off might be the change.
    """

    def git(*words: str) -> str:
        command = ["git", "-C", str(root), *words]
        return subprocess.run(
            command, capture_output=True, check=True, text=True
        ).stdout

    def read() -> bytes:
        found: dict[str, str] = {}
        for commit in git(
            "log", "--relative", "--name-only", "-z", "--format=%x01%cs", "--", *PARTS
        ).split("\1"):
            day, *files = re.split("[\0\n]+", commit)
            for file in map(Path, filter(None, files)):
                for one in (file, *file.parents):
                    found[str(one)] = max(day, found.get(str(one), ""))
        return json.dumps(found).encode()

    try:
        state = git("rev-parse", "HEAD", "--is-shallow-repository", "--show-prefix")
        if "\ntrue\n" in state:
            return {}
        return dict(json.loads(remembered(cache, "changed.json", state, read)))
    except (OSError, subprocess.CalledProcessError):
        return {}


def not_found_context(root: Path, config: MkDocsConfig) -> dict[str, Any]:
    """What the template of 404.html is given beside what all are: one page speaks every language, its own first.

    Without an address, the site is taken to stand at the root of its host.
    """
    own, languages = config.theme["language"], config.extra["languages"]
    base = urlsplit(config.extra["root_url"] or "/").path
    homes = {n: posixpath.join(base, one["path"], "") for n, one in languages.items()}
    configured, editions = read_languages(root), []
    for name in sorted(languages, key=lambda name: name != own):
        words = configured[name]["extra"]["words"]
        editions.append({"language": name, "home": homes[name], "words": words})
    # A relative link would start from the unknown address.
    return {"base_url": homes[own], "twins": homes, "editions": editions}
