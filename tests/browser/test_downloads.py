"""What a reader downloads runs alone, in an empty folder, and prints what the site shows.

`make test` executes as many downloads as fit BUDGET, the cheapest first; with DOWNLOADS=all (the weekly job) it is all.
One that was executed here holds as long as its bytes, its record and what is installed are the same.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from chapter_files import pages
from conftest import ROOT
from kept import kept
from nbclient import NotebookClient
from nbformat import NotebookNode
from one_program import printed
from runner import Record

BUDGET = 120  # processor seconds, for all of them together
START = 2.0  # those that a kernel or an interpreter takes by itself


def programs() -> list[str]:
    return sorted(path.stem for path in (ROOT / "snippets").glob("*.py"))


def chapters() -> list[str]:
    """Those that offer a notebook."""
    return [page.removesuffix(".md") for page in pages() if Path(page).stem != "index"]


def downloads() -> list[str]:
    """The place of each in the site."""
    return [
        *(f"notebooks/{name}.zip" for name in programs()),
        *(f"notebooks/{name}.ipynb" for name in programs()),
        *(f"{chapter}.ipynb" for chapter in chapters()),
    ]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def said(notebook: NotebookNode) -> list[str]:
    """What each cell printed, and the name of the error that it is there to show."""
    return [
        "".join(
            output.get("ename", "") or output.text
            for output in cell.outputs
            if output.output_type == "error" or output.get("name") == "stdout"
        )
        if not cell.source.startswith("%%writefile")  # "Writing" or "Overwriting"
        else ""
        for cell in code_cells(notebook)
    ]


def cost(site: Path, download: str, records: dict[str, Record]) -> float:
    """Processor seconds, as the records tell; a chapter's programs are those whose cells its notebook has."""
    if Path(download).stem in records and download.startswith("notebooks/"):
        return START + float(records[Path(download).stem].provenance["seconds"])
    cells = code_cells(nbformat.read(site / download, as_version=4))
    names = {cell.id.rpartition("-")[0] or cell.id for cell in cells}
    run = {name for name in records if any(n.startswith(name) for n in names)}
    return START + sum(float(records[name].provenance["seconds"]) for name in run)


@pytest.fixture(scope="session")
def chosen(site: Path, records: dict[str, Record]) -> set[str]:
    """The downloads that are executed."""
    if os.environ.get("DOWNLOADS") == "all":
        return set(downloads())
    spent, found = 0.0, set()
    for price, download in sorted((cost(site, d, records), d) for d in downloads()):
        spent += price
        if spent <= BUDGET:
            found.add(download)
    return found


@pytest.mark.parametrize("download", downloads())
def test_a_download_runs_alone_and_prints_the_same(
    site: Path,
    records: dict[str, Record],
    chosen: set[str],
    tmp_path: Path,
    download: str,
) -> None:
    if download not in chosen:
        pytest.skip(f"beyond {BUDGET} processor seconds; DOWNLOADS=all executes it too")
    record = records[Path(download).stem] if download.endswith(".zip") else None
    key = [(site / download).read_bytes().hex(), record and printed(record)]
    name = download.replace("/", "-")

    def execute(_: list[str]) -> dict[str, str]:
        if record:
            run_program(site / download, tmp_path, record)
        else:
            run_notebook(site / download, tmp_path)
        return {name: "prints the same"}

    kept(ROOT / ".cache" / "downloads", {name: key}, execute)


def run_program(download: Path, folder: Path, record: Record) -> None:
    with zipfile.ZipFile(download) as packed:
        packed.extractall(folder)
    result = subprocess.run(
        [sys.executable, "-u", f"{record.name}.py"],
        cwd=folder / record.name,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    fails = any(
        output["output_type"] == "error"
        for cell in record.notebook["cells"]
        for output in cell["outputs"]
    )
    assert result.stdout == printed(record)
    assert (result.returncode != 0) == fails, result.stderr


def run_notebook(download: Path, folder: Path) -> None:
    notebook = nbformat.read(download, as_version=4)
    nbformat.validate(notebook)
    before = said(notebook)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    assert said(notebook) == before


def test_every_kind_of_download_is_executed(chosen: set[str]) -> None:
    for kind in ("zip", "ipynb"):
        assert sum(Path(d).match(f"notebooks/*.{kind}") for d in chosen) >= 5
    assert any(not d.startswith("notebooks/") for d in chosen)


@pytest.mark.parametrize("language", ["", "zh/"])
def test_the_folder_of_the_run_is_offered_with_its_notebook(
    site: Path, records: dict[str, Record], language: str
) -> None:
    """Both languages offer the same program; their notebooks have the same code."""
    for name, record in records.items():
        page = (site / language / "notebooks" / name / "index.html").read_text()
        assert f'href="../{name}.zip"' in page
        data = (site / language / "notebooks" / f"{name}.zip").read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            held = {path: packed.read(path) for path in packed.namelist()}
        assert held == {f"{name}/{path}": text for path, text in record.files.items()}
        for path in set(record.files) - {f"{name}.py"}:
            assert f"<code>{path}</code>" in page
        english, here = (
            code_cells(nbformat.read(site / folder / f"notebooks/{name}.ipynb", 4))
            for folder in ("", language)
        )
        assert [cell.source for cell in english] == [cell.source for cell in here]
