"""What makes a rebuild fast: nothing is worked out again that has not changed.

- A language of which nothing has changed since it was published is not built: `fingerprint`, `Published`.
- A page that has not changed since an earlier build of the same process (`serve`) is not read again: `Rebuild`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chapters.page import Marks, Text
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from runner import Record

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
        found.update(str(path.relative_to(root)).encode())
        found.update(path.read_bytes())
    for name, record in sorted(records.items()):
        found.update(
            f"{name} {record.key} {record.versions} {record.provenance} {record.taken} {record.here}".encode()
        )
    return found.hexdigest()


def digest_of(*parts: object) -> str:
    """A digest of values whose `repr` says all of them."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _files(place: Path, skipped: list[Path]) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(
        path
        for path in place.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not any(path.is_relative_to(folder) for folder in skipped)
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

    def copy(self, language: str, fingerprint: str, path: str, target: Path) -> bool:
        """Copies the folder of a language by links, which takes no time and no room.

        Returns:
            False where it was made from something else, or another build replaces it meanwhile.
        """
        state = self._state()
        same = state.get("fingerprints", {}).get(language) == fingerprint
        if not same or not self._untouched(state):
            return False
        try:
            shutil.copytree(self.site / path, target, copy_function=os.link)
        except OSError:  # nor can every file system link; MkDocs empties the target
            return False
        return self._untouched(state)

    def remember(self, fingerprints: dict[str, str], staged: Path) -> None:
        """Writes down from what the site is made that is about to be put in place."""
        state = {"fingerprints": fingerprints, "listing": _listing(staged)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(f".{os.getpid()}.part")
        temporary.write_text(json.dumps(state), encoding="utf-8")
        temporary.replace(self.path)

    def _state(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _untouched(self, state: dict[str, Any]) -> bool:
        try:
            return state.get("listing") == _listing(self.site)
        except FileNotFoundError:  # none yet, or another build replaces it just now
            return False


def _listing(site: Path) -> str:
    """A digest of every file's name, size and time."""
    found = hashlib.sha256()
    for path in sorted(site.rglob("*")):
        if not path.is_dir():
            stat = path.stat()
            name = str(path.relative_to(site))
            found.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()


@dataclass
class Kept:
    """A page as an earlier build of this process made it."""

    key: str
    url: str
    text: Text
    title: Any = None
    toc: Any = None
    anchors: set[str] | None = None
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    content: str = ""
    output: str = ""


class Rebuild:
    """The pages of one language in one build of `serve`.

    MkDocs is given a letter to read for a page that is as it was, and a template of a letter for it; what an earlier build
    made of it takes their place. A page that brought a warning is made again.

    Args:
        kept: the pages of earlier builds, by uri; this build changes it.
        warnings: how many warnings there are so far.
    """

    def __init__(self, kept: dict[str, Kept], warnings: Callable[[], int]) -> None:
        self.kept, self.warnings = kept, warnings
        self.same: set[str] = set()
        self.before: dict[str, int] = {}  # warnings, by the pages of this build

    def begin(self, page: Page, key: str, text: Text) -> Text:
        """The text that Python-Markdown reads for a page."""
        self.before[text.uri] = self.warnings()
        kept = self.kept.get(text.uri)
        if kept is None or kept.key != key:
            self.kept[text.uri] = Kept(key, page.url, text)
            return text
        self.same.add(text.uri)
        page.title = kept.title
        page.meta.update(template="unchanged.html")
        return Text(text.uri, "x", text.place, Marks(""))

    def content(self, html: str, page: Page, files: Files) -> str:
        """The HTML of its content; also sets what MkDocs knows of a page that it has read."""
        kept = self.kept[page.file.src_uri]
        if page.file.src_uri in self.same:
            page.toc, page.present_anchor_ids = kept.toc, kept.anchors
            page.links_to_anchors = {
                file: links
                for uri, links in kept.links.items()
                if (file := files.get_file_from_path(uri))
            }
            return kept.content
        kept.title, kept.toc, kept.content = page.title, page.toc, html
        kept.anchors = page.present_anchor_ids
        links = page.links_to_anchors or {}
        kept.links = {file.src_uri: found for file, found in links.items()}
        if self.warnings() > self.before[page.file.src_uri]:
            kept.key = ""
        return html

    def output(self, page: Page, finish: Callable[[], str]) -> str:
        """The whole page as `finish` makes it."""
        kept = self.kept[page.file.src_uri]
        if page.file.src_uri not in self.same:
            kept.output = finish()
        return kept.output
