"""Keeps records, finds the programs that lack one, and has them run or takes what others made. Changes no result.

`make records` is `python -m records`.
"""

from .archive import ARCHIVE, archived
from .programs import read_modules, read_programs
from .schedule import (
    Outcome,
    Workers,
    ensure_records,
    find,
    run_missing,
    say,
    this_machine,
)

__all__ = ["ARCHIVE", "Outcome", "Workers", "archived", "ensure_records", "find"]
__all__ += ["read_modules", "read_programs", "run_missing", "say", "this_machine"]
