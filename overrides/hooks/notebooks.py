"""Each record as a page (rendered by mkdocs-jupyter, in Material's look) and as a notebook to download."""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import json
import posixpath
import re
import tempfile
from base64 import b64encode
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from chapters import output_html
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils import get_relative_url
from runner import Record, SourceError

TITLES = "snippets/titles.yml"
GITHUB = re.compile(r"https://github\.com/(?P<name>[^/]+/[^/]+?)(?:\.git)?/?$")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


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


def download(record: Record, title: str, summary: str) -> str:
    """The executed notebook as .ipynb, opened by a cell with its title; it runs alone, in an empty folder."""
    head = markdown_cell("title", f"# {title}\n\n{summary}")
    return as_ipynb([head, *file_cells(record), *runnable_cells(record)])


def colab(config: MkDocsConfig, folder: str, path: str) -> str:
    """Where Colab opens a published notebook; "" unless the site's repository is on GitHub.

    Args:
        config: names the repository, and the branch on which the built site stands.
        folder: that of the language in the site.
        path: the notebook, below this folder.
    """
    repository = GITHUB.match(config.repo_url or "")
    if not repository:
        return ""
    place = posixpath.join(config.remote_branch, folder, path)
    return f"https://colab.research.google.com/github/{repository['name']}/blob/{place}"


def runnable_cells(record: Record) -> list[dict[str, Any]]:
    """A record's cells; one that is there to fail is marked so that those below it still run."""
    cells = copy.deepcopy(record.notebook["cells"])
    for cell in cells:
        if any(output["output_type"] == "error" for output in cell["outputs"]):
            cell["metadata"]["tags"] = ["raises-exception"]
    return list(cells)


def other_files(record: Record) -> dict[str, bytes]:
    """What the program needs beside itself: the files that it reads and the modules that it imports, by path."""
    return {n: data for n, data in record.files.items() if n != f"{record.name}.py"}


def file_cells(record: Record) -> list[dict[str, Any]]:
    """Cells that write these files into the folder where the notebook runs; none where there are none."""
    files = other_files(record)
    if not files and b"__file__" not in record.files[f"{record.name}.py"]:
        return []
    lines = ["from pathlib import Path", ""] if files else []
    lines.append(f'__file__ = "{record.name}.py"  # as if it were started by this name')
    folders = {str(PurePosixPath(path).parent) for path in files} - {"."}
    lines += [
        f"Path({folder!r}).mkdir(parents=True, exist_ok=True)"
        for folder in sorted(folders)
    ]
    cells = [_code_cell(f"files-{record.name}", "\n".join(lines))]
    for number, (path, data) in enumerate(files.items()):
        cell = _code_cell(f"files-{record.name}-{number}", _writing(path, data))
        # Hidden until it is asked for, in Jupyter and in Colab.
        cell["metadata"] = {"jupyter": {"source_hidden": True}, "cellView": "form"}
        cells.append(cell)
    return cells


def _writing(path: str, data: bytes) -> str:
    """Code that writes a file, byte for byte: by Jupyter's own legible way where that keeps every byte."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        lines = [repr(part) for part in re.findall(".{1,76}", b64encode(data).decode())]
        code = f"b64decode({_in_lines(lines)})"
        return f"from base64 import b64decode\n\n_ = Path({path!r}).write_bytes({code})"
    lines = text.splitlines()
    whole = lines and lines[-1] and text == "\n".join([*lines, ""])
    if whole and re.fullmatch(r"\w[\w./-]*", path):
        return f"%%writefile {path}\n{text}"
    literals = [repr(line) for line in re.findall(r"[^\n]*\n|[^\n]+", text)]
    return f"_ = Path({path!r}).write_bytes({_in_lines(literals)}.encode())"


def _in_lines(literals: list[str]) -> str:
    """One string, a literal a line."""
    return "(\n" + "\n".join(f"    {part}" for part in literals or ["''"]) + "\n)"


def markdown_cell(name: str, text: str) -> dict[str, Any]:
    """A cell of prose; its name is unique in the notebook."""
    return {"id": name, "cell_type": "markdown", "metadata": {}, "source": text}


def _code_cell(name: str, source: str) -> dict[str, Any]:
    return {
        "id": name,
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "source": source,
        "outputs": [],
    }


def as_ipynb(cells: list[dict[str, Any]]) -> str:
    """A notebook of these cells, as the text of its file."""
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": METADATA}
    return json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1) + "\n"


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


def provenance_html(
    record: Record, words: dict[str, str], section: str, page_url: str
) -> str:
    """The discreet line under an output: where it comes from and, on opening it, how to repeat it.

    Args:
        record: the run.
        words: the page's words for seed, versions, …
        section: the section shown.
        page_url: the address of the page in the site, from which the link starts.
    """
    notebook = get_relative_url(f"notebooks/{record.name}/", page_url)
    return (
        '<div class="provenance">'
        f'<a href="{notebook}#{section}">{record.name}.py</a>'
        f"<details><summary>{words['how']}</summary>"
        f"{facts_html(record, words)}</details></div>"
    )


def facts_html(record: Record, words: dict[str, str]) -> str:
    """Seed, versions, processor, seconds and the command that repeats the run, as a list."""
    facts = _facts(record, words)
    facts[words["repeat"]] = f"<code>{facts[words['repeat']]}</code>"
    return (
        "<dl>"
        + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts.items())
        + "</dl>"
    )


def provenance_text(record: Record, words: dict[str, str], link: str = "") -> str:
    """Where a result comes from, as a line of Markdown; without a link to its run, all that is known of the run."""
    facts = [f"{k}{words['colon']}{v}" for k, v in _facts(record, words).items()]
    program = f"[{record.name}.py]({link})" if link else f"`{record.name}.py`"
    return " · ".join([program, *(facts[:2] if link else facts)])


def _facts(record: Record, words: dict[str, str]) -> dict[str, str]:
    run = record.provenance
    packages = ", ".join(
        f"{name} {version}" for name, version in run["packages"].items()
    )
    return {
        words["seed"]: _seed(run["seed"]) or words["no_seed"],
        words["versions"]: ", ".join(
            filter(None, [f"Python {run['python']}", packages])
        ),
        words["processor"]: run["processor"],
        words["seconds"]: f"{run['seconds']} s",
        words["repeat"]: f"python snippets/{record.name}.py",
    }


def _seed(seed: Any) -> str:
    if seed is None:
        return ""
    if (
        isinstance(seed, list)
        and len(seed) > 3
        and seed == list(range(seed[0], seed[-1] + 1))
    ):
        return f"{seed[0]}–{seed[-1]}"
    return ", ".join(str(one) for one in seed) if isinstance(seed, list) else str(seed)
