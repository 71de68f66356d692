"""What a newer environment changes in what the site says: `make upgrade`.

`upgrade.py note` notes it before the upgrade; `upgrade.py compare` runs whatever needs to run after it and prints each
sentence, output and verdict that changed, with before and after. The figures are compared by their digest.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "overrides/hooks")]

from chapters.values import VALUE, number
from records import ensure_records, find, read_programs
from runner import Place, Record, SourceError

ROOT = Path(__file__).resolve().parents[1]
NOTED = ".cache/before-upgrade.json"
VERSIONS = "version of "


def told(root: Path, records: Mapping[str, Record]) -> dict[str, str]:
    """All that the site says of these runs, by where it says so.

    Args:
        root: the project's folder.
        records: by name; what is missing is left out.
    """
    said = {}
    for path in sorted([*root.glob("docs/**/*.md"), *root.glob("docs/**/*.yml")]):
        name = path.relative_to(root).as_posix()
        lines = path.read_text(encoding="utf-8").splitlines()
        for line, text in enumerate(lines, 1):
            marks = list(VALUE.finditer(text))
            if marks and all(mark["snippet"] in records for mark in marks):
                # By what is written, since a line may move.
                said[f"{name}: {text.strip()}"] = _written(text, records, Place(name, line))  # fmt: skip
    for name, record in records.items():
        said |= dict(_of_run(name, record))
    for one in distributions():
        said[f"{VERSIONS}{one.name}"] = one.version
    return said


def _written(text: str, records: Mapping[str, Record], place: Place) -> str:
    try:
        return VALUE.sub(lambda m: number(m[0], records, place).plain, text).strip()
    except SourceError as error:
        return f"cannot be written: {error.problem}"


def _of_run(name: str, record: Record) -> Iterator[tuple[str, str]]:
    if "verdict" in record.values:
        yield f"verdict of {name}", str(record.values["verdict"])
    for section in record.sections:
        if text := record.text(section):
            yield f"output of {name}:{section}", text.rstrip()
        for figure in record.figures(section):
            digest = hashlib.sha256(figure.encode()).hexdigest()[:12]
            yield f"figure of {name}:{section}", digest


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What is said otherwise, one after the other; what the chapters themselves say anew is left out."""
    found = []
    for place in [*before, *(after.keys() - before.keys())]:
        old, new = before.get(place), after.get(place)
        if old == new or (new is None and place.startswith("docs/")):
            continue
        where = place.partition(": ")[0] if place.startswith("docs/") else place
        if old and new and place.startswith("output"):
            lines = zip(old.splitlines(), new.splitlines(), strict=False)
            pairs = [(a, b) for a, b in lines if a != b] or [(old, new)]
            old, new = ("\n          ".join(side) for side in zip(*pairs, strict=True))
        found.append(f"{where}\n  before: {old}\n  after:  {new}")
    return found


def main(root: Path, step: str) -> int:
    """Notes what is said, or compares; 1 where a program fails or something has changed."""
    records, failed = root / ".cache/records", ""
    try:
        ensure_records(root, records)
    except SourceError as error:
        failed = str(error)
        print(failed, file=sys.stderr)
    said = told(root, find(read_programs(root), records)[0])
    if step == "note":
        (root / NOTED).write_text(json.dumps(said), encoding="utf-8")
        return bool(failed)
    before = json.loads((root / NOTED).read_text(encoding="utf-8"))
    found = changes(before, said)
    print("\n".join(found))
    count = sum(not one.startswith(VERSIONS) for one in found)
    print(f"{len(found) - count} distributions changed, and {count} of {len(said)} things that the site says.")  # fmt: skip
    return bool(count or failed)


if __name__ == "__main__":
    sys.exit(main(ROOT, sys.argv[1] if len(sys.argv) > 1 else "compare"))
