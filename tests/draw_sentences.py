"""Draws factual sentences from both languages at random, for somebody to look up: `tests/draw_sentences.py SEED [COUNT]`.

Factual is what cites a source. Each comes with its file, its line and the addresses of what it cites.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pybtex.database import parse_file

ROOT = Path(__file__).resolve().parents[1]
FILES = ("docs/*/*.md", "docs/*/labs/*.md", "docs/corrections/*.yml", "docs/cases.yml")
END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(*])|(?<=[。！？])|\n\s*\n|\n(?=\s*(?:[-*|]|\w+:) )|(?<=\|) (?=\S)")  # fmt: skip


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a file that cite something, each with its line."""
    position = 0
    for piece in END.split(text):
        start = text.index(piece, position)
        position = start + len(piece)
        if "[@" in piece:
            yield text.count("\n", 0, start) + 1, " ".join(piece.split())


def main() -> None:
    seed, count = int(sys.argv[1]), int([*sys.argv, "40"][2])
    entries = parse_file(str(ROOT / "docs/references.bib")).entries
    found = [
        (path.relative_to(ROOT), line, sentence)
        for pattern in FILES
        for path in sorted(ROOT.glob(pattern))
        for line, sentence in sentences(path.read_text(encoding="utf-8"))
    ]
    for path, line, sentence in random.Random(seed).sample(found, count):
        print(f"\n{path}:{line}\n  {sentence}")
        for key in re.findall(r"(?:\[|; *)@([\w-]+)", sentence):
            fields = entries[key].fields
            where = fields.get("url") or fields.get("doi") or fields.get("eprint")
            print(f"    {key}: {where}")
    print(f"\n{count} of {len(found)} sentences, seed {seed}")


if __name__ == "__main__":
    main()
