"""Builds two commits and compares every file of their sites: python tests/compare_builds.py OLD [NEW]

A structural commit changes no byte. Processor seconds are masked, since each site has its own runs. NEW is the working
tree where it is not named. Ends with status 1 and the names of the files that differ; --show prints the first difference
in each.
"""

from __future__ import annotations

import argparse
import difflib
import io
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = re.compile(rb"\d+\.\d s")
IGNORED = {"sitemap.xml.gz"}  # holds the time of its making


def build(commit: str, folder: Path, keep: Path | None) -> Path:
    """The site of a commit, built in a clone of its own; "" stands for the working tree, which is copied.

    Args:
        commit: what git calls it.
        folder: where the clone is made.
        keep: a folder of records, which a later comparison finds again.
    """
    if commit:
        git = ["git", "-C", str(ROOT), "worktree", "add", "--detach", "--quiet"]
        subprocess.run([*git, str(folder), commit], check=True)
    else:
        names = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"]
        listed = subprocess.run(names, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
    if keep and keep.is_dir():
        shutil.copytree(keep, folder / ".cache" / "records")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet"],
        cwd=folder,
        check=True,
    )
    if keep:
        shutil.copytree(folder / ".cache" / "records", keep, dirs_exist_ok=True)
    return folder / "site"


def contents(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The files in a file: those of an archive, or it alone, its seconds masked."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from contents(f"{name}/{inner}", archive.read(inner))
    elif name.endswith((".png", ".woff2")):
        yield name, data
    else:
        yield name, SECONDS.sub(b"0 s", data)


def files(site: Path) -> dict[str, bytes]:
    """All files of a site by their names, archives opened."""
    return dict(
        pair
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.name not in IGNORED
        for pair in contents(path.relative_to(site).as_posix(), path.read_bytes())
    )


def first_difference(old: bytes, new: bytes) -> str:
    """The first lines that differ, shortened around the place."""
    lines = [text.decode(errors="replace").splitlines() for text in (old, new)]
    for tag, a, b, c, d in difflib.SequenceMatcher(
        None, lines[0], lines[1], False
    ).get_opcodes():
        if tag != "equal":
            one, other = "\n".join(lines[0][a:b]), "\n".join(lines[1][c:d])
            pairs = zip(one, other, strict=False)
            same = sum(1 for _ in itertools.takewhile(lambda p: p[0] == p[1], pairs))
            start = max(0, same - 60)
            return (
                f"  - {one[start : start + 160]!r}\n  + {other[start : start + 160]!r}"
            )
    return "  (line ends)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("old", help="a commit")
    parser.add_argument("new", nargs="?", default="", help="a commit")
    parser.add_argument("--show", action="store_true", help="the first difference")
    parser.add_argument("--records", type=Path, help="a folder that keeps the runs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            old, new = (
                files(build(commit, Path(folder, side), arguments.records))
                for commit, side in ((arguments.old, "old"), (arguments.new, "new"))
            )
        finally:
            shutil.rmtree(folder)
            subprocess.run(["git", "-C", str(ROOT), "worktree", "prune"], check=True)
            Path(folder).mkdir()
    differing = [n for n in sorted(old.keys() & new.keys()) if old[n] != new[n]]
    for name in sorted(old.keys() ^ new.keys()):
        print(f"only in {'the old' if name in old else 'the new'} site: {name}")
    for name in differing:
        print(f"differs: {name}")
        if arguments.show:
            print(first_difference(old[name], new[name]))
    same = len(old.keys() & new.keys()) - len(differing)
    print(f"{same} files are the same, {len(differing)} differ")
    sys.exit(bool(differing or old.keys() ^ new.keys()))


if __name__ == "__main__":
    main()
