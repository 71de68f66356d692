"""What has aged: sources that were read more than two years ago, and years in texts that speak of now.

The weekly job runs it, since a clone's tests depend on no date: `.venv/bin/python tests/aging.py [date]`. It ends with 1 where
somebody should read again.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pybtex.database import parse_file

ROOT = Path(__file__).resolve().parents[1]
YEARS = 2
AS_OF = re.compile(
    r"[Aa]s of (?:(?P<month>[A-Z][a-z]+) )?(?P<year>20\d\d)|截至 ?(?P<zh>20\d\d) ?年(?: ?(?P<zm>\d+) ?月)?"
)
MONTHS = [datetime.date(2000, m, 1).strftime("%B") for m in range(1, 13)]


def old_readings(bibliography: Path, today: datetime.date) -> Iterator[str]:
    """Sources whose `urldate` is too long ago."""
    for key, entry in parse_file(str(bibliography)).entries.items():
        read = entry.fields.get("urldate")
        if read and is_old(datetime.date.fromisoformat(read), today):
            yield f"{bibliography.name}: {key} was read on {read}"


def old_statements(path: Path, today: datetime.date) -> Iterator[str]:
    """Lines that say "as of" a date too long ago."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for found in AS_OF.finditer(line):
            year = int(found["year"] or found["zh"])
            month = int(found["zm"] or 0)
            if found["month"] in MONTHS:
                month = MONTHS.index(found["month"]) + 1
            if is_old(datetime.date(year, month or 12, 28), today):
                yield f"{path.name}:{number}: {found[0]}"


def is_old(day: datetime.date, today: datetime.date) -> bool:
    return (today - day).days > YEARS * 365.25


def main() -> int:
    today = datetime.date.fromisoformat([*sys.argv, str(datetime.date.today())][1])
    found = list(old_readings(ROOT / "docs/references.bib", today))
    for path in sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/**/*.yml")]):
        found += old_statements(path, today)
    print("\n".join(found) or f"Nothing was read more than {YEARS} years ago.")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
