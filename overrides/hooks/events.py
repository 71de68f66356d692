"""MkDocs' events, in the order in which they come. The work is done by the modules beside this file.

The English build comes first; the Chinese one runs inside its `on_post_build`. Both write to a folder of their own,
which takes the site's place only at the very end: a build that fails publishes nothing.
"""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import serving
import taking
from chapters.data import read_text
from chapters.edition import Edition, Project, Source, check_twins
from chapters.notebooks import read_titles
from chapters.reading import Reading, Text
from copies.notebook import colab, download
from describing import about_page, has_previews, preview_cards
from indexing import WORKER, index_joined_words, teach_words, with_all_words
from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.meta import get_data
from mkdocs.utils.templates import TemplateContext
from publish.assets import SHIM, is_published
from publish.finishing import finish_assets, finished_page
from publish.metadata import Edition as Citation
from publish.metadata import read_edition
from publish.not_found import not_found_context
from publish.offline import offline_files
from publish.staging import Staging, WarningCount
from rebuilds import Published, copy_tree, fingerprint, remember_index
from runner import Record, SourceError, ensure_records, packed, read_modules
from theme import BUNDLE, ChangedTheme, change_scripts, without_measuring

log = logging.getLogger("mkdocs.hooks")
Command = Literal["build", "gh-deploy", "serve"]


@dataclass
class Build:
    """One language's build, from on_config to on_post_build."""

    config: MkDocsConfig
    records: dict[str, Record]
    titles: dict[str, Any]
    citation: Citation
    staging: Staging
    warnings: WarningCount
    published: Published
    fingerprints: dict[str, str]  # of every language
    styles: list[Path]  # the site's own style sheets
    edition: Edition | None = None
    reading: Reading | None = None
    pages: dict[str, Text] = field(default_factory=dict)

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
        citation = read_edition(root)
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
    styles = [root / "overrides" / str(path) for path in config.extra_css]
    config.extra_css = []  # they become one with Material's
    builds.append(
        Build(
            config,
            records,
            titles,
            citation,
            staging,
            WarningCount(),
            published,
            fingerprints,
            styles,
        )
    )
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Reads all chapters, and adds each program as a page and as downloads."""
    now = builds[-1]
    try:
        _read_edition(now, files)
        change_scripts(files, config, WORKER, with_all_words)
        change_scripts(files, config, BUNDLE, without_measuring)
    except SourceError as error:
        raise PluginError(str(error)) from None
    edition = _edition()
    teach_words(list(edition.glossary.by_form))
    for name, record in now.records.items():
        text = edition.program_page(name)
        now.pages[text.uri] = text
        files.append(File.generated(config, text.uri, content=text.source))
        title = edition.titles[name]
        notebook = download(record, **title)
        files.append(
            File.generated(config, f"notebooks/{name}.ipynb", content=notebook)
        )
        program = packed(record.files, name)
        files.append(File.generated(config, f"notebooks/{name}.zip", content=program))
    for file in list(files):
        if file.src_uri.startswith("assets/") and (
            len(builds) > 1 or not is_published(file.src_uri, config.extra["languages"])
        ):
            files.remove(file)
    previews = has_previews(config, command)
    if previews and len(builds) == 1:  # both languages share the pictures
        folder = now.root / ".cache" / "cards"
        for path, picture in preview_cards(edition, now.records, folder).items():
            files.append(File.generated(config, path, content=picture))
    return files


def _read_edition(now: Build, files: Files) -> None:
    """The chapters of this language, in the order of the navigation, and the data beside them."""
    config, order = now.config, _flat(now.config.nav or [])
    chapters = [file for file in files.documentation_pages() if file.abs_src_path]
    chapters.sort(key=lambda f: order.index(f.src_uri) if f.src_uri in order else 999)
    languages = list(config.extra["languages"])
    modules = read_modules(now.root)
    project = Project(now.root, now.records, modules, now.titles, languages)
    sources = [_source(file, now.root) for file in chapters]
    words, joined = config.extra["words"], config.extra.get("joined", "")
    edition = Edition(project, now.language, words, joined, sources)
    edition.colab = colab(config, now.own["path"], "").rstrip("/")
    now.edition, now.pages = edition, dict(edition.texts)
    now.reading = Reading(edition)
    config.markdown_extensions.append(now.reading)  # type: ignore[arg-type]
    fences = {"custom_fences": now.reading.fences()}
    config.mdx_configs["pymdownx.superfences"] = fences


def _source(file: File, root: Path) -> Source:
    name = str(Path(str(file.abs_src_path)).relative_to(root))
    text, meta = get_data(read_text(Path(str(file.abs_src_path)), name))
    whole = read_text(Path(str(file.abs_src_path)), name)
    head = whole[: len(whole) - len(text)]
    return Source(file.src_uri, name, meta, text, head)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Gives the sections of the navigation their titles in the page's language."""
    titles = config.extra.get("sections", {})
    for item in nav.items:
        if item.is_section:
            item.title = titles.get(item.title, item.title)
    return nav


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    index_joined_words(config)
    remember_index(config)
    root = builds[-1].root
    assert env.loader is not None
    env.loader = ChangedTheme(env.loader, root / "overrides")
    taking.write(_edition(), builds[-1].pages, files, config)
    # Templates are compiled once, not in every build.
    folder = root / ".cache" / "templates"
    folder.mkdir(exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    # Chinese in JSON as itself: escaped, it is twice as long.
    env.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """The chapter with its marks numbered, for the one parse."""
    now, uri = builds[-1], page.file.src_uri
    text = now.pages[uri]
    text.url = page.url
    try:
        page.meta.update(_edition().meta(uri))
    except SourceError as error:
        raise PluginError(str(error)) from None
    assert now.reading is not None
    return now.reading.begin(text)


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
    context["take"] = taking.ways(_edition(), page, config)
    previews = has_previews(config, command)
    about = about_page(page, config, _edition(), builds[-1].own["path"], previews)
    context["about"] = about
    if page.file.src_uri in _edition().sources:
        words = config.extra["words"]
        context["citation"] = about.bibtex(builds[-1].citation, words)
    return context


def on_template_context(
    context: TemplateContext, template_name: str, config: MkDocsConfig
) -> TemplateContext:
    """The 404 page is given the words of every language."""
    if template_name != "404.html":
        return context
    now, extra = builds[-1], config.extra
    more = not_found_context(
        now.root, extra["languages"], now.language, extra["root_url"]
    )
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
    if isinstance(error, SourceError):  # said already, with the page
        raise Abort("Nothing was published.") from None


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
    finish_assets(site, cache, paths, folders, now.styles, trim=command != "serve")
    if command != "serve":
        files = offline_files(site, paths, now.root / "overrides" / SHIM)
        if now.offline:
            now.staging.fill(files)
        else:
            target = site / now.config.extra["zip"]
            target.write_bytes(packed(dict(files), target.stem))


def _edition() -> Edition:
    edition = builds[-1].edition
    assert edition is not None, "on_files comes before any page"
    return edition


def _flat(nav: Any) -> list[str]:
    """The files of a navigation, in their order."""
    if isinstance(nav, str):
        return [nav]
    items = nav.values() if isinstance(nav, dict) else nav
    return [name for item in items for name in _flat(item)]


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
