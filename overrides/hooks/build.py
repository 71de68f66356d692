"""One language's build, from its configuration to its finished pages."""

from __future__ import annotations

import functools
import logging
import posixpath
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import taking
from chapters.data import Source, read_source, read_titles
from chapters.edition import Edition, Project, check_twins
from chapters.page import Text
from chapters.reading import Reading
from chapters.values import Records
from copies.configuration import (
    flat,
    instead_of,
    lacking_words,
    lent_pages,
    letters_of,
    place_programs,
    read_languages,
    write_styles,
)
from copies.notebook import colab, download
from describing import (
    about_page,
    changes_in,
    has_previews,
    preview_cards,
    report_of,
)
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from publish.assets import MADE_OF_ALL, finish_assets, theme_assets
from publish.finishing import page_policy
from publish.metadata import FEED, feed_of, read_citation, written
from publish.moved import check_sources, keep_addresses, read_moved
from publish.offline import offline_files
from publish.staging import Staging, WarningCount
from rebuilds import Kept, Pages, Published, digest_of, fingerprint
from records import (
    ARCHIVE,
    archived,
    ensure_records,
    find,
    read_modules,
    read_programs,
    say,
)
from runner import Place, Snippet, packed, remembered
from serving import Runs

# What the build writes at the root of a language, beside its pages.
WRITTEN = ("llms.txt", "llms-full.txt", "sitemap.xml", "404.html", "assets/", "search/")
Command = Literal["build", "gh-deploy", "serve"]


@dataclass
class Memory:
    """What earlier builds of this process read, by language and uri, and made, by the folder that keeps it and uri."""

    sources: dict[str, dict[str, Source]] = field(default_factory=dict)
    pages: dict[Path, dict[str, Kept]] = field(default_factory=dict)
    programs: dict[str, set[str]] = field(default_factory=dict)  # by the page's address
    # In `serve`
    runs: Runs | None = None
    failure: str = ""  # what the last build said, "" where it published
    whole: threading.Event = field(
        default_factory=threading.Event
    )  # all languages are there


@dataclass
class Build:
    """One language's build.

    Args:
        config: of this language.
        command: of MkDocs: "build", "gh-deploy" or "serve".
        outer: the build inside whose last event this one runs; None for the first language.
        memory: what earlier builds made.
    """

    config: MkDocsConfig
    command: Command
    outer: Build | None
    memory: Memory
    warnings: WarningCount = field(default_factory=WarningCount)
    texts: dict[str, Text] = field(default_factory=dict)  # of all pages, by uri
    records: Records = field(default_factory=lambda: Records({}))
    modules: Mapping[str, Snippet] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)  # by language
    changes: Mapping[str, str] = field(default_factory=dict)  # `changes_in` the project

    def __post_init__(self) -> None:
        self.root = Path(self.config.config_file_path).resolve().parent
        self.cache = self.root / ".cache"
        self.languages: dict[str, dict[str, str]] = self.config.extra["languages"]
        self.instead = instead_of(self.languages)
        self.language = str(self.config.theme["language"])
        self.own = self.languages[self.language]
        self.published = Published(Path(self.config.site_dir), self.cache)
        self.forward: Callable[..., str] = str  # the template of a page that has moved
        self.told = f"{self.config.site_url} {self.config.repo_url} {self.config.extra['offline']}"
        folder = self.cache / "pages" / f"{self.language}-{digest_of(self.told)[:8]}"
        kept = self.memory.pages.setdefault(folder, {})
        self.pages = Pages(folder, kept, lambda: self.warnings.count)
        self.taken = False  # whole, from the published site
        self.begins = self.command == "serve" and not self.memory.programs

    def prepare(self) -> None:
        """Brings the records up to date and turns the build into a staging folder.

        Raises:
            SourceError: a program fails, a page has no twin, a title is missing.
        """
        config, root, outer = self.config, self.root, self.outer
        languages, instead = self.languages, self.instead
        if outer:
            self.records, self.fingerprints = outer.records, outer.fingerprints
            self.modules, self.changes = outer.modules, outer.changes
        else:
            folders = {name: one["docs"] for name, one in languages.items()}
            check_twins(root, list(folders.values()), [folders[n] for n in instead])
            self._read_programs()
            self.changes = changes_in(root, self.cache)
            told = f"{self.told} {self.changes}"
            for name in languages:
                used = (name, instead.get(name))
                without = [docs for n, docs in folders.items() if n not in used]
                made_from = fingerprint(root, without, self.records.found, told)
                self.fingerprints[name] = made_from
        names, joined = list(languages), config.extra["joined"]
        self.titles = read_titles(root, list(self.records), names, joined, instead)
        place_programs(
            config.nav or [], [f"notebooks/{name}.md" for name in self.records]
        )
        self.folders = [Path(folder) for folder in config.theme.dirs]
        # MkDocs would look through Material's ten thousand icons in each build; `choose_assets` takes what there is to take.
        config.theme.dirs = [
            str(f) for f in self.folders if not (f / ".icons").exists()
        ]
        if not config.site_url:  # it would be empty, and MkDocs would say so
            config.theme.static_templates.discard("opensearch.xml")
        config.extra["policy"] = page_policy(root / "overrides")
        short, _, about = config.site_name.partition(config.extra["words"]["colon"])
        config.extra["short"], config.extra["subtitle"] = short, about
        self.citation = read_citation(root)
        self.styles = [root / "overrides" / str(path) for path in config.extra_css]

    def _read_programs(self) -> None:
        """The record of each program, and the code of what has none or is shared."""
        root, records = self.root, self.cache / "records"
        self.modules = read_modules(root)
        if self.command != "serve":
            self.records = Records(ensure_records(root, records))
            return
        programs = read_programs(root)
        found, missing = find(programs, records)
        runs = self.memory.runs = self.memory.runs or Runs(missing, root, records)
        later = runs.later(missing)
        if len(later) < len(missing):  # they have been edited
            edited = [one.name for one in programs if one.name not in later]
            found = ensure_records(root, records, edited)
        self.records = Records(found, later)
        self.modules |= {one.name: one for one in missing if one.name in later}
        if later:  # what links to their results finds no anchors
            self.config.validation.links.anchors = logging.INFO

    def stage(self) -> None:
        """From here on MkDocs writes to a folder of its own. Raises SourceError where none can be written."""
        config, spare = self.config, self.cache / "staging"
        self.staging = Staging(Path(config.site_dir), self.published.files, spare)
        config.site_dir = str(self.staging.folder)
        address = self.outer.config.site_url if self.outer else config.site_url
        config.extra["root_url"] = address  # of all languages, for the sitemap
        config.extra_css = []  # they become one with Material's

    def take_whole(self, files: Files) -> bool:
        """Takes all pages of the first language from the published site, where only another one has changed.

        MkDocs is then left with nothing to do.
        """
        others = [one["path"] for one in self.languages.values() if one is not self.own]
        self.taken = (
            not self.outer
            and not self.own["path"]
            and not self.config.extra["offline"]
            and self.published.copy(
                self.language,
                self.fingerprints[self.language],
                "",
                self.staging.folder,
                {*others, self.config.extra["zip"], *MADE_OF_ALL},
            )
        )
        if self.taken:
            self.config.nav, self.config.theme.static_templates = [], set()
            for file in list(files):
                files.remove(file)
        return self.taken

    # The sources

    def read(self, files: Files) -> None:
        """The chapters of this language, in the order of the navigation, and the data beside them."""
        config, order = self.config, flat(self.config.nav or [])
        lent = lent_pages(self.root, self.languages, self.language)
        for uri, path in lent.items():
            folder, folders = str(path)[: -len(uri)], config.use_directory_urls
            files.append(File(uri, folder, config.site_dir, folders))
        self._check_sources(files, lent)
        chapters = [file for file in files.documentation_pages() if file.abs_src_path]
        chapters.sort(
            key=lambda f: order.index(f.src_uri) if f.src_uri in order else 999
        )
        languages = list(self.languages)
        project = Project(self.root, self.records, self.modules, self.titles, languages, self.instead)  # fmt: skip
        sources = [self._source(file) for file in chapters]
        words, joined = config.extra["words"], config.extra["joined"]
        self.edition = Edition(project, self.language, words, joined, sources)
        self.edition.colab = colab(config, self.own["path"])
        self.edition.letters = letters_of(read_languages(self.root))
        if has := self.edition.lent:
            has = has | {"words": lacking_words(self.root / self.own["config"])}
            counts = ", ".join(f"{len(names)} {kind}" for kind, names in has.items())
            say(f"{self.own['name']} has from {self.edition.instead}: {counts}")
        self.texts |= self.edition.texts
        self.pages.watch(self.edition)
        self.changed = self.pages.note("changed", self.changes)
        self.context = self._context(files)
        self.reading = Reading(self.edition)
        extensions: list[Any] = config.markdown_extensions
        extensions.append(self.reading)
        fences = {"custom_fences": self.reading.fences()}
        config.mdx_configs["pymdownx.superfences"] = fences

    def _check_sources(self, files: Files, lent: Collection[str]) -> None:
        """Raises SourceError where a file has the address of another, or the navigation lacks a page."""
        docs, languages = Path(self.config.docs_dir), self.languages.values()
        own = [
            file
            for file in files
            if file.src_dir == self.config.docs_dir
            and file.inclusion.value > InclusionLevel.DRAFT.value
        ]
        sources = [(docs / f.src_uri, f"{self.own['docs']}/{f.src_uri}", f.dest_uri) for f in own]  # fmt: skip
        pages = {f.src_uri for f in own if f.is_documentation_page()}.union(lent)
        made = {self.config.extra["zip"], ARCHIVE, *MADE_OF_ALL, *WRITTEN}
        made |= {f"{one['path']}/" for one in languages if one["path"] and one is not self.own}  # fmt: skip
        made |= {f"{uri[:-3]}.ipynb" for uri in pages}
        for name in self.records:
            kinds = (".ipynb", ".zip", "/")
            made |= {f"notebooks/{name}{kind}" for kind in kinds}
        check_sources(sources, (self.root / "docs").resolve(), made)
        if self.config.nav:
            check_nav(self.root / "mkdocs.yml", flat(self.config.nav), pages)

    def _context(self, files: Files) -> str:
        """A digest of what decides a page beside its own text and what it asks the edition for."""
        edition = self.edition
        languages = [language["docs"] for language in self.languages.values()]
        asked = (
            "snippets",
            "overrides/assets",
            "docs/corrections",
            "docs/references.bib",
        )
        return digest_of(
            fingerprint(self.root, [*languages, *asked], {}, self.told),
            [file.src_uri for file in files],
            [(source.uri, source.title) for source in edition.sources.values()],
            [edition.titles, edition.glossary.titles],
        )

    def choose_pages(self, files: Files) -> None:
        """Finds out which pages are as they were."""
        self.about = {uri: self.edition.meta(uri) for uri in self.texts}
        keys = {}
        for uri, text in self.texts.items():
            text.url = files.src_uris[uri].url
            about = self.about[uri]
            lent = self.edition.told_lent(uri)
            keys[uri] = digest_of(self.context, text.url, text.written, about, lent)
        self.pages.choose(keys)

    def _source(self, file: File) -> Source:
        path = Path(str(file.abs_src_path))
        source = read_source(
            path,
            file.src_uri,
            str(path.relative_to(self.root)),
            self.config.extra["joined"],
            self.cache / "headings",
        )
        read = self.memory.sources.setdefault(self.language, {})
        if not source.name.startswith(f"{self.own['docs']}/"):
            source = replace(source, lent=self.own["instead"])
        if read.get(file.src_uri) != source:
            read[file.src_uri] = source
        return read[file.src_uri]  # with what is known of it

    def add_programs(self, files: Files) -> None:
        """Each program as a page, as a notebook and as a folder to download."""
        for name in self.records:
            text = self.edition.program_page(name)
            self.texts[text.uri] = text
            made: dict[str, str | bytes] = {text.uri: text.source}
            if record := self.records.found.get(name):
                pack = functools.partial(packed, record.files, name)
                made[f"notebooks/{name}.ipynb"] = ""
                made[f"notebooks/{name}.zip"] = remembered(
                    self.cache / "packed", f"{name}.zip", record.key, pack
                )
            for uri, content in made.items():
                files.append(File.generated(self.config, uri, content=content))

    def fill_notebooks(self, files: Files) -> None:
        """The notebook of each program, as it was where its page is."""
        for name, record in self.records.found.items():
            uri, page = f"notebooks/{name}.ipynb", self.pages.of(f"notebooks/{name}.md")
            if uri not in page.files:
                page.files[uri] = download(record, **self.edition.titles[name])
            files.src_uris[uri].content_string = page.files[uri]

    def choose_assets(self, files: Files) -> None:
        """The theme's files that the site needs, once for all languages; the pictures of link previews."""
        for file in list(files):
            if file.src_dir in self.config.theme.dirs:
                files.remove(file)
        place = self.config.site_dir, self.config.use_directory_urls
        for uri, folder in () if self.outer else theme_assets(self.folders):
            files.append(File(uri, str(folder), *place))
        if has_previews(self.config, self.command) and not self.outer:
            folder = self.cache / "cards"
            for path, picture in preview_cards(
                self.edition, self.records.found, folder
            ).items():
                files.append(File.generated(self.config, path, content=picture))

    def place_pages(self, files: Files) -> None:
        """Puts pages that are as they were in their places."""
        self.files = files
        self.pages.give(files, self.config, self.about)

    def close_pages(self) -> None:
        """Checks what pages link to, and forgets what is no more. Raises SourceError where a link misses, or a file is in no use."""
        self.pages.check_anchors(self.files, self.config)
        if not self.records.waiting:
            self._check_looked()
        self.pages.save()
        pages = {
            text.url: self.pages.of(uri).output for uri, text in self.texts.items()
        }
        feed = feed_of(pages, self.citation["name"], self.config)
        Path(self.config.site_dir, FEED).write_bytes(feed)
        for uri, text in self.texts.items():
            address = posixpath.join(self.own["path"], text.url.removeprefix("./"))
            self.memory.programs[address] = self.pages.programs(uri)

    @property
    def here(self) -> str:
        """The file of the page that is being made; "" between pages."""
        return self._file(self.pages.uri)

    def _file(self, uri: str) -> str:
        if uri in self.texts and uri.startswith("notebooks/") and uri[10:-3] in self.records:  # fmt: skip
            return f"snippets/{uri[10:-3]}.py"
        return f"{self.own['docs']}/{uri}" if uri else ""

    def _check_looked(self) -> None:
        """Checks what `look_at` found, of all pages together."""
        path, files, docs = self.place[0], self.files, Path(self.config.docs_dir)
        looked = {uri: self.pages.of(uri).looked for uri in self.texts}
        ids = {posixpath.join(path, files.src_uris[uri].url).strip("./"): {*one["ids"]} for uri, one in looked.items()}  # fmt: skip
        for uri, one in looked.items():
            for lead in one["leads"]:
                address, _, anchor = lead.partition("#")
                if anchor not in ids.get(address, {anchor}):
                    problem = f"its link '{lead}' leads to no anchor."
                    Place(self._file(uri)).fail(problem, "name one that is there.")
        used = {name for one in looked.values() for name in one["uses"]}
        used |= {posixpath.join(path, name) for name in ("CNAME", "robots.txt")}
        for file in files:
            own = file.abs_src_path and Path(file.abs_src_path).is_relative_to(docs)
            own = own and file.inclusion.value > InclusionLevel.DRAFT.value
            if own and file.src_uri not in self.texts and posixpath.join(path, file.dest_uri) not in used:  # fmt: skip
                name = f"{self.own['docs']}/{file.src_uri}"
                Place(name).fail("no page links to this file.", "link to it, or remove it.")  # fmt: skip

    # A page

    def markdown(self, page: Page) -> str:
        """What Python-Markdown is to read for a page: nothing new where the page is as it was."""
        uri = page.file.src_uri
        self.pages.making(uri)
        page.meta.update(self.about[uri])
        if (name := page.meta.get("template")) is not None:
            folders = [Path(folder) for folder in self.config.theme.dirs]
            if not any((folder / str(name)).is_file() for folder in folders):
                place = self.edition.sources[uri].place("template:")
                place.fail(f"there is no template '{name}'.", "leave the line out.")
        return self.reading.begin(self.texts[uri])

    def page_context(self, page: Page) -> dict[str, Any]:
        """What the templates are given of a page: its twins in each language, how to take it along, what it tells machines."""
        self.pages.making(page.file.src_uri)
        config, languages = self.config, self.languages
        here = posixpath.join(self.own["path"], page.url)
        # What a reader has chosen, such as dark, holds for all languages.
        config.extra["scope"] = get_relative_url(".", here)
        previews = has_previews(config, self.command)
        about = about_page(page, config, self.edition, self.own["path"], previews)
        context: dict[str, Any] = {
            "twins": {
                name: get_relative_url(
                    posixpath.join(one["path"], page.url) or ".", here
                )
                for name, one in languages.items()
            },
            "take": taking.ways(self.edition, page, config),
            "about": about,
            "report": report_of(about, config, self.citation["version"])
            | self._dates(page.file.src_uri),
        }
        if page.file.src_uri in self.edition.sources:
            words = config.extra["words"]
            context["citation"] = about.bibtex(self.citation, words)
        return context

    def _dates(self, uri: str) -> dict[str, str]:
        """When anything of a page was last changed, as far as it is known, and when one of its programs last ran."""
        own, words = Path(uri).parts[0].removesuffix(".md"), self.config.extra["words"]
        programs = self.pages.programs(uri) & {*self.records.found}
        files = [f"{self.own['docs']}/{uri}", f"docs/{own}", f"docs/{own}.yml"]
        files += [
            f"docs/corrections/{own}.yml",
            *(f"snippets/{p}.py" for p in programs),
        ]
        changed = [self.changed[file] for file in files if file in self.changed]
        runs = [self.edition.records[name].provenance for name in programs]
        ran = [run["ran"] for run in runs if "ran" in run]
        told = {"changed": max(changed, default=""), "ran": max(ran, default="")}
        return {name: written(day, words) for name, day in told.items() if day}

    @property
    def place(self) -> tuple[str, str]:
        """Where this build's pages lie in the site, and the site's address."""
        path = self.own["path"] if self.outer else ""
        return path, (self.outer or self).config.site_url or ""

    # The site

    def others(self) -> list[tuple[str, dict[str, str]]]:
        """The languages that are built inside this build, which is that of the first one.

        Where none of their pages is kept, the first build of `serve` leaves them to the second: so its reader waits half as long.
        """
        others = [one for one in self.languages.items() if one[0] != self.language]
        if not self.begins:
            return others
        kept = self.pages.folder.parent.glob("*/*.json")
        known = {path.parent.name.rpartition("-")[0] for path in kept}
        return [] if known < set(self.languages) else others

    def keep_addresses(self) -> None:
        """What has moved is found at its old address; before any other language comes into the same folder."""
        moved = read_moved(self.root / "docs/moved.yml", "docs/moved.yml")
        root = "../" if self.outer and self.own["path"] else ""
        render = functools.partial(self.forward, config=self.config, root=root)
        words = self.config.extra["words"]["moved"]
        keep_addresses(self.staging.folder, moved, words, render)

    def finish(self) -> None:
        """What is made of all pages of all languages, and the offline edition."""
        languages = self.languages.values()
        # The first language's build holds all; any other stands by itself.
        paths = [""] if self.own["path"] else [one["path"] for one in languages]
        site, served = self.staging.folder, self.command == "serve"
        scripts = write_styles(read_languages(self.root), self.cache / "scripts")
        styles = [*self.styles, *scripts]
        finish_assets(site, self.cache, paths, self.folders, styles)
        if not served:
            if self.config.extra["offline"]:
                self.staging.fill(offline_files(site, paths))
            else:
                target = site / self.config.extra["zip"]
                target.write_bytes(whole_site(site, self.config))
                every = digest_of([one.identity for one in self.records.values()])
                archive = functools.partial(archived, self.records)
                data = remembered(self.cache / "packed", ARCHIVE, every, archive)
                (site / ARCHIVE).write_bytes(data)


def whole_site(site: Path, config: MkDocsConfig) -> bytes:
    """The zip of a finished site for those who read without a server."""
    paths = [one["path"] for one in config.extra["languages"].values()]
    # Twice as fast as the usual level, and a tenth larger.
    return packed(dict(offline_files(site, paths)), Path(config.extra["zip"]).stem, 3)


def check_nav(path: Path, order: list[str], pages: set[str]) -> None:
    """Raises SourceError where the navigation lacks a page, or has one that is not there."""
    lines = path.read_text(encoding="utf-8").splitlines()

    def place(words: str) -> Place:
        here = (n for n, line in enumerate(lines, 1) if words in line)
        return Place(path.name, next(here, None))

    for uri in sorted(pages.difference(order)):
        place("nav:").fail(f"the navigation lacks {uri}.", "write it where it belongs.")
    for uri in order:
        made = uri.startswith("notebooks/") and uri != "notebooks/index.md"
        if uri.endswith(".md") and "://" not in uri and not made and uri not in pages:
            place(uri).fail(f"there is no page {uri}.", "remove it, or write the page.")
