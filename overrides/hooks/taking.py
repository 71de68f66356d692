"""What a reader can take along: each page as Markdown, each chapter as a notebook, and the lists of them all."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from chapters.pages import Pages
from copies.chapter_notebook import chapter_notebook
from copies.markdown import Original, Site, copy_of, figure_files, index_of, plots
from copies.notebook import colab
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url


def write(pages: Pages, files: Files, config: MkDocsConfig, context: str) -> None:
    """Writes all of it into the site; `context` is a digest of what else than its own text decides a page."""
    site = Site(
        config.site_name,
        config.site_description or "",
        config.copyright or "",
        str(config.theme["language"]),
        config.site_url or "",
        pages.words,
        pages.records,
        pages.modules,
        f"{context} {config.site_url} {config.site_name} {config.copyright}",
    )
    originals = list(_originals(pages, files))
    urls = {original.uri: original.url for original in originals}
    texts: dict[str, str] = {}
    for original in originals:
        texts |= figure_files(original)
        if _is_taken(pages, original.uri):
            notebook = chapter_notebook(original, site, urls)
            texts[_notebook(original.uri)] = notebook
    copies = {original.uri: copy_of(original, site) for original in originals}
    texts |= copies
    texts["llms.txt"] = index_of(originals, site, _other_lists(config))
    texts["llms-full.txt"] = "\n".join(copies.values())
    for name, text in texts.items():
        path = Path(config.site_dir, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def ways(pages: Pages, page: Page, config: MkDocsConfig) -> dict[str, str]:
    """The links to a page's notebook and copy; none for a page that only leads to others."""
    uri = page.file.src_uri
    if not _is_taken(pages, uri):
        return {}
    return {
        "notebook": get_relative_url(_notebook(uri), page.url),
        "markdown": get_relative_url(uri, page.url),
        "colab": colab(config, _folder(config), _notebook(uri)),
    }


def _originals(pages: Pages, files: Files) -> Iterator[Original]:
    """Every page, the chapters in the order of the navigation, then the notebooks."""
    for uri in [*pages.chapters, *(f"notebooks/{name}.md" for name in pages.records)]:
        page = files.src_uris[uri].page
        assert page is not None
        markdown = page.markdown or ""
        if uri in pages.chapters:
            section, embeds = pages.words["chapters"], pages.chapters[uri].embeds
        else:
            chapter = pages.notebook_chapter(Path(uri).stem, markdown)
            section, embeds = pages.words["notebooks"], chapter.embeds
            markdown = chapter.markdown
        yield Original(
            uri,
            page.url,
            str(page.title),
            str(page.meta.get("description", "")),
            page.parent.title if page.parent else section,
            markdown,
            embeds,
            plots(page.content or ""),
        )


def _other_lists(config: MkDocsConfig) -> dict[str, str]:
    """Where the other languages' llms.txt are, by the languages' names."""
    here = _folder(config) + "/"
    return {
        other["name"]: get_relative_url(posixpath.join(other["path"], "llms.txt"), here)
        for name, other in config.extra["languages"].items()
        if name != config.theme["language"]
    }


def _is_taken(pages: Pages, uri: str) -> bool:
    return uri in pages.chapters and Path(uri).name != "index.md"


def _notebook(uri: str) -> str:
    return uri.removesuffix(".md") + ".ipynb"


def _folder(config: MkDocsConfig) -> str:
    """The folder of this language in the site."""
    return str(config.extra["languages"][config.theme["language"]]["path"])
