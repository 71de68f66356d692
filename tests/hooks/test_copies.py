"""A chapter that is taken along: two programs in one notebook, the data that it reads, and where Colab finds it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import Project
from nbclient import NotebookClient
from notebooks import data_texts
from runner import Record, SourceError

FIRST = '''"""Counts up."""

# --8<-- [start:start]
seed = 1
x = 1
print("first", x)
# --8<-- [end:start]

# --8<-- [start:more]
x = x + 1
print("first", x)
# --8<-- [end:more]
'''
SECOND = '''"""Reads a number and fails."""

from pathlib import Path

# --8<-- [start:read]
x = float(Path("snippets/number.txt").read_text())
print("second", x)
# --8<-- [end:read]

# --8<-- [start:broken]
# raises: ZeroDivisionError
x / 0
# --8<-- [end:broken]
'''
PAGE = """# Other { #other }

```python
--8<-- "first.py:start"
```

1. A question about the second.

    ??? success "Answer"

        ```python
        --8<-- "second.py:read"
        ```

        ::: output second:read

        It read {{ second:x }}.

2. What does it do?

::: output second:broken

Back to the first:

::: output first:more
"""
TITLES = """
first:
  en: {title: First, summary: Counts.}
  zh: {title: 第一, summary: 计数。}
second:
  en: {title: Second, summary: Fails.}
  zh: {title: 第二, summary: 失败。}
"""


@pytest.fixture(scope="module")
def mixed(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A chapter that goes from one program to another and back; both call something x."""
    folder = tmp_path_factory.mktemp("mixed") / "project"
    shutil.copytree(built.folder, folder)
    project = Project(folder)
    project.write("snippets/first.py", FIRST)
    project.write("snippets/second.py", SECOND)
    project.write("snippets/number.txt", "40\n")
    titles = (project.folder / "snippets/titles.yml").read_text(encoding="utf-8")
    project.write("snippets/titles.yml", titles + TITLES)
    for language in ("en", "zh"):
        project.write(f"docs/{language}/other.md", PAGE)
    result = project.build()
    assert result.returncode == 0, result.stderr
    return project


def said(notebook: nbformat.NotebookNode) -> list[str]:
    """What each code cell printed, or the name of its error."""
    return [
        "".join(output.get("text", output.get("ename")) for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code" and not cell.id.startswith("data-")
    ]


def run(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Runs a notebook in a folder where nothing else is."""
    resources = {"metadata": {"path": str(folder)}}
    return NotebookClient(
        notebook, kernel_name="python3", resources=resources
    ).execute()


def test_programs_in_one_notebook_keep_their_names(
    mixed: Project, tmp_path: Path
) -> None:
    notebook = nbformat.read(mixed.folder / "site" / "other.ipynb", as_version=4)
    nbformat.validate(notebook)
    before = said(notebook)
    assert before == [
        "first 1\n",
        "first 2\n",
        "",
        "second 40.0\n",
        "ZeroDivisionError",
    ]
    assert said(run(notebook, tmp_path)) == before

    cell = next(c for c in notebook.cells if "It read" in c.source)
    assert cell.source.startswith("It read 40"), "no longer indented as in its answer"
    assert "2. What" in cell.source
    again = next(c for c in notebook.cells if "Back to the first" in c.source)
    assert "```text\nfirst 2\n```" in again.source


def test_a_program_brings_its_data_and_goes_on_after_its_failure(
    mixed: Project, tmp_path: Path
) -> None:
    path = mixed.folder / "site" / "notebooks" / "second.ipynb"
    notebook = run(nbformat.read(path, as_version=4), tmp_path)
    assert said(notebook) == ["", "second 40.0\n", "ZeroDivisionError"]


def test_answers_are_quotes_in_the_copy(mixed: Project) -> None:
    copy = (mixed.folder / "site" / "other.md").read_text(encoding="utf-8")
    assert '\n    > ```python\n    > x = float(Path("snippets/number.txt")' in copy
    assert "\n    > ```text\n    > second 40.0\n    > ```\n" in copy
    assert "\n    > It read [40.0](notebooks/second.md)." in copy


def test_colab_is_offered_where_the_repository_is_on_github(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "colab" not in project.page("zh/other")
    monkeypatch.setenv("REPO_URL", "https://github.com/someone/site")
    monkeypatch.setenv("SITE_URL", "https://example.org/site/")
    result = project.build()
    assert result.returncode == 0, result.stderr
    colab = "https://colab.research.google.com/github/someone/site/blob/gh-pages/"
    assert f'href="{colab}other.ipynb"' in project.page("other")
    assert f'href="{colab}zh/other.ipynb"' in project.page("zh/other")
    assert f'href="{colab}zh/notebooks/small.ipynb"' in project.page(
        "zh/notebooks/small"
    )
    copy = (project.folder / "site/zh/other.md").read_text(encoding="utf-8")
    assert 'address: "https://example.org/site/zh/other/"' in copy
    listed = (project.folder / "site/zh/llms.txt").read_text(encoding="utf-8")
    assert "](https://example.org/site/zh/other.md)" in listed


def test_data_that_no_notebook_can_carry(tmp_path: Path) -> None:
    (tmp_path / "numbers.npy").write_bytes(b"\x93NUMPY")
    record = Record("small", "", {}, {}, {"numbers.npy": ""})
    with pytest.raises(SourceError, match=r"(?s)numbers.npy.*not text.*Remedy"):
        data_texts(record, tmp_path)
