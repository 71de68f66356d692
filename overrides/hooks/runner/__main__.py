"""Runs the named snippets, or all, that have no valid record: `python -m overrides.hooks.runner [name ...]`."""

import sys
from pathlib import Path

from . import SourceError, ensure_records


def main() -> int:
    root = Path.cwd()
    try:
        records = ensure_records(root, root / ".cache" / "records", sys.argv[1:])
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    for record in records.values():
        print(
            f"{record.name}: {len(record.values)} values, {record.provenance['seconds']} s, key {record.key}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
