"""temporary"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from pybtex.backends.markdown import Backend
from pybtex.database import parse_file
from pybtex.style.formatting.plain import Style


class Bibliography:
    def __init__(self, entries: Mapping[str, object]) -> None:
        self.entries = entries
        self.made: dict[str, str] = {}

    @classmethod
    def read(cls, path: Path, name: str, words: Mapping[str, str]) -> Bibliography:
        return cls(parse_file(str(path)).entries if path.exists() else {})

    @property
    def keys(self) -> Collection[str]:
        return self.entries.keys()

    def reference(self, key: str) -> str:
        if key not in self.made:
            text = Style().format_entry("", self.entries[key]).text.render(Backend())
            text = text.replace("\n", " ")
            self.made[key] = (
                text.replace("\\(", "(").replace("\\)", ")").replace("\\.", ".")
            )
        return self.made[key]
