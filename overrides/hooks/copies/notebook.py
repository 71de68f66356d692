"""A record as a notebook to download: it runs alone, in an empty folder."""

from __future__ import annotations

import copy
import json
import posixpath
import re
from base64 import b64encode
from pathlib import PurePosixPath
from typing import Any

from chapters.data import other_files
from runner import Record

GITHUB = re.compile(r"https://github\.com/(?P<name>[^/]+/[^/]+?)(?:\.git)?/?$")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def download(record: Record, title: str, summary: str) -> str:
    """The executed notebook as .ipynb, opened by a cell with its title; it runs alone, in an empty folder."""
    head = markdown_cell("title", f"# {title}\n\n{summary}")
    return as_ipynb([head, *file_cells(record), *runnable_cells(record)])


def colab(config: Any, folder: str) -> str:
    """Where Colab opens the files of a language; "" unless the site's repository is on GitHub.

    Args:
        config: names the repository, and the branch on which the built site stands.
        folder: that of the language in the site.
    """
    repository = GITHUB.match(config.repo_url or "")
    if not repository:
        return ""
    place = posixpath.join(config.remote_branch, folder).rstrip("/")
    return f"https://colab.research.google.com/github/{repository['name']}/blob/{place}"


def runnable_cells(record: Record) -> list[dict[str, Any]]:
    """A record's cells; one that is there to fail is marked so that those below it still run."""
    cells = copy.deepcopy(record.notebook["cells"])
    for cell in cells:
        if any(output["output_type"] == "error" for output in cell["outputs"]):
            cell["metadata"]["tags"] = ["raises-exception"]
    return list(cells)


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
    text = data.decode("utf-8", "replace")
    lines = text.splitlines()
    kept = "\n".join([*lines, ""]).encode() == data and any(lines[-1:])
    if kept and re.fullmatch(r"\w[\w./-]*", path):
        return f"%%writefile {path}\n{text}"
    parts = re.findall(".{1,76}", b64encode(data).decode())
    literals = "\n".join(f'    "{part}"' for part in parts or [""])
    code = f"_ = Path({path!r}).write_bytes(b64decode(\n{literals}\n))"
    return f"from base64 import b64decode\n\n{code}"


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
