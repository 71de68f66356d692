"""A chapter that is taken along: two programs in one notebook, the data that it reads, and where Colab finds it."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest
from conftest import Project
from copies.notebook import download
from nbclient import NotebookClient
from one_program import OneProgram

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
# reads: in/number.txt

from pathlib import Path

from shared.doubling import twice

# --8<-- [start:read]
x = twice(float((Path(__file__).parent / "in/number.txt").read_text()))
print("second", x)
# --8<-- [end:read]

# --8<-- [start:broken]
# raises: ZeroDivisionError
x / 0
# --8<-- [end:broken]
'''
MODULE = '''"""What programs share."""

# --8<-- [start:twice]


def twice(x):
    return 2 * x


# --8<-- [end:twice]
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

How it doubles:

```python
--8<-- "shared/doubling.py:twice"
```
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
    project.write("snippets/in/number.txt", "20")
    project.write("snippets/shared/doubling.py", MODULE)
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
        if cell.cell_type == "code" and not cell.id.startswith("files-")
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
    assert "\n    > ```python\n    > x = twice(float((Path(" in copy
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


def test_a_shared_module_is_shown_and_carried(mixed: Project) -> None:
    """It has no page of its own, and is in the folder of each program that imports it."""
    shown = re.sub("<[^>]*>", "", mixed.page("other"))
    assert "def twice(x):\n    return 2 * x" in shown
    copy = (mixed.folder / "site" / "other.md").read_text(encoding="utf-8")
    assert "def twice(x):\n    return 2 * x\n" in copy
    notebooks = mixed.folder / "site/notebooks"
    assert not (notebooks / "doubling").exists()
    with zipfile.ZipFile(notebooks / "second.zip") as packed:
        assert sorted(packed.namelist()) == [
            "second/in/number.txt",
            "second/second.py",
            "second/shared/doubling.py",
        ]
        assert packed.read("second/shared/doubling.py") == MODULE.encode()


MODULES = {
    "shared/doubling.py:once": "'doubling.py' has no section 'once'",
    "shared/trebling.py:twice": "there is no module 'shared/trebling'",
}


@pytest.mark.parametrize("include", MODULES)
def test_a_section_that_no_module_has(
    mixed: Project, tmp_path: Path, include: str
) -> None:
    shutil.copytree(mixed.folder, tmp_path / "project")
    project = Project(tmp_path / "project")
    project.replace("docs/en/other.md", "shared/doubling.py:twice", include)
    result = project.build()
    assert result.returncode != 0
    assert MODULES[include] in result.stderr
    assert "docs/en/other.md:" in result.stderr


def test_an_edit_of_a_shared_module_is_seen(mixed: Project, tmp_path: Path) -> None:
    shutil.copytree(mixed.folder, tmp_path / "project")
    project = Project(tmp_path / "project")
    project.replace("snippets/shared/doubling.py", "return 2 * x", "return x + x + 1")
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert "Running 1 snippet" in result.stderr
    assert "second 41.0" in project.page("other")


STRANGE = {
    "plain.txt": b"one\ntwo\n",
    "no end.txt": b"one\ntwo",
    "two_ends.txt": b"one\n\n",
    "windows.csv": b"a,b\r\n1,2\r\n",
    "blank_first.txt": b"\n\none\n",
    "quotes.txt": b"\"\"\" ''' \\n \\\n",
    "magic.txt": b"%%bash\n!ls\n",
    "chinese.txt": "中文\u2028一行\n".encode(),
    "deep/er/empty.txt": b"",
    "binary.npy": bytes(range(256)) * 3,
}


def test_a_notebook_writes_every_file_byte_for_byte(tmp_path: Path) -> None:
    program = OneProgram(tmp_path / "project")
    lines = "\n".join(f"# reads: strange/{name}" for name in STRANGE)
    body = (
        f"{lines}\nimport hashlib\nfrom pathlib import Path\n\nfor name in {sorted(STRANGE)}:\n"
        "    data = (Path(__file__).parent / 'strange' / name).read_bytes()\n"
        "    print(name, hashlib.sha256(data).hexdigest())"
    )
    record = program.run(body, {f"strange/{n}": data for n, data in STRANGE.items()})
    notebook = nbformat.reads(download(record, "Title", "Summary."), as_version=4)
    nbformat.validate(notebook)
    (tmp_path / "empty").mkdir()
    before = said(notebook)
    assert len("".join(before).splitlines()) == len(STRANGE)
    assert said(run(notebook, tmp_path / "empty")) == before
