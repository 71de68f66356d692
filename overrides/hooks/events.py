"""All that MkDocs calls, in the order in which it does; build.py holds what one language's build does at each of these.

The first language's build comes first; any other runs inside its `on_post_build`. Each writes to a folder of its own,
which takes the site's place only at the very end: a build that fails publishes nothing.
"""

from __future__ import annotations

import logging
import posixpath
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import serving
import taking
from build import Build, Command, Memory, whole_site
from describing import not_found_context
from jinja2 import Environment, FileSystemLoader
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, BuildError, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext
from publish.finishing import (
    CODE,
    NOT_SEEN,
    RAW,
    TAG,
    finished_page,
    look_at,
    refuse_raw,
)
from rebuilds import Templates
from runner import Place, SourceError

log = logging.getLogger("mkdocs.hooks")


@dataclass
class State:
    """What outlives an event."""

    command: Command = "build"
    builds: list[Build] = field(
        default_factory=list
    )  # the first language's, and one inside it
    memory: Memory = field(default_factory=Memory)
    hooks: dict[Path, int] = field(
        default_factory=dict
    )  # of `serve`, when they were loaded

    @property
    def now(self) -> Build:
        return self.builds[-1]


state = State()


@contextmanager
def _told() -> Iterator[None]:
    """An author's mistake is told in one message, without a traceback."""
    try:
        yield
    except SourceError as error:
        raise PluginError(str(error)) from None


def on_startup(command: Command, dirty: bool) -> None:
    """Its presence makes MkDocs keep this module between the rebuilds of `serve`."""
    state.command = command


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    outer = state.builds[0] if state.builds else None
    if state.command == "serve" and urlsplit(config.site_url or "").path in ("", "/"):
        config.site_url = ""  # that of this server is no part of what is published
    now = Build(config, state.command, outer, state.memory)
    try:
        with _told():
            if state.command == "serve" and not outer:
                _look_at_hooks(config, now.root / "overrides/hooks")
            now.prepare()
        if (
            state.command == "build"
            and not outer
            and now.published.holds(now.fingerprints)
        ):
            log.info("Nothing has changed; the site is as it was published.")
            raise SystemExit(0)
        with _told():
            now.stage()
    except BaseException:
        now.warnings.remove()
        raise
    state.builds.append(now)
    return config


def _look_at_hooks(config: MkDocsConfig, hooks: Path) -> None:
    """In the first build of `serve`, its port is tried; in any later one an edited hook starts it anew."""
    files = serving.times(hooks)
    if not state.hooks:
        serving.check_port(*config.dev_addr)
        state.hooks = files
    elif files != state.hooks:
        serving.restart(files)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    if state.now.take_whole(files):
        return files
    with _told():
        state.now.read(files)
        state.now.add_programs(files)
        state.now.choose_pages(files)
        state.now.fill_notebooks(files)
        state.now.choose_assets(files)
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Gives the sections of the navigation their titles in the page's language; pages that are as they were are in place."""
    titles = config.extra.get("sections", {})
    for item in nav.items:
        if item.is_section:
            item.title = titles.get(item.title, item.title)
    if not state.now.taken:
        state.now.place_pages(files)
    return nav


def on_page_read_source(page: Page, config: MkDocsConfig) -> str:
    """Chapters have been read by then; MkDocs looks for no front matter behind an empty line."""
    return "\n"


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    with _told():
        return state.now.markdown(page)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    now = state.now
    env.loader = FileSystemLoader(now.folders)  # with the icons
    if now.taken:
        return
    now.forward = env.get_template("moved.html").render
    taking.write(now.edition, now.texts, files, config, now.pages)
    # Templates are compiled once, not in every build.
    env.bytecode_cache = Templates(now.root / ".cache" / "templates")
    # Chinese in JSON as itself: escaped, it is twice as long.
    env.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> dict[str, Any]:  # fmt: skip
    return context | state.now.page_context(page)


def on_template_context(context: TemplateContext, template_name: str, config: MkDocsConfig) -> TemplateContext:  # fmt: skip
    """The 404 page is given the words of every language."""
    if template_name != "404.html":
        return context
    more = not_found_context(state.now.root, config)
    return cast(TemplateContext, {**context, **more})


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    now = state.now
    finished = finished_page(output, page.url, *now.place)
    with _told():
        if RAW.search(CODE.sub("", finished)):
            refuse_raw(finished, CODE, Place(now.here))
        tags = TAG.findall(NOT_SEEN.sub("", finished))
        looked = look_at(tags, page.url, now.place[0], Place(now.here))
    now.pages.keep(page, looked).output = finished
    return finished


def on_post_template(
    output_content: str, template_name: str, config: MkDocsConfig
) -> str:
    if template_name != "404.html":
        return output_content
    return finished_page(output_content, None, *state.now.place)


@event_priority(-100)  # after every plugin has written what it writes
def on_post_build(config: MkDocsConfig) -> None:
    """The first language's build starts the others, and publishes all."""
    now = state.now
    # It holds the time at which it was made, and whoever reads it reads the other one, too.
    Path(config.site_dir, "sitemap.xml.gz").unlink(missing_ok=True)
    if not now.taken:
        with _told():
            now.close_pages()
            now.keep_addresses()
    built = [now.language]
    if not now.own["path"]:
        for name, other in now.others():
            _build_other(now, name, other)
            built.append(name)
    if config.strict and now.warnings.count:
        raise serving.Ended(
            f"{now.warnings.count} warnings (above); nothing was published."
        )
    if not now.outer:
        with _told():
            now.finish()
        if not now.own["path"]:
            made_from = {name: now.fingerprints[name] for name in built}
            files = now.staging.keep_others()
            now.published.remember(made_from, now.staging.folder, files)
            if len(built) == len(now.languages):
                now.memory.whole.set()
    with _told():
        now.staging.publish(wait=state.command != "serve")
    config.site_dir = str(now.staging.site)  # where gh-deploy looks for it
    state.builds.pop().warnings.remove()


def _build_other(now: Build, name: str, other: dict[str, str]) -> None:
    """Builds another language into its folder of the staged site, or takes it from the published one."""
    target, url = now.staging.folder / other["path"], now.config.site_url
    # Pages for files, with no server, have been changed too much to be of use again.
    made_from = now.fingerprints[name]
    if not now.config.extra["offline"] and now.published.copy(
        name, made_from, other["path"], target
    ):
        return
    config = load_config(
        str(now.root / other["config"]),
        site_dir=str(target),
        site_url=posixpath.join(url, other["path"], "") if url else url,
        strict=now.config.strict,
    )
    config.plugins.on_startup(command=state.command, dirty=False)
    build_site(config)


def on_build_error(error: Exception) -> None:
    page, root = "", Path()
    if state.builds:
        failed = state.builds.pop()
        failed.warnings.remove()
        failed.staging.discard()
        page, root = failed.here, failed.root
    if isinstance(error, SourceError):  # told already, with its page
        state.memory.failure = str(error)
        raise serving.Ended("Nothing was published.") from None
    if isinstance(error, BuildError):  # MkDocs tells it
        state.memory.failure = str(error)
    elif not isinstance(error, Abort):
        told = serving.unforeseen(error, page, root.resolve())
        raise serving.Ended(f"{told}\nNothing was published.") from None


def on_shutdown() -> None:
    """Ctrl-C ends the programs that run: Python waits for the threads that wait for them before it calls `atexit`."""
    if state.memory.runs:
        state.memory.runs.end()


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., None]) -> LiveReloadServer:  # fmt: skip
    """Watches all that a page is made of; a failed rebuild leaves the last good site up."""
    root = Path(config.config_file_path).resolve().parent
    languages = config.extra["languages"].values()
    configurations = [one["config"] for one in languages]
    others = tuple(f"{one['path']}/" for one in languages if one["path"])
    watched = ["docs", "snippets", "overrides", "requirements.txt", *configurations]
    runs, programs = state.memory.runs, state.memory.programs
    assert runs is not None
    runs.tell()  # there is a file to watch
    runs.begin()
    if not state.memory.whole.is_set():
        threading.Timer(2 * serving.LOOK, runs.tell).start()
    serving.attentive(server, [runs.news, *(root / name for name in watched)], config)

    def opened(path: str) -> None:
        """The page that was opened last comes first; one of another language is waited for."""
        path = path.removeprefix(server.mount_path)
        if path == config.extra["zip"]:  # made when somebody asks, not in each rebuild
            (Path(server.root) / path).write_bytes(
                whole_site(Path(server.root), config)
            )
        if path.startswith(others):
            state.memory.whole.wait()
        runs.opened = programs.get(path, runs.opened)

    def failed() -> str:
        return state.memory.failure

    def forgiven(failure: str) -> None:
        state.memory.failure = failure

    server.set_app(serving.policed(server.get_app(), opened, failed))
    server.builder = serving.forgiving(builder, forgiven, failed, root)
    runs.hold_port(*config.dev_addr)  # it may have been taken meanwhile
    return server
