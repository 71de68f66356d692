"""Brings records up to date: `python -m records [name ...]`, or `make records`.

The environment says how: FROM takes what others made, ON sends the runs to a cluster, PART=2/4 takes one part of the programs,
TO writes the records into an archive.
"""

import os
import sys
from pathlib import Path

from runner import SourceError

from .archive import archived, take, told
from .cluster import cluster
from .parts import divide, read_costs, read_part
from .programs import read_programs
from .schedule import ensure_records, find, say
from .store import writing


def main(root: Path, names: list[str] | None) -> None:
    """Brings the records of these programs, or of all, up to date."""
    cache, asked = root / ".cache/records", os.environ.get
    programs = read_programs(root, names)
    if part := asked("PART"):
        number, count = read_part(part)
        programs = divide(programs, read_costs(root), count)[number - 1]
    names = [snippet.name for snippet in programs]
    if address := asked("FROM"):
        _, missing = find(programs, cache)
        if missing:
            say(told(take(address, missing, cache), len(programs), address))
    if scheduler := asked("ON"):
        with cluster(scheduler) as workers:
            records = ensure_records(root, cache, names, workers)
    else:
        records = ensure_records(root, cache, names)
    if file := asked("TO"):
        target = Path(file)
        with writing(target.parent):
            target.write_bytes(archived(records))
    for name, record in records.items():
        took = f"{record.provenance['seconds']} s"
        print(f"{name}: {len(record.values)} values, {took}, key {record.key}")


try:
    main(Path.cwd(), sys.argv[1:] or None)
except SourceError as error:
    sys.exit(str(error))
except KeyboardInterrupt:
    sys.exit("Stopped. What has finished is kept.")
