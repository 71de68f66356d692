"""What makes a rebuild fast: nothing is worked out again that has not changed.

- A language of which nothing has changed since it was published is not built: `fingerprint`, `Published`.
- Of a language that is built again in the same process (`serve`), a page that has not changed is not rendered, indexed
  or cited again: `remember_rendering`, `remember_index`, `remember_references`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from runner import Record

SHARED = ("snippets", "overrides", "requirements.txt", "pyproject.toml", "LICENSE")


def fingerprint(
    root: Path,
    own: str,
    others: Iterable[str],
    records: Mapping[str, Record],
    extra: str,
) -> str:
    """A digest of all that a language's site is made of.

    Args:
        root: the project's folder.
        own: the folder of this language's chapters, such as "docs/en".
        others: the folders of the other languages' chapters, which do not count.
        records: the records of all snippets.
        extra: what else decides, such as the address of the site.
    """
    found = hashlib.sha256(extra.encode())
    skipped = [root / other for other in others if other != own]
    files = [
        path for part in (*SHARED, "docs") for path in _files(root / part, skipped)
    ]
    for path in [*files, *sorted(root.glob("mkdocs*.yml"))]:
        found.update(str(path.relative_to(root)).encode())
        found.update(path.read_bytes())
    for name, record in sorted(records.items()):
        found.update(
            f"{name} {record.key} {record.versions} {record.provenance}".encode()
        )
    return found.hexdigest()


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

    def language(self, language: str, fingerprint: str) -> bool:
        """Whether this language of the site is there, untouched, and was made from the same."""
        state = self._state()
        same = state.get("fingerprints", {}).get(language) == fingerprint
        return same and self._untouched(state)

    def remember(self, fingerprints: dict[str, str]) -> None:
        state = {"fingerprints": fingerprints, "listing": self._listing()}
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
        return self.site.is_dir() and state.get("listing") == self._listing()

    def _listing(self) -> str:
        """A digest of every published file's name, size and time."""
        found = hashlib.sha256()
        for path in sorted(self.site.rglob("*")):
            if path.is_file():
                stat = path.stat()
                name = str(path.relative_to(self.site))
                found.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        return found.hexdigest()


def copy_tree(source: Path, target: Path) -> None:
    """Copies a published folder by links, which takes no time and no room."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


_references: dict[tuple[float, str], str] = {}
_renderings: dict[str, dict[str, Any]] = {}
_contents: dict[str, str] = {}
_entries: dict[str, list[dict[str, Any]]] = {}


def remember_references(config: MkDocsConfig, bibliography: Path) -> None:
    """Formats each reference once, not once a page and language."""
    registry = config.plugins["bibtex"].registry  # type: ignore[attr-defined]
    format_anew: Callable[[Any], str] = registry.reference_text
    edited = bibliography.stat().st_mtime

    def reference_text(citation: Any) -> str:
        key = (edited, citation.key)
        if key not in _references:
            _references[key] = format_anew(citation)
        return _references[key]

    registry.reference_text = reference_text


def remember_index(config: MkDocsConfig) -> None:
    """Takes a page's search entries from an earlier build, if its content is the same."""
    index = config.plugins["material/search"].search_index  # type: ignore[attr-defined]
    add_anew: Callable[[Page], None] = index.add_entry_from_context

    def add_entry(page: Page) -> None:
        boost = page.meta.get("search")
        text = (
            f"{config.theme['language']} {page.url} {page.title} {boost} {page.content}"
        )
        key = hashlib.sha256(text.encode()).hexdigest()
        if key not in _entries:
            before = len(index.entries)
            add_anew(page)
            _entries[key] = copy.deepcopy(index.entries[before:])
        else:
            index.entries.extend(copy.deepcopy(_entries[key]))

    index.add_entry_from_context = add_entry


def remember_content(key: str, make: Callable[[], str]) -> str:
    """A page's finished HTML from an earlier build, or made now.

    Args:
        key: all that it is made of.
        make: makes it.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()
    if digest not in _contents:
        _contents[digest] = make()
    return _contents[digest]


def remember_rendering(
    page: Page, markdown: str, context: str, warnings: Callable[[], int]
) -> None:
    """Takes a page's HTML from an earlier build, if its Markdown and all around it are the same.

    Args:
        page: the page, about to be rendered.
        markdown: its final Markdown.
        context: what else decides: language, extensions, the pages that links can reach, included code.
        warnings: how many warnings there are so far; a page that brings one is rendered again.
    """
    key = hashlib.sha256(
        f"{context}\n{page.file.src_uri}\n{markdown}".encode()
    ).hexdigest()
    render_anew = page.render

    def render(config: MkDocsConfig, files: Files) -> None:
        if known := _renderings.get(key):
            page.content = known["content"]
            page.toc = known["toc"]
            page._title_from_render = known["title"]
            page.present_anchor_ids = known["anchors"]
            page.links_to_anchors = {
                file: links
                for uri, links in known["links"].items()
                if (file := files.get_file_from_path(uri))
            }
            return
        before = warnings()
        render_anew(config, files)
        if warnings() == before:
            _renderings[key] = {
                "content": page.content,
                "toc": page.toc,
                "title": page._title_from_render,
                "anchors": page.present_anchor_ids,
                "links": {
                    f.src_uri: v for f, v in (page.links_to_anchors or {}).items()
                },
            }

    page.render = render  # type: ignore[method-assign]
