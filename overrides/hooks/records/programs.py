"""Reads the programs of a project; one whose files are all as they were is taken from an earlier reading, of any process."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from runner import Place, Snippet, keep, recalled
from runner.folder import check_names, programs
from runner.record import runner_digest
from runner.sections import patience


def read_programs(root: Path, names: Sequence[str] | None = None) -> list[Snippet]:
    """The named programs of the project, or all where it is None. Raises SourceError where one cannot be read or is not there."""
    folder = root / "snippets"
    for name in names or ():
        if not (folder / f"{name}.py").is_file():
            known = ", ".join(path.stem for path in programs(folder))
            problem = f"there is no snippet '{name}'."
            Place(folder).fail(problem, f"use one of: {known}.")
    check_names(folder)
    patience()  # says at once what is wrong with LIMITS
    paths = [folder / f"{name}.py" for name in names or ()]
    return _read(root, programs(folder) if names is None else paths, "programs")


def read_modules(root: Path) -> dict[str, Snippet]:
    """The modules that programs share, by the name under which a chapter includes them: 'shared/optimiser'."""
    modules = _read(root, programs(root / "snippets/shared"), "modules")
    return {f"shared/{module.name}": module for module in modules}


def _read(root: Path, paths: list[Path], name: str) -> list[Snippet]:
    """These programs; what was read is kept in a file of this name."""
    folder = root / "snippets"

    @functools.cache
    def held(file: str) -> bytes | None:
        with suppress(OSError):  # told when it is read for a program
            return (folder / file).read_bytes()
        return None

    # Which files there are decides what an import means; and where a link leads, whether it may be read.
    found = sorted(one for one in folder.rglob("*") if "__pycache__" not in one.parts)
    links = [path.readlink() for path in found if path.is_symlink()]
    key = repr([runner_digest(), found, links, held("matplotlibrc")])
    cache = root / ".cache/programs" / name
    data = recalled(cache, key)
    kept: dict[Path, Snippet] = pickle.loads(data) if data else {}
    read: dict[Path, Snippet] = {}
    for path in paths:
        one = kept.get(path.relative_to(root))
        if not one or any(held(file) != data for file, data in one.files.items()):
            one = Snippet.read(path, root)
            # The bytes of a shared module stand once in what is kept.
            files = {file: held(file) or data for file, data in one.files.items()}
            one = replace(one, files=files)
        read[one.path] = one
    if (every := kept | read) != kept:
        with suppress(OSError):  # told where a record cannot be written
            keep(cache, key, pickle.dumps(every))
    return list(read.values())
