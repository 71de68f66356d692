"""Each record as a page (rendered by mkdocs-jupyter, in Material's look) and as a notebook to download."""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import yaml
from drawing.output import output_html
from runner import Record, SourceError

TITLES = "snippets/titles.yml"


def read_titles(
    root: Path, names: list[str], languages: list[str]
) -> dict[str, dict[str, dict[str, str]]]:
    """Title and summary of each snippet, by snippet and language, from snippets/titles.yml.

    Raises:
        SourceError: a snippet, a language or a text is missing, or one too many is there.
    """
    titles: dict[str, Any] = (
        yaml.safe_load((root / TITLES).read_text(encoding="utf-8")) or {}
    )
    for name in names:
        for language in languages:
            entry = titles.get(name, {}).get(language, {})
            for part in ("title", "summary"):
                if not entry.get(part):
                    raise SourceError(
                        TITLES,
                        None,
                        f"'{name}' has no {part} in '{language}'.",
                        f"add {name}: {language}: {part}: …",
                    )
    for name in titles:
        if name not in names:
            raise SourceError(
                TITLES, None, f"'{name}' is no snippet.", "remove or rename the entry."
            )
    return titles


def other_files(record: Record) -> dict[str, bytes]:
    """What the program needs beside itself: the files that it reads and the modules that it imports, by path."""
    return {n: data for n, data in record.files.items() if n != f"{record.name}.py"}


def cells_html(record: Record, cache: Path) -> str:
    """The cells and outputs of a record as HTML, the same for every language.

    A figure is left as the token `⟦figure:section⟧`, because its words and its alternative text are the page's. The
    result is kept in `cache`: nbconvert is loaded only when a record is new.
    """
    notebook = json.dumps(record.notebook, sort_keys=True)
    versions = importlib.metadata.version("mkdocs-jupyter") + Path(__file__).read_text(
        encoding="utf-8"
    )
    name = hashlib.sha256((notebook + versions).encode()).hexdigest()[:20]
    path = cache / f"{record.name}-{name}.html"
    if not path.exists():
        for old in cache.glob(f"{record.name}-*.html"):
            old.unlink(missing_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        temporary.write_text(_convert(record), encoding="utf-8")
        temporary.replace(path)
    return path.read_text(encoding="utf-8")


def _convert(record: Record) -> str:
    """mkdocs-jupyter's HTML, of which only what a reader reads is kept."""
    from bs4 import BeautifulSoup
    from mkdocs_jupyter.nbconvert2 import nb2html

    notebook = copy.deepcopy(record.notebook)
    for cell in notebook["cells"]:
        for output in cell["outputs"]:
            if "image/svg+xml" in output.get("data", {}):
                output["data"] = {
                    "text/html": f"⟦figure:{cell['metadata'].get('section')}⟧"
                }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{record.name}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        rendered = nb2html(str(path))
    # The style sheet (575 kB), the script and JupyterLab's many wrappers go; Material styles code and output.
    page = BeautifulSoup(rendered, "html.parser")
    parts: list[str] = []
    for number, cell in enumerate(page.select("[id^='cell-id=']"), start=1):
        section = str(cell["id"]).removeprefix("cell-id=")
        code = cell.select_one(".highlight-ipynb pre")
        assert code is not None
        source = code.decode_contents().removeprefix("<span></span>").rstrip("\n")
        parts.append(
            f'<div class="cell" id="{section}"><span class="prompt" aria-hidden="true">[{number}]</span>'
            f'<div class="highlight"><pre id="__code_{number}"><code>{source}</code></pre></div>'
        )
        for output in cell.select(".jp-OutputArea-output"):
            text = output.get_text().strip("\n")
            parts.append(text if text.startswith("⟦figure:") else output_html(text))
        parts.append("</div>")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))
