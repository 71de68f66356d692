"""README.md claims nothing that no test holds, but for what depends on the machine: that stands in one section, dated."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from conftest import ROOT
from runner.sections import Limits
from test_numbers import NOT_PROSE, NUMBER, blank

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# What depends on the machine.
MEASURED = re.search(r"^### What it takes\n.*?(?=^### )", README, re.DOTALL | re.MULTILINE)  # fmt: skip
# What is said, and the test that fails where it is not so; below are those of the files themselves.
HELD = {
    "every measured number comes from a run": "chapters/test_numbers.py::test_no_number_is_typed_by_hand",
    "is in English and in Chinese": "chapters/test_twins.py::test_same_pages",
    "corrects it in the open": "chapters/test_data.py::test_each_correction_is_shown_once_in_its_chapter",
    "none of them can be stale": "hooks/test_rebuilds.py::test_every_change_is_seen",
    "no number can differ between the languages": "chapters/test_twins.py::test_same_content_in_each_section",
    "[0.0103](docs/en/mathematics.md)": "chapters/test_numbers.py::test_the_example_in_the_readme",
    "a number in a sentence leads to the program": "browser/test_links.py::test_every_link_and_anchor_leads_somewhere",
    "in a folder that holds only what it declares": "hooks/test_closed_folder.py::test_nothing_outside_is_opened_by_python",
    "the reader downloads that folder": "browser/test_downloads.py::test_the_folder_of_the_run_is_offered_with_its_notebook",
    "a section that changed in one language only": "chapters/test_twins.py::test_a_section_that_changed_in_one_language_is_found",
    "loads more than 100 kB or 12 files": "browser/test_visit.py::test_every_page_is_light",
    "anything from elsewhere": "browser/test_visit.py::test_every_page_loads_from_its_own_site_only",
    "has 120 lines": "chapters/test_data.py::test_a_program_can_be_read_in_one_go",
    "have the results as they come": "hooks/test_serve.py::test_pages_are_served_before_their_programs_have_run",
    "An edit shows by itself": "hooks/test_serve.py::test_every_kind_of_edit_shows_in_both_languages",
    "Ctrl-C ends it": "hooks/test_serve.py::test_ctrl_c_waits_for_no_program",
    "the limits count processor time": "hooks/test_limits.py::test_a_busy_machine_fails_nothing",
    "three times as much by `LIMITS=3": "hooks/test_limits.py::test_one_variable_makes_all_limits_larger",
    "opens without a server": "browser/test_offline.py::test_every_page_is_there_and_links_name_files",
    "prints each sentence, output and": "hooks/test_upgrade.py::test_what_changes_is_told_with_before_and_after",
    "only programs that changed run again": "hooks/test_runner.py::test_nothing_else_brings_a_new_run",
    "takes the records that a published site": "hooks/test_archive.py::test_records_are_taken_from_an_address",
    "with an example to copy": "chapters/test_contributing.py::test_the_example_passes_the_checks",
    "by the entry at its foot": "browser/test_metadata.py::test_every_page_can_be_cited",
    "names the commit of each version": "chapters/test_project.py::test_each_version_names_its_commit",
    "The first page: a sentence": "browser/test_picture.py::test_it_shows_what_the_page_shows",
    "The build runs it": "chapters/test_code.py::test_every_block_has_run",
    "branch `gh-pages`": "chapters/test_project.py::test_what_lands_is_published_on_the_branch_that_is_named",
    "an editor that knows `.devcontainer`": "chapters/test_project.py::test_the_container_has_what_the_readme_asks_for",
    "表单有中文说明": "chapters/test_project.py::test_the_form_is_in_both_languages",
}  # fmt: skip


def configured(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


# Numbers that stand in a sentence, and what they are; what else has digits is a name.
CASES = len(configured("docs/cases.yml"))
PROGRAMS = len(list((ROOT / "snippets").glob("*.py")))
NUMBERS = {
    f"each of the {PROGRAMS} programs": PROGRAMS == 45,
    "forty cases are data": CASES == 40,
    "四十个有出处的案例": CASES == 40,
    f"{Limits.time:g} seconds of processor time": Limits.time == 90,
    "120 lines": True,
    "100 kB or 12 files": True,
    "as of November 2026": "as of November 2026" in (ROOT / "docs/en/index.md").read_text("utf-8"),
    "截至 2026 年 11 月": "2026 年 11 月" in (ROOT / "docs/zh/index.md").read_text("utf-8"),
    "documentation of November 2026": True,
    "Python 3.11, 3.12 or 3.13": 'requires-python = ">=3.11,<3.14"' in (ROOT / "pyproject.toml").read_text("utf-8"),
    "Python 3.11 至 3.13": "(3, 11) <= sys.version_info[:2] <= (3, 13)" in MAKEFILE,
    "CC BY 4.0": "CC BY 4.0" in (ROOT / "LICENSE").read_text("utf-8"),
    "http://127.0.0.1:8000/": "PORT ?= 8000\n" in MAKEFILE and "127.0.0.1:$(PORT)" in MAKEFILE,
}  # fmt: skip


@pytest.mark.parametrize("claim", HELD)
def test_a_claim_has_its_test(claim: str) -> None:
    assert " ".join(claim.split()) in " ".join(README.split())
    file, _, name = HELD[claim].partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert f"def {name}(" in text, f"{HELD[claim]} is no test"


def test_no_number_is_merely_said() -> None:
    """But for what was measured, which says when and on what."""
    assert MEASURED
    first = MEASURED[0].split("\n\n")[1]
    assert re.match(r"Measured on \d+ \w+ \d{4}, on \w+ cores of .*x86-64 machine", first)  # fmt: skip
    text = README.replace(MEASURED[0], "")
    for claim, holds in NUMBERS.items():
        assert holds, claim
        assert " ".join(claim.split()) in " ".join(text.split()), claim
        text = re.sub(r"\s+".join(map(re.escape, claim.split())), " ", text)
    for pattern in (*NOT_PROSE, r"^> .*$", r"^```.*?^```", r"x86-64|arm64"):
        text = re.sub(pattern, blank, text, flags=re.DOTALL | re.MULTILINE if "```" in pattern else re.MULTILINE)  # fmt: skip
    assert [found[0] for found in NUMBER.finditer(text)] == []


def test_every_command_is_one_and_every_target_is_named() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"`(?:[A-Z_]+=\S+\s)*make\s+([a-z]+)[^`]*`", README))
    named |= set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE))
    assert named == targets - {"help"}
    for variable in ("PORT", "TENSORFLOW", "LIGHT", "FROM", "OFFLINE", "SITE_URL", "LIMITS"):  # fmt: skip
        assert f"{variable}=" in README
    configuration = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "!ENV [SITE_URL" in configuration and "!ENV [OFFLINE" in configuration
    assert "tensorflow-cpu" in MAKEFILE and "$(LIGHT)" in MAKEFILE


def test_every_file_that_it_names_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    linked += re.findall(r'(?:src|srcset)="([^"]+)"', README)
    named = re.findall(r"`((?:docs|snippets|overrides|tests|\.github|\.devcontainer|mkdocs|pyproject)[\w./*-]*)`", README)  # fmt: skip
    assert len(linked) >= 8 and len(named) >= 12
    for name in linked + named:
        assert list(ROOT.glob(name.rstrip("/"))), name


def test_the_build_needs_what_windows_lacks() -> None:
    """So that it is WSL there."""
    files = (ROOT / "overrides/hooks").rglob("*.py")
    assert any("import fcntl\n" in path.read_text("utf-8") for path in files)


PROGRAMS_OF_TESTS = re.findall(
    r"python (tests/[\w/]+\.py)",
    README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
)


@pytest.mark.parametrize("name", sorted(set(PROGRAMS_OF_TESTS)))
def test_a_program_that_is_named_finds_what_it_imports(name: str) -> None:
    start = "import runpy, sys; sys.path[0] = sys.argv[1]; runpy.run_path(sys.argv[2])"
    command = [sys.executable, "-c", start, str((ROOT / name).parent), str(ROOT / name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
