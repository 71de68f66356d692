"""What a reader can take along: each page as Markdown, each chapter as a notebook, and the lists of them all."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

from chapters.edition import Edition
from chapters.page import Text
from copies.chapter_notebook import chapter_notebook
from copies.markdown import Site, chapter_of, copy_of, index_of, whole
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from publish.finishing import CODE_OF_COPY, RAW, refuse_raw
from rebuilds import Pages


def write(edition: Edition, texts: Mapping[str, Text], files: Files, config: MkDocsConfig, made: Pages) -> None:  # fmt: skip
    """Writes all of it into the site; what belongs to a page that is as it was is as it was, too."""
    site = Site(
        config.site_name,
        config.site_description or "",
        config.copyright or "",
        edition.language,
        config.site_url or "",
        edition.words,
        edition.records,
    )
    pages = list(texts.values())
    for page in pages:
        _describe(page, files, edition)
    urls = {page.uri: page.url for page in pages}
    for uri, kept in made.made.items():
        made.making(uri)
        page, folder = texts[uri], posixpath.dirname(uri)
        kept.files |= {
            posixpath.join(folder, n): svg for n, svg in page.figures.items()
        }
        kept.files[uri] = copy_of(page, site)
        if RAW.search(kept.files[uri]):
            refuse_raw(kept.files[uri], CODE_OF_COPY, page.place)
        if _is_taken(edition, uri):
            kept.files[_notebook(uri)] = chapter_notebook(page, site, urls)
        kept.chapter = chapter_of(page, site, urls)
    made.making("")
    written = {name: text for uri in texts for name, text in made.of(uri).files.items()}
    written["llms.txt"] = index_of(pages, site, _other_lists(config))
    written["llms-full.txt"] = whole({uri: made.of(uri).chapter for uri in texts})
    for folder in {posixpath.dirname(name) for name in written}:
        Path(config.site_dir, folder).mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        Path(config.site_dir, name).write_text(content, encoding="utf-8")


def ways(edition: Edition, page: Page, config: MkDocsConfig) -> dict[str, str]:
    """The links to a page's notebook and copy; none for a page that only leads to others."""
    uri = page.file.src_uri
    if not _is_taken(edition, uri):
        return {}
    return {
        "notebook": get_relative_url(_notebook(uri), page.url),
        "markdown": get_relative_url(uri, page.url),
        "colab": edition.colab and f"{edition.colab}/{_notebook(uri)}",
    }


def _describe(text: Text, files: Files, edition: Edition) -> None:
    """Adds what MkDocs knows of a page that it has read."""
    page = files.src_uris[text.uri].page
    assert page is not None
    kind = "chapters" if text.uri in edition.sources else "notebooks"
    text.section = page.parent.title if page.parent else edition.words[kind]
    text.title, text.url = str(page.title), page.url
    text.description = str(page.meta.get("description", ""))


def _other_lists(config: MkDocsConfig) -> dict[str, str]:
    """Where the other languages' llms.txt are, by the languages' names."""
    languages, own = config.extra["languages"], config.theme["language"]
    here = f"{languages[own]['path']}/"
    return {
        other["name"]: get_relative_url(posixpath.join(other["path"], "llms.txt"), here)
        for name, other in languages.items()
        if name != own
    }


def _is_taken(edition: Edition, uri: str) -> bool:
    return uri in edition.sources and Path(uri).name != "index.md"


def _notebook(uri: str) -> str:
    return uri.removesuffix(".md") + ".ipynb"
