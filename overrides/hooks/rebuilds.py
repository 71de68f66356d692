"""What makes a rebuild fast: nothing is worked out again that has not changed.

- A language of which nothing has changed since it was published is not built: `fingerprint`, `Published`.
- A page that has not changed is not made again, neither in the same process (`serve`) nor in another one: `Pages`. What it
  asks an edition for is noted while it is made, so that nobody has to say what it depends on.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from chapters.citations import Bibliography
from chapters.edition import Edition
from chapters.values import Records
from copies.markdown import Chapter
from jinja2.bccache import Bucket, BytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from publish.staging import below
from runner import Record, keep, recalled

T = TypeVar("T")
KEPT = 8  # sites that are remembered; folders of pages: of two languages, built, served, and at some address

SHARED = ("snippets", "overrides", "requirements.txt", "pyproject.toml", "LICENSE")


def fingerprint(
    root: Path, without: Iterable[str], records: Mapping[str, Record], extra: str
) -> str:
    """A digest of what a site is made of.

    Args:
        root: the project's folder.
        without: the folders that do not count, such as those of the other languages.
        records: the records of all snippets.
        extra: what else decides, such as the address of the site.
    """
    found = hashlib.sha256(extra.encode())
    skipped = [root / folder for folder in without]
    files = [
        path for part in (*SHARED, "docs") for path in _files(root / part, skipped)
    ]
    for path in [*files, *sorted(root.glob("mkdocs*.yml"))]:
        stat = path.stat()
        content = _content(path, stat.st_mtime_ns, stat.st_size)
        found.update(f"{path.relative_to(root)} {content}\n".encode())
    for name, record in sorted(records.items()):
        found.update(f"{name} {record.identity}".encode())
    return found.hexdigest()


@functools.lru_cache(8192)  # every language, and every rebuild of `serve`, asks again
def _content(path: Path, time: int, size: int) -> str:
    """A digest of a file that was last changed at this time."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_of(*parts: object) -> str:
    """A digest of values whose `repr` says all of them."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _files(place: Path, skipped: list[Path]) -> list[Path]:
    if place.is_file():
        return [place]
    left_out = tuple(f"{folder}{os.sep}" for folder in skipped)
    found = (one.path for one in below(place).values() if one.is_file())
    return sorted(
        Path(path)
        for path in found
        if "__pycache__" not in path and not f"{path}{os.sep}".startswith(left_out)
    )


class Published:
    """Remembers, beside the records, which fingerprints a site folder was published from.

    Args:
        site: the published folder.
        cache: the folder where this is remembered.
    """

    def __init__(self, site: Path, cache: Path) -> None:
        self.site = site
        name = hashlib.sha256(str(site).encode()).hexdigest()[:12]
        self.path = cache / f"published-{name}.json"

    def holds(self, fingerprints: dict[str, str]) -> bool:
        """Whether the site is there, untouched, and was made from the same."""
        state = self._state()
        return state.get("fingerprints") == fingerprints and self._untouched(state)

    def copy(
        self,
        language: str,
        fingerprint: str,
        path: str,
        target: Path,
        without: Collection[str] = (),
    ) -> bool:
        """Copies the folder of a language by links, which takes no time and no room.

        Args:
            language: its name.
            fingerprint: what its pages are to be made of.
            path: its folder in the site.
            target: where it is copied to.
            without: paths in it that are left out.

        Returns:
            False where it was made from something else, or another build replaces it meanwhile.
        """
        state = self._state()
        same = state.get("fingerprints", {}).get(language) == fingerprint
        if not same or not self._untouched(state):
            return False

        def left_out(folder: str, names: list[str]) -> list[str]:
            below = Path(folder).relative_to(self.site / path)
            return [name for name in names if (below / name).as_posix() in without]

        try:
            shutil.copytree(
                self.site / path,
                target,
                copy_function=os.link,
                ignore=left_out,
                dirs_exist_ok=True,
            )
        except OSError:  # nor can every file system link; MkDocs empties the target
            return False
        return self._untouched(state)

    @property
    def files(self) -> list[str] | None:
        """What builds have put into the site's folder, by path; None where nothing is remembered."""
        return self._state().get("files")

    def remember(
        self, fingerprints: dict[str, str], staged: Path, files: list[str]
    ) -> None:
        """Writes down from what the site is made that is about to be put in place, and which of its files are made."""
        state = {"fingerprints": fingerprints, "files": files}
        state["listing"] = _listing(staged)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(f".{os.getpid()}.part")
        temporary.write_text(json.dumps(state), encoding="utf-8")
        temporary.replace(self.path)
        states = self.path.parent.glob("published-*.json")
        for old in sorted(states, key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)

    def _state(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    def _untouched(self, state: dict[str, Any]) -> bool:
        try:
            return state.get("listing") == _listing(self.site)
        except FileNotFoundError:  # none yet, or another build replaces it just now
            return False


def _listing(site: Path) -> str:
    """A digest of every file's name, size and time."""
    lines = []
    for name, file in below(site).items():
        stat = file.stat()
        lines.append(f"{name} {stat.st_size} {stat.st_mtime_ns}")
    return digest_of(sorted(lines))


@dataclass
class Kept:
    """A page as an earlier build made it.

    Args:
        key: of what it is made from.
        title: as the navigation shows it.
        asked: what else it asked for while it was made: a digest of each, by its name in `Notes`.
        anchors: its ids, as MkDocs knows them.
        looked: what `publish.finishing.look_at` found in it.
        links: the anchors of other pages that it links to, by their uri, and how it writes each link.
        output: its HTML as it is published.
        files: what goes with it, by path: its copy, its notebook, its figures.
        chapter: its part of the language's llms-full.txt, and the ids there.
    """

    key: str
    title: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    anchors: list[str] = field(default_factory=list)
    looked: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    output: str = ""
    files: dict[str, str] = field(default_factory=dict)
    chapter: Chapter = field(default_factory=lambda: Chapter("", []))


class Templates(BytecodeCache):
    """Compiled templates, in a folder; what is damaged there is compiled anew, since Python would run it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills a bucket, if its template was compiled before."""
        if found := recalled(self.folder / bucket.key, bucket.checksum):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps what was compiled."""
        data = bucket.bytecode_to_string()
        keep(self.folder / bucket.key, bucket.checksum, data)


class Noted(Mapping[str, T]):
    """A mapping that notes what it is asked for; all its names count as one more thing.

    Args:
        kind: what its values are.
        held: what it holds.
        says: what of a value anybody may show, as something whose `repr` says all of it.
        asked: where it notes.
    """

    def __init__(
        self,
        kind: str,
        held: Mapping[str, T],
        says: Callable[[T], object],
        asked: Callable[[str], None],
    ) -> None:
        self.kind, self.held, self.says, self.asked = kind, held, says, asked
        self.digests: dict[str, str] = {}

    def __getitem__(self, name: str) -> T:
        self.ask(name)
        return self.held[name]

    def __iter__(self) -> Iterator[str]:
        self.ask("")
        return iter(self.held)

    def __len__(self) -> int:
        self.ask("")
        return len(self.held)

    def ask(self, name: str) -> None:
        """Notes that somebody asks for this; "" is all names."""
        self.asked(f"{self.kind} {name}")

    def digest(self, name: str) -> str:
        """Of what a value says; "" where there is none; of all names, where the name is ""."""
        if name not in self.digests:
            one = self.held.get(name)
            said = self.says(one) if one is not None else None
            self.digests[name] = digest_of(said if name else list(self.held))
        return self.digests[name]


class Same(File):
    """A page that is as it was: MkDocs copies what an earlier build made of it, and links to it as to any other."""

    def is_documentation_page(self) -> bool:
        """No: MkDocs has nothing to read here."""
        return False


class Pages:
    """The pages of one language in one build. One that is as it was is taken from an earlier build, of any process.

    Args:
        folder: where pages are kept.
        memory: those that this process has made or taken before, by uri; this build changes it.
        warnings: how many warnings there are so far.
    """

    def __init__(
        self, folder: Path, memory: dict[str, Kept], warnings: Callable[[], int]
    ) -> None:
        self.folder, self.kept, self.warnings = folder, memory, warnings
        self.made: dict[str, Kept] = {}  # those that are not as they were
        self.asked: dict[str, set[str]] = {}  # by what is made
        self.warned: set[str] = set()
        self.noted: dict[str, Noted[Any]] = {}  # by kind
        self.uri, self.before = "", warnings()

    def making(self, uri: str) -> None:
        """From now on this page is made, until another one is; "" for no page."""
        if self.warnings() > self.before:
            self.warned.add(self.uri)
        self.uri, self.before = uri, self.warnings()

    def watch(self, edition: Edition) -> None:
        """Notes from now on what each page asks an edition for."""
        everything: dict[str, Callable[[Any], object]] = {
            "modules": lambda one: one.text,
            "sources": lambda one: one.shown,
            "texts": lambda one: one.shown,
            "labs": repr,
            "corrections": repr,
        }
        for kind, says in everything.items():
            setattr(edition, kind, self.note(kind, getattr(edition, kind), says))
        noted = self.note("records", edition.records, lambda one: one.identity)
        found, waiting = edition.records.found, edition.records.waiting
        edition.records = Records(found, waiting, noted.ask)
        entries = self.note("references", edition.bibliography.entries, repr)
        edition.bibliography = Bibliography(entries)

    def note(
        self, kind: str, items: Mapping[str, T], says: Callable[[T], object] = repr
    ) -> Noted[T]:
        """The same items; which of them each page asks for is noted from now on."""

        def note(name: str) -> None:
            self.asked.setdefault(self.uri, set()).add(name)

        self.noted[kind] = found = Noted(kind, items, says, note)
        return found

    def choose(self, keys: Mapping[str, str]) -> None:
        """Finds out which pages are as they were.

        Args:
            keys: of all pages, by uri: a digest of what each is made from, but for what it asks an edition for.
        """
        for uri, key in keys.items():
            kept = self.kept.get(uri) or self._read(uri, key)
            if kept.key == key and self._digests(kept.asked) == kept.asked:
                self.kept[uri] = kept
            else:
                self.made[uri] = Kept(key)
        for uri in self.kept.keys() - keys.keys():
            del self.kept[uri]

    def of(self, uri: str) -> Kept:
        """A page as it was or, as far as it is made, as it will be."""
        return self.made.get(uri) or self.kept[uri]

    def _digests(self, asked: Iterable[str]) -> dict[str, str]:
        told = {name: name.split(" ", 1) for name in asked}
        return {name: self.noted[k].digest(n) for name, (k, n) in told.items()}

    def give(
        self, files: Files, config: MkDocsConfig, about: Mapping[str, dict[str, Any]]
    ) -> None:
        """Gives MkDocs the pages that are as they were as files, in their places; `about` is what each says of itself."""
        for file in list(files):
            uri, page = file.src_uri, file.page
            files.remove(file)
            if page and uri not in self.made:
                kept, target = self.kept[uri], file.dest_uri
                file = Same(uri, None, config.site_dir, True, dest_uri=target)
                file.content_string, file.page, page.file = kept.output, page, file
                page.title, page.present_anchor_ids = kept.title, set(kept.anchors)
                page.meta.update(about[uri])
            files.append(file)

    def keep(self, page: Page, looked: dict[str, list[str]]) -> Kept:
        """A page that has been made, and that is kept unless it brought a warning; it lacks its output."""
        uri, links = page.file.src_uri, page.links_to_anchors or {}
        self.making("")
        kept = self.made[uri]
        kept.looked = looked
        if uri in self.warned:
            return kept
        kept.title = str(page.title)
        kept.anchors = sorted(page.present_anchor_ids or ())
        kept.links = {file.src_uri: found for file, found in links.items()}
        kept.asked = self._digests(sorted(self.asked.get(uri, ())))
        self.kept[uri] = kept
        return kept

    def check_anchors(self, files: Files, config: MkDocsConfig) -> None:
        """MkDocs' warnings of anchors that are no more, for the pages that it has not read."""
        for uri in sorted(self.kept.keys() - self.made.keys()):
            page = files.src_uris[uri].page
            assert page is not None
            links = self.kept[uri].links.items()
            page.links_to_anchors = {files.src_uris[to]: found for to, found in links}
            page.validate_anchor_links(
                files=files, log_level=config.validation.links.anchors
            )

    def programs(self, uri: str) -> set[str]:
        """Those of whose runs a page shows something."""
        names = {*self.of(uri).asked, *self.asked.get(uri, ())}
        asked = (name.split(" ", 1) for name in names)
        return {name for kind, name in asked if kind == "records" and name}

    def save(self) -> None:
        """Keeps what has been made for other processes; removes pages that are no more, and those of sites long past."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for uri in self.made.keys() & self.kept.keys():
            text = json.dumps(asdict(self.kept[uri]), ensure_ascii=False)
            keep(self._path(uri), self.kept[uri].key, text.encode())
        named = {self._path(uri) for uri in self.kept}
        for path in {*self.folder.glob("*.json")} - named:
            path.unlink(missing_ok=True)
        os.utime(self.folder)
        others = sorted(
            self.folder.parent.iterdir(), key=lambda one: one.stat().st_mtime
        )
        for old in others[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def _path(self, uri: str) -> Path:
        return self.folder / f"{uri.replace('/', '+')}.json"

    def _read(self, uri: str, key: str) -> Kept:
        """What an earlier process kept of a page under this key; nothing where it kept nothing, or it is damaged."""
        found = recalled(self._path(uri), key)
        kept = json.loads(found) if found else {"key": "", "chapter": ("", [])}
        return Kept(**{**kept, "chapter": Chapter(*kept["chapter"])})
