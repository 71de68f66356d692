"""The generated chapters of grown.py, in English, built by other tools: what each takes at first and after a sentence was edited.

Each tool runs the same programs and shows their code, their output and their figure. Each is installed into an environment of
its own; which one cannot be is said. A figure of theirs is no verdict on them: they make other sites.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from grown import CHAPTERS, grow

SHOWN = re.compile(r'```python\n--8<-- "(\w+)\.py:(\w+)"\n```\n\n::: output \S+\n\n::: figure \S+\n(?:    .*\n)+')  # fmt: skip
VALUE = re.compile(r"\{\{ \w+:(\w+)\[(\d+)\] \| \.4f \}\}")
MKDOCS = "site_name: The same chapters\ntheme: {name: material, font: false}\n"


@dataclass(frozen=True)
class Tool:
    """Another tool.

    Args:
        name: its name.
        packages: what pip installs.
        write: writes a chapter of this number, its text and its program, into a folder.
        files: further files, by name.
        command: builds the folder, started in it with the programs of its environment.
    """

    name: str
    packages: tuple[str, ...]
    write: Callable[[Path, int, str, str], None]
    files: dict[str, str]
    command: tuple[str, ...]


def _notebook(folder: Path, n: int, text: str, program: str) -> None:
    before, after = text.split("\0")
    cells = [nbformat.v4.new_markdown_cell(before), nbformat.v4.new_code_cell(program)]
    cells.append(nbformat.v4.new_markdown_cell(after))
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}  # fmt: skip
    nbformat.write(notebook, folder / f"chapter-{n}.ipynb")


def _markdown(folder: Path, n: int, text: str, program: str) -> None:
    drawn = "from io import StringIO\nbuffer = StringIO()\nfig.savefig(buffer, format='svg')\nprint(buffer.getvalue().partition('<svg')[2].join(['<svg', '']))\n"
    code = f'```python exec="on" source="above" result="text" session="c{n}"\n{program}```\n\n```python exec="on" html="on" session="c{n}"\n{drawn}```'
    (folder / f"chapter-{n}.md").write_text(text.replace("\0", code), encoding="utf-8")


def _quarto(folder: Path, n: int, text: str, program: str) -> None:
    code = f"```{{python}}\n{program}```"
    (folder / f"chapter-{n}.qmd").write_text(text.replace("\0", code), encoding="utf-8")


CONTENTS = "format: jb-book\nroot: chapter-0\nchapters:\n" + "".join(f"- file: chapter-{n}\n" for n in range(1, CHAPTERS))  # fmt: skip
TOOLS = (
    Tool(
        "mkdocs-jupyter",
        ("mkdocs-material", "mkdocs-jupyter", "matplotlib", "ipykernel"),
        _notebook,
        {"mkdocs.yml": MKDOCS + "docs_dir: chapters\nplugins: [{mkdocs-jupyter: {execute: true}}]\n"},
        ("mkdocs", "build", "--quiet"),
    ),
    Tool(
        "markdown-exec",
        ("mkdocs-material", "markdown-exec", "matplotlib"),
        _markdown,
        {"mkdocs.yml": MKDOCS + "docs_dir: chapters\nplugins: [markdown-exec]\nmarkdown_extensions: [attr_list, pymdownx.superfences]\n"},
        ("mkdocs", "build", "--quiet"),
    ),
    Tool(
        "Jupyter Book 1, its cache on",
        ("jupyter-book<2", "matplotlib"),
        _notebook,
        {"chapters/_config.yml": "title: The same chapters\nexecute: {execute_notebooks: cache}\n", "chapters/_toc.yml": CONTENTS},
        ("jupyter-book", "build", "chapters"),
    ),
    Tool(
        "Quarto, frozen where nothing changed",
        ("quarto-cli", "matplotlib", "jupyter"),
        _quarto,
        {"chapters/_quarto.yml": "project: {type: website}\nexecute: {freeze: auto}\n"},
        ("quarto", "render", "chapters"),
    ),
)  # fmt: skip


def chapters(scratch: Path) -> list[tuple[str, str]]:
    """The English chapters as plain Markdown, with a NUL where the program stands, and that program."""
    folder = grow(scratch / "same", 1).folder
    found = []
    for n in range(CHAPTERS):
        text = (folder / f"docs/en/part{n % 9}/chapter-{n}.md").read_text("utf-8")
        shown = SHOWN.search(text)
        assert shown
        program = (folder / f"snippets/{shown[1]}.py").read_text(encoding="utf-8")
        program = "".join(line for line in program.splitlines(True) if "--8<--" not in line)  # fmt: skip
        text = SHOWN.sub("\0\n", text.replace("[@someone2020small]", ""))
        found.append((VALUE.sub(r"\1 \2", text), program))
    return found


def table(scratch: Path) -> bool:
    """The third table; misses no target, since it has none."""
    texts = chapters(scratch)
    ours = scratch / "same"
    print(f"{'the same ' + str(CHAPTERS) + ' chapters, in seconds':<40} {'at first':>9} {'a sentence':>11}")  # fmt: skip
    for tool in TOOLS:
        folder = scratch / tool.name.replace(" ", "-")
        (folder / "chapters").mkdir(parents=True)
        for name, text in tool.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        for n, (text, program) in enumerate(texts):
            tool.write(folder / "chapters", n, text, program)
        if why := _install(folder, tool.packages):
            print(f"{tool.name:<40} does not install here: {why}", flush=True)
            continue
        first = _build(folder, tool)
        edited = next((folder / "chapters").glob("chapter-1.*"))
        edited.write_text(edited.read_text("utf-8").replace("Model", "Edited", 1), "utf-8")  # fmt: skip
        print(f"{tool.name:<40} {first:>9} {_build(folder, tool):>11}", flush=True)
    print(
        f"{'this, in two languages':<40} {_ours(ours, 'build'):>9} {_ours(ours, 'edit'):>11}"
    )
    return False


def _ours(folder: Path, step: str) -> str:
    page = folder / "docs/en/part1/chapter-1.md"
    if step == "edit":
        text = page.read_text(encoding="utf-8").replace("Model", "Edited", 1)
        page.write_text(text, encoding="utf-8")
    started = time.perf_counter()
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return f"{time.perf_counter() - started:.1f}"


def _install(folder: Path, packages: tuple[str, ...]) -> str:
    """Why these cannot be installed, "" where they are."""
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    pip = [str(folder / "env/bin/pip"), "install", "--quiet", *packages]
    done = subprocess.run(pip, capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "rror" in line]
    return (said or ["pip failed"])[-1][:100] if done.returncode else ""


def _build(folder: Path, tool: Tool) -> str:
    started = time.perf_counter()
    command = [str(folder / "env/bin" / tool.command[0]), *tool.command[1:]]
    path = f"{folder / 'env/bin'}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"PATH": path, "HOME": str(folder)})  # fmt: skip
    took = f"{time.perf_counter() - started:.1f}"
    return took if not done.returncode else f"failed: {done.stderr.strip().splitlines()[-1:]}"  # fmt: skip


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        table(Path(made))
