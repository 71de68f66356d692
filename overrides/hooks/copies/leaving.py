"""The chapters of a language as files for another generator: what `python -m copies` does for each."""

from __future__ import annotations

import copy
import itertools
import json
import posixpath
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import yaml
from chapters.data import Source, read_source, read_titles
from chapters.edition import Edition, Project
from chapters.page import Text
from chapters.reading import Reading
from chapters.values import Records
from jinja2 import Environment, FileSystemLoader
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from publish.finishing import page_policy
from publish.moved import Link, Moved, read_moved
from records import read_modules
from runner import Record, is_source, packed

from .configuration import (
    flat,
    instead_of,
    lent_pages,
    letters_of,
    place_programs,
    read_languages,
    write_styles,
)
from .in_place import InPlace
from .notebook import download

THEME = {"variant": "classic", "custom_dir": "overrides"}
KEPT = ("language", "font", "favicon", "palette", "features")  # of our theme
DRAWN = "pymdownx.arithmatex"  # formulas are, and would be looked for again
NOTES = "///Footnotes Go Here///"  # Python-Markdown's word for the place of the notes


class _Keep(Treeprocessor):
    """Keeps the elements of a page once all that this project does to them is done."""

    root = Element("div")

    def run(self, root: Element) -> None:
        self.root = copy.deepcopy(root)


@dataclass(frozen=True)
class Page:
    """A page that was read: its text, its finished elements, and its HTML."""

    text: Text
    root: Element
    html: str

    @property
    def address(self) -> str:
        """Below that of its language; "" for the first page."""
        return re.sub(r"(^|/)index\.md$|\.md$", "/", self.text.uri).lstrip("/")


def parser(edition: Edition, extensions: Mapping[str, Any]) -> tuple[Markdown, Reading]:
    """Python-Markdown with these extensions, by name with their options, and with ours."""
    reading = Reading(edition)
    options = {name: said or {} for name, said in extensions.items()}
    options["pymdownx.superfences"] = {"custom_fences": reading.fences()}
    names: list[Any] = [*extensions, reading]
    return Markdown(extensions=names, extension_configs=options), reading


def read_pages(
    edition: Edition, texts: Iterable[Text], extensions: Mapping[str, Any]
) -> Iterator[Page]:
    """Pages, each as it is read."""
    md, reading = parser(edition, extensions)
    kept = _Keep(md)
    md.treeprocessors.register(kept, "kept", 5.5)  # after ours, before the contents
    for text in texts:
        md.reset()
        html = md.convert(reading.begin(text))
        yield Page(text, kept.root, html)


class Leaving:
    """One language on its way to another generator.

    Args:
        root: the project's folder.
        records: of all programs.
        language: its name.
        target: the folder of all languages.

    Raises:
        SourceError: as the build would.
    """

    def __init__(
        self, root: Path, records: Mapping[str, Record], language: str, target: Path
    ) -> None:
        self.root, self.records, self.target = root, records, target
        configurations = read_languages(root)
        self.config = configurations[language]
        self.languages = self.config["extra"]["languages"]
        self.own, self.nav = self.languages[language], self.config.get("nav") or []
        place_programs(self.nav, [f"notebooks/{name}.md" for name in records])
        letters, words = (self.config["extra"][name] for name in ("joined", "words"))
        names = list(self.languages)
        instead = instead_of(self.languages)
        titles = read_titles(root, list(records), names, letters, instead)
        modules = read_modules(root)
        found = Records(records)
        project = Project(root, found, modules, titles, names, instead)
        sources = self._sources(letters)
        self.edition = Edition(project, language, words, letters, sources)
        self.edition.letters = letters_of(configurations)
        programs = map(self.edition.program_page, records)
        self.texts = self.edition.texts | {text.uri: text for text in programs}
        for text in self.texts.values():
            # Links start at the file, as Markdown's do.
            text.url = posixpath.join(posixpath.dirname(text.uri), "")

    def _sources(self, letters: str) -> list[Source]:
        """The chapters, in the order of the navigation."""
        folder, order = self.root / self.own["docs"], flat(self.nav)
        paths = filter(is_source, sorted(folder.rglob("*.md")))
        own = {path.relative_to(folder).as_posix(): path for path in paths}
        lent = lent_pages(self.root, self.languages, self.config["theme"]["language"])
        sources = [
            read_source(path, uri, str(path.relative_to(self.root)), letters)
            for uri, path in (own | lent).items()
        ]
        sources.sort(key=lambda s: order.index(s.uri) if s.uri in order else len(order))
        instead = self.own.get("instead", "")
        return [replace(s, lent=instead) if s.uri in lent else s for s in sources]

    def write(self) -> None:
        """Writes the pages, what goes with them, and a configuration that names them."""
        extensions = self.config["markdown_extensions"]
        read = list(read_pages(self.edition, self.texts.values(), extensions))
        for name, record in self.records.items():
            words = self.edition.titles[name]
            self._put(f"notebooks/{name}.ipynb", download(record, **words).encode())
            self._put(f"notebooks/{name}.zip", packed(record.files, name))
        moved = read_moved(self.root / "docs/moved.yml", "docs/moved.yml")
        pages = {page.address: page for page in read}
        for address, group in itertools.groupby(moved, key=lambda one: one.page):
            self._lead_on(address, list(group), pages)
        for page in read:
            self._put(page.text.uri, self._written(page).encode())
        shutil.copytree(self.root / "overrides/assets", self._path("assets"))
        styles = write_styles(read_languages(self.root), self._path("assets/style"))
        self.config["extra_css"] += [f"assets/style/{path.name}" for path in styles]
        theme = self.root / "overrides/elsewhere"
        shutil.copytree(theme, self.target / "overrides", dirs_exist_ok=True)
        said = self._configuration()
        text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
        (self.target / self.own["config"]).write_text(text, encoding="utf-8")

    def _path(self, name: str) -> Path:
        return Path(self.target, self.own["docs"], name)

    def _put(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def _about(self, page: Page) -> dict[str, Any]:
        """What a page says of itself; a notebook may have the title of the lab that it belongs to."""
        about = self.edition.meta(page.text.uri)
        if page.text.uri not in self.edition.sources:
            about["title"] += f" ({self.edition.words['notebook']})"
        return about

    def _written(self, page: Page) -> str:
        """A page's file: what it says of itself, and its Markdown."""
        about = self._about(page)
        told = (n for n in ("title", "description", "keywords") if about.get(n))
        front = [f"{n}: {json.dumps(about[n], ensure_ascii=False)}" for n in told]
        head = ["---", *front, "---", ""] if front else []
        writer = InPlace(page.text, self.edition.words)
        return "\n".join([*head, writer.finished(page.root), ""])

    def _lead_on(
        self, address: str, moved: list[Moved], pages: Mapping[str, Page]
    ) -> None:
        """Gives a page the anchors that it had; where it is no more, a page that leads on stands there."""
        page, links, up = pages.get(address), [], "../" * address.count("/")
        if page and any(one.get("class") == "footnote" for one in page.root):
            SubElement(page.root, "p").text = NOTES
        for one in moved:
            there = pages.get(one.to_page)
            ids = {e.get("id"): e for e in there.root.iter()} if there else {}
            if not there or (one.to_anchor and one.to_anchor not in ids):
                one.place.fail("the new address is not there.", "name one that is.")
            anchor = f"#{one.to_anchor}" if one.to_anchor else ""
            source = self.edition.sources.get(there.text.uri)
            title = self._about(there).get("title") or (source and source.title)
            title = f"{title} - {self.config['site_name']}"
            links.append(Link(one.anchor, up + one.to_page + anchor, title))
            if page is there:
                element, old = ids[one.to_anchor], Element("span", {"id": one.anchor})
                old.tail, element.text = element.text, None
                element.insert(0, old)
            elif page:
                line = SubElement(page.root, "p", {"id": one.anchor})
                line.text = f"{self.edition.words['moved']} "
                here = posixpath.dirname(page.text.uri) or "."
                target = posixpath.relpath(there.text.uri, here) + anchor
                SubElement(line, "a", {"href": target}).text = title
        if not page:
            self._put(f"{address}index.html", self._forward(links, up).encode())

    def _forward(self, links: list[Link], up: str) -> str:
        """The page at an address that is no more."""
        folder = self.root / "overrides"
        extra = self.config["extra"] | {"policy": page_policy(folder)}
        config = self.config | {"extra": extra}
        templates = Environment(loader=FileSystemLoader(folder))
        return templates.get_template("moved.html").render(
            config=config, root="", up=up, links=links
        )

    def _configuration(self) -> dict[str, Any]:
        """What another generator is told: MkDocs' own words, without hooks and plugins."""
        config, path = self.config, self.own["path"]
        names = ("site_name", "site_description", "copyright", "repo_url", "extra_css")
        said = {name: config[name] for name in names if config.get(name)}
        if url := config.get("site_url"):
            said["site_url"] = posixpath.join(url, path, "")
        sections = config["extra"].get("sections", {})
        asked = config["markdown_extensions"].items()
        home = "../" if path else "./"
        alternate = [
            {
                "name": one["name"],
                "link": posixpath.join(home, one["path"], ""),
                "lang": n,
            }
            for n, one in self.languages.items()
        ]
        return said | {
            "docs_dir": self.own["docs"],
            "site_dir": posixpath.join("site", path),
            "theme": THEME | {name: config["theme"][name] for name in KEPT},
            "plugins": ["search"],
            "markdown_extensions": {n: o for n, o in asked if n != DRAWN},
            "nav": self._place(self.nav, sections),
            "extra": {"generator": False, "alternate": alternate},
        }

    def _place(self, item: Any, sections: Mapping[str, str]) -> Any:
        """A part of the navigation in the language; a program has another title there than on its page."""
        if isinstance(item, str):
            titles, name = self.edition.titles, PurePosixPath(item).stem
            own = item in self.edition.sources
            return item if own else {titles[name]["title"]: item}
        if isinstance(item, list):
            return [self._place(one, sections) for one in item]
        return {
            sections.get(t, t): self._place(one, sections) for t, one in item.items()
        }
