"""A chapter's file: its front matter, its text, its headings."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import markdown
from runner import Place, read_text

from .data import read_joined

FRONT = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)\s*", re.DOTALL)


@dataclass(frozen=True)
class Source:
    """A chapter's file as it is read.

    Args:
        uri: its path below the folder of its language.
        name: its path as messages name it.
        meta: its front matter.
        text: what follows.
        head: the lines before the text, as they are.
    """

    uri: str
    name: str
    meta: Mapping[str, Any]
    text: str
    head: str = ""

    @functools.cached_property
    def headings(self) -> dict[str, str]:
        """The words of its headings by id, as Python-Markdown finds them."""
        md = markdown.Markdown(extensions=["attr_list", "toc", "pymdownx.superfences"])
        md.convert(self.text)
        found: dict[str, str] = {}
        waiting = list(getattr(md, "toc_tokens", []))
        while waiting:
            token = waiting.pop(0)
            found[token["id"]] = token["name"]
            waiting[:0] = token["children"]
        return found

    @property
    def title(self) -> str:
        return next(iter(self.headings.values()), self.uri)

    @property
    def shown(self) -> tuple[object, ...]:
        """What other pages may show of it."""
        return self.uri, self.head, self.headings

    def place(self, key: str = "") -> Place:
        """Where its text begins, or the line of its front matter that begins with `key`."""
        lines = self.head.split("\n")
        found = [n for n, line in enumerate(lines, 1) if key and line.startswith(key)]
        return Place(self.name, found[0] if found else len(lines))


def read_source(path: Path, uri: str, name: str, joined: str = "") -> Source:
    """Reads a chapter.

    Args:
        path: its file.
        uri: its path below the folder of its language.
        name: its path as messages name it.
        joined: the letters between which its language has no blanks.

    Raises:
        SourceError: it is no text; its front matter is not YAML, or no list of names and what they say.
    """
    text = read_text(path, name)
    front = FRONT.match(text)
    head = front[0] if front else ""
    meta = read_joined(front[1] or "", Place(name, 2), joined) if front else {}
    if not isinstance(meta, dict | None):
        Place(name, 2).fail(
            "the front matter does not say what is what.", "write 'description: …'."
        )
    return Source(uri, name, meta or {}, text[len(head) :], head)
