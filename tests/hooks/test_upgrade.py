"""`make upgrade` says what a newer environment changes."""

from __future__ import annotations

from conftest import Project
from upgrade import VERSIONS, changes, main

NOTED = "docs/en/index.md: The sum is {{ small:total | .4f }}"


def test_what_changes_is_told_with_before_and_after(
    project: Project, capsys: object
) -> None:
    """An edited program stands for one that a newer NumPy lets say something else."""
    assert main(project.folder, "note") == 0
    assert main(project.folder, "compare") == 0
    project.replace("snippets/small.py", "size=5", "size=6")
    project.replace("docs/en/other.md", "Text.", "Text, written anew: {{ small:total }}.")  # fmt: skip
    assert main(project.folder, "compare") == 1
    told = capsys.readouterr().out  # type: ignore[attr-defined]
    assert "docs/en/index.md\n  before: The sum is" in told
    assert "docs/zh/index.md\n  before: 总和是" in told
    assert "output of small:sum\n  before: total" in told
    assert "written anew" not in told.split("before")[0]
    assert "0 distributions changed" in told
    project.replace("snippets/small.py", "numbers.sum()", "numbers.smu()")
    assert main(project.folder, "compare") == 1
    captured = capsys.readouterr()  # type: ignore[attr-defined]
    assert "snippets/small.py:13: section 'sum' raised AttributeError" in captured.err
    assert "output of small:sum\n  before: total" in captured.out
    assert "after:  None" in captured.out


def test_each_kind_of_change() -> None:
    before = {f"{VERSIONS}numpy": "2.3", "verdict of a": "holds", "docs/en/a.md: x": "1"}  # fmt: skip
    after = {f"{VERSIONS}numpy": "2.4", "verdict of a": "cannot tell", "docs/en/a.md: y": "1"}  # fmt: skip
    assert changes(before, after) == [
        f"{VERSIONS}numpy\n  before: 2.3\n  after:  2.4",
        "verdict of a\n  before: holds\n  after:  cannot tell",
        "docs/en/a.md\n  before: None\n  after:  1",
    ]
