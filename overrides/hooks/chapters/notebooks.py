"""The programs' titles, and their cells as mkdocs-jupyter renders them."""

from __future__ import annotations

import importlib.metadata
import json
import tempfile
from pathlib import Path

from runner import Place, Record, read_text, remembered

from .data import entries, line_of, read_joined, texts

TITLES = "snippets/titles.yml"
Titles = dict[str, dict[str, dict[str, str]]]


def read_titles(
    root: Path, names: list[str], languages: list[str], joined: str = ""
) -> Titles:
    """Title and summary of each program, by its name and the language, from snippets/titles.yml.

    Raises:
        SourceError: a program, a language or a text is missing, or one too many is there.
    """
    text = read_text(root / TITLES, TITLES)
    found = dict(entries(read_joined(text, Place(TITLES, 1), joined), Place(TITLES)))
    titles: Titles = {}
    for name in names:
        place = Place(TITLES, line_of(text, name) if name in found else None)
        for language in languages:
            parts = ("title", "summary")
            said = texts(found.get(name, {}), language, parts, name, place)
            titles.setdefault(name, {})[language] = dict(zip(parts, said, strict=True))
    for name in found:
        if name not in names:
            Place(TITLES, line_of(text, name)).fail(
                f"'{name}' is no snippet.", "remove or rename the entry."
            )
    return titles


def other_files(record: Record) -> dict[str, bytes]:
    """What the program needs beside itself: the files that it reads and the modules that it imports, by path."""
    return {n: data for n, data in record.files.items() if n != f"{record.name}.py"}


def rendered(record: Record, cache: Path) -> list[str]:
    """The code of each cell as mkdocs-jupyter highlights it.

    Args:
        record: the run.
        cache: a folder where the result is kept: nbconvert is loaded only when a record is new.
    """
    notebook = json.dumps(record.notebook, sort_keys=True)
    own = Path(__file__).read_text(encoding="utf-8")
    key = f"{importlib.metadata.version('mkdocs-jupyter')}\n{own}\n{notebook}"
    made = remembered(cache, f"{record.name}.json", key, lambda: _render(record))
    code: list[str] = json.loads(made)
    return code


def _render(record: Record) -> bytes:
    """One `pre` of its page for each cell, since the cells are given without their outputs."""
    from bs4 import BeautifulSoup
    from mkdocs_jupyter.nbconvert2 import nb2html

    cells = [{**cell, "outputs": []} for cell in record.notebook["cells"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{record.name}.ipynb"
        notebook = {**record.notebook, "cells": cells}
        path.write_text(json.dumps(notebook), encoding="utf-8")
        page = BeautifulSoup(nb2html(str(path)), "html.parser")
    code = [
        pre.decode_contents().removeprefix("<span></span>").rstrip("\n")
        for pre in page.find_all("pre")
    ]
    if len(code) != len(cells):
        raise ValueError(f"mkdocs-jupyter made {len(code)} cells of {len(cells)}")
    return json.dumps(code).encode()
