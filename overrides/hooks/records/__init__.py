"""Keeps records, finds the programs that lack one, and has them run or takes what others made. Changes no result.

`make records` is `python -m records`.
"""

from .archive import ARCHIVE, archived
from .schedule import (
    Outcome,
    Workers,
    ensure_records,
    find,
    read_programs,
    run_missing,
    say,
    this_machine,
)

__all__ = ["ARCHIVE", "Outcome", "Workers", "archived", "ensure_records", "find"]
__all__ += ["read_programs", "run_missing", "say", "this_machine"]
