"""The weekly job names what was read too long ago, and nothing else."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from aging import old_readings, old_statements

TODAY = datetime.date(2027, 1, 15)


@pytest.mark.parametrize(("read", "old"), [("2025-01-20", 0), ("2025-01-10", 1)])
def test_a_reading_ages_in_two_years(tmp_path: Path, read: str, old: int) -> None:
    path = tmp_path / "references.bib"
    path.write_text(
        f"@misc{{a, title = {{A}}, year = {{2020}}, urldate = {{{read}}}}}\n@misc{{b, title = {{B}}, year = {{1990}}}}"
    )
    assert len(list(old_readings(path, TODAY))) == old


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("As of November 2026 it is so.", 0),
        ("It was so as of May 2024.", 1),
        ("截至 2024 年 5 月仍是如此。", 1),
        ("截至 2026 年 11 月仍是如此。", 0),
        ("In 2019 it was so.", 0),
    ],
)
def test_a_statement_ages_in_two_years(tmp_path: Path, text: str, old: int) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"# A\n\n{text}\n", encoding="utf-8")
    assert [t.split(":")[1] for t in old_statements(path, TODAY)] == ["3"] * old
