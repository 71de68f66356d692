"""MkDocs' events, in the order in which they come. The work is done by the modules beside this file.

The English build comes first; the Chinese one runs inside its `on_post_build`. Both write to a folder of their own,
which takes the site's place only at the very end: a build that fails publishes nothing.
"""

from __future__ import annotations

import hashlib
import logging
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import serving
import taking
from chapters.notebooks import read_titles
from chapters.pages import Pages, Source, check_twins
from copies.notebook import colab, download
from describing import about_page, has_previews, not_found_context, preview_cards
from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext
from publish.access import accessible
from publish.assets import SHIM, finish_assets, is_published
from publish.finishing import finished_page
from publish.metadata import Edition, read_edition
from publish.offline import offline_files
from publish.search import teach_words
from publish.staging import Staging, WarningCount
from rebuilds import (
    Published,
    copy_tree,
    fingerprint,
    remember_content,
    remember_index,
    remember_references,
    remember_rendering,
)
from runner import Record, SourceError, ensure_records, packed, read_modules

log = logging.getLogger("mkdocs.hooks")
Command = Literal["build", "gh-deploy", "serve"]


@dataclass
class Build:
    """One language's build, from on_config to on_post_build."""

    config: MkDocsConfig
    records: dict[str, Record]
    titles: dict[str, Any]
    edition: Edition
    staging: Staging
    warnings: WarningCount
    published: Published
    fingerprints: dict[str, str]  # of every language
    styles: list[Path]  # the site's own style sheets
    pages: Pages | None = None
    context: str = ""  # what decides the rendering of every page

    @property
    def own(self) -> dict[str, str]:
        """What `extra.languages` says of this build's language."""
        language: dict[str, str] = self.config.extra["languages"][self.language]
        return language

    @property
    def language(self) -> str:
        return str(self.config.theme["language"])

    @property
    def root(self) -> Path:
        return Path(self.config.config_file_path).resolve().parent

    @property
    def offline(self) -> bool:
        """Whether the site is to be read as files (`make build OFFLINE=1`)."""
        return bool(self.config.extra["offline"])


command: Command = "build"
builds: list[Build] = []  # the English one and, while it runs, the Chinese one


def on_startup(command: Command, dirty: bool) -> None:
    """Its presence makes MkDocs keep this module between the rebuilds of `serve`."""
    globals()["command"] = command
    logging.getLogger("jieba").setLevel(logging.WARNING)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Brings the records up to date and turns the build into a staging folder."""
    root = Path(config.config_file_path).resolve().parent
    languages: dict[str, dict[str, str]] = config.extra["languages"]
    cache = root / ".cache"
    try:
        if builds:
            records, fingerprints = builds[0].records, builds[0].fingerprints
        else:
            if command == "serve":
                serving.check_port(*config.dev_addr)
                serving.restart_if_changed(root / "overrides" / "hooks")
            folders = [language["docs"] for language in languages.values()]
            check_twins(root, folders)
            records = ensure_records(root, cache / "records")
            offline = config.extra["offline"]
            extra = f"{config.site_url} {config.repo_url} {offline} {command}"
            fingerprints = {
                name: fingerprint(root, language["docs"], folders, records, extra)
                for name, language in languages.items()
            }
        titles = read_titles(root, list(records), list(languages))
        edition = read_edition(root)
    except SourceError as error:
        raise PluginError(str(error)) from None
    published = Published(Path(config.site_dir), cache)
    if command == "build" and not builds and published.holds(fingerprints):
        log.info("Nothing has changed; the site is as it was published.")
        raise SystemExit(0)
    staging = Staging(Path(config.site_dir))
    config.site_dir = str(staging.folder)
    outer = builds[0].config if builds else config
    config.extra["root_url"] = outer.site_url  # of both languages, for the sitemap
    config.extra["published"] = command != "serve"
    remember_references(config, root / "docs/references.bib")
    styles = [root / "overrides" / str(path) for path in config.extra_css]
    config.extra_css = []  # they become one with Material's
    builds.append(
        Build(
            config,
            records,
            titles,
            edition,
            staging,
            WarningCount(),
            published,
            fingerprints,
            styles,
        )
    )
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Reads all chapters, and adds each record as a page and as a download."""
    now = builds[-1]
    language = now.language
    order = _flat(config.nav or [])
    chapters = [file for file in files.documentation_pages() if file.abs_src_path]
    chapters.sort(key=lambda f: order.index(f.src_uri) if f.src_uri in order else 999)
    try:
        now.pages = Pages(
            now.root,
            now.records,
            now.titles,
            language,
            list(config.extra["languages"]),
            dict(config.extra["words"]),
            [Source(file.src_uri, Path(str(file.abs_src_path))) for file in chapters],
            read_modules(now.root),
        )
    except SourceError as error:
        raise PluginError(str(error)) from None
    teach_words(now.pages.glossary.words)
    for name, record in now.records.items():
        uri = f"notebooks/{name}.ipynb"
        page = now.pages.notebook_markdown(name, colab(config, now.own["path"], uri))
        files.append(File.generated(config, f"notebooks/{name}.md", content=page))
        notebook = download(record, **now.titles[name][language])
        files.append(File.generated(config, uri, content=notebook))
        program = packed(record.files, name)
        files.append(File.generated(config, f"notebooks/{name}.zip", content=program))
    now.context = _rendering_context(now, files)
    for file in list(files):
        if file.src_uri.startswith("assets/") and (
            len(builds) > 1 or not is_published(file.src_uri, config.extra["languages"])
        ):
            files.remove(file)
    previews = has_previews(config, command)
    if previews and len(builds) == 1:  # both languages share the pictures
        folder = now.root / ".cache" / "cards"
        for path, picture in preview_cards(now.pages, now.records, folder).items():
            files.append(File.generated(config, path, content=picture))
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Gives the sections of the navigation their titles in the page's language."""
    titles = config.extra.get("sections", {})
    for item in nav.items:
        if item.is_section:
            item.title = titles.get(item.title, item.title)
    return nav


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    remember_index(config)
    root = builds[-1].root
    taking.write(_pages(), files, config, builds[-1].context)
    # Templates are compiled once, not in every build.
    folder = root / ".cache" / "templates"
    folder.mkdir(exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    # Chinese in JSON as itself: escaped, it is twice as long.
    env.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}


@event_priority(100)  # before any plugin changes the text
def _chapter_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """The chapter with its values in place, and tokens for its outputs and figures."""
    pages, uri = _pages(), page.file.src_uri
    chapter = pages.chapters.get(uri)
    if chapter and (description := page.meta.get("description")):
        try:
            page.meta["description"] = pages.description(uri, description)
        except SourceError as error:
            raise PluginError(str(error)) from None
    return chapter.markdown if chapter else markdown


@event_priority(-100)  # after every plugin has changed the text
def _remember_page(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    now = builds[-1]
    remember_rendering(page, markdown, now.context, lambda: now.warnings.count)
    return markdown


on_page_markdown = CombinedEvent(_chapter_markdown, _remember_page)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Outputs and figures take their places; formulas become MathML."""
    now, pages, uri = builds[-1], _pages(), page.file.src_uri
    folder, _, file = uri.partition("/")
    notebook = folder == "notebooks" and uri not in pages.chapters

    def finished() -> str:
        whole = pages.content(uri, page.url, html)
        if notebook:
            whole += pages.notebook_html(file.removesuffix(".md"))
        return accessible(whole, pages.words)

    key = f"{now.context}\n{page.url}\n{html}"
    try:
        return remember_content(key, finished)
    except SourceError as error:
        raise PluginError(str(error)) from None


def on_page_context(
    context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation
) -> dict[str, Any]:
    """Adds `twins`, this page in each language as links from this page; how to `take` it along; what it tells machines."""
    languages = config.extra["languages"]
    here = posixpath.join(builds[-1].own["path"], page.url)
    # What a reader has chosen, such as dark, holds for both languages.
    config.extra["scope"] = get_relative_url(".", here)
    context["twins"] = {
        language: get_relative_url(posixpath.join(other["path"], page.url) or ".", here)
        for language, other in languages.items()
    }
    context["take"] = taking.ways(_pages(), page, config)
    previews = has_previews(config, command)
    about = about_page(page, config, _pages(), builds[-1].own["path"], previews)
    context["about"] = about
    if page.file.src_uri in _pages().chapters:
        words = config.extra["words"]
        context["citation"] = about.bibtex(builds[-1].edition, words)
    return context


def on_template_context(
    context: TemplateContext, template_name: str, config: MkDocsConfig
) -> TemplateContext:
    """The 404 page is given the words of every language."""
    if template_name != "404.html":
        return context
    more = not_found_context(builds[-1].root, config)
    return cast(TemplateContext, {**context, **more})


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    return _finished_page(output, page.url)


def on_post_template(
    output_content: str, template_name: str, config: MkDocsConfig
) -> str:
    if template_name != "404.html":
        return output_content
    return _finished_page(output_content, None)


@event_priority(-100)  # after every plugin has written what it writes
def on_post_build(config: MkDocsConfig) -> None:
    """The English build starts the Chinese one, and publishes both."""
    now = builds[-1]
    if not now.own["path"]:
        for name, other in config.extra["languages"].items():
            if name != now.language:
                _build_other(now, name, other)
    if config.strict and now.warnings.count:
        raise Abort(f"{now.warnings.count} warnings (above); nothing was published.")
    if len(builds) == 1:
        _finish_site(now)
    now.staging.publish()
    config.site_dir = str(now.staging.site)  # where gh-deploy looks for it
    if len(builds) == 1 and not now.own["path"]:
        now.published.remember(now.fingerprints)
    builds.pop().warnings.remove()


def on_build_error(error: Exception) -> None:
    if builds:
        failed = builds.pop()
        failed.warnings.remove()
        failed.staging.discard()


def on_serve(
    server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., None]
) -> LiveReloadServer:
    """Watches all that a page is made of; a failed rebuild leaves the last good site up."""
    root = Path(config.config_file_path).resolve().parent
    configurations = [other["config"] for other in config.extra["languages"].values()]
    watched = ["docs", "snippets", "overrides", "requirements.txt", *configurations]
    for place in watched:
        server.watch(str(root / place))
    serving.bind_or_say(server)
    server.builder = serving.forgiving(builder)
    return server


# What the events above call.


def _finished_page(html: str, url: str | None) -> str:
    now, outer = builds[-1], builds[0]
    path = now.own["path"] if len(builds) > 1 else ""
    address = outer.config.site_url or ""
    return finished_page(html, url, path, address, policed=command != "serve")


def _finish_site(now: Build) -> None:
    languages = now.config.extra["languages"].values()
    # The English build holds all; any other stands by itself.
    paths = [""] if now.own["path"] else [language["path"] for language in languages]
    folders = [Path(folder) for folder in now.config.theme.dirs]
    site, cache = now.staging.folder, now.root / ".cache"
    try:
        finish_assets(site, cache, paths, folders, now.styles, trim=command != "serve")
    except SourceError as error:
        raise PluginError(str(error)) from None
    if command != "serve":
        files = offline_files(site, paths, now.root / "overrides" / SHIM)
        if now.offline:
            now.staging.fill(files)
        else:
            target = site / now.config.extra["zip"]
            target.write_bytes(packed(dict(files), target.stem))


def _pages() -> Pages:
    pages = builds[-1].pages
    assert pages is not None, "on_files comes before any page"
    return pages


def _flat(nav: Any) -> list[str]:
    """The files of a navigation, in their order."""
    if isinstance(nav, str):
        return [nav]
    items = nav.values() if isinstance(nav, dict) else nav
    return [name for item in items for name in _flat(item)]


def _rendering_context(now: Build, files: Files) -> str:
    """A digest of what decides the HTML of every page besides its own text."""
    runs = [(run.key, run.provenance) for run in now.records.values()]
    pages = _pages()
    modules = [(name, module.text) for name, module in pages.modules.items()]
    # A notebook's figures have the words that a chapter gives them.
    embeds = [chapter.embeds for chapter in pages.chapters.values()]
    uris = sorted(file.src_uri for file in files)
    parts = (
        now.language,
        now.config.mdx_configs,
        now.config.extra["words"],
        runs,
        modules,
        embeds,
        pages.glossary.sorted,
        uris,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _build_other(now: Build, name: str, other: dict[str, str]) -> None:
    """Builds another language into its folder of the staged site, or takes it from the published one."""
    target = now.staging.folder / other["path"]
    # Pages for files, with no server, have been changed too much to be of use again.
    if not now.offline and now.published.language(name, now.fingerprints[name]):
        copy_tree(now.published.site / other["path"], target)
        return
    url = now.config.site_url
    config = load_config(
        str(now.root / other["config"]),
        site_dir=str(target),
        site_url=posixpath.join(url, other["path"], "") if url else url,
        strict=now.config.strict,
    )
    config.plugins.on_startup(command=command, dirty=False)
    build(config)
