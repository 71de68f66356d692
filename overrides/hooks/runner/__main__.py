"""Runs the named snippets, or all, that have no valid record: `python -m overrides.hooks.runner [name ...]`."""

import sys
from pathlib import Path

from . import SourceError, ensure_records

try:
    records = ensure_records(Path.cwd(), Path.cwd() / ".cache/records", sys.argv[1:])
except SourceError as error:
    sys.exit(str(error))
for name, record in records.items():
    took = f"{record.provenance['seconds']} s"
    print(f"{name}: {len(record.values)} values, {took}, key {record.key}")
