"""The folder in which a snippet runs, and which a reader downloads: what is in it is all that the run sees of the project.

It holds the program, the modules of the project that it imports, and the files and folders that they declare
(`# reads: data/corpus.txt`). Paths are those below `snippets/`.
"""

from __future__ import annotations

import ast
import functools
import io
import re
import sys
import sysconfig
import tokenize
import zipfile
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath
from typing import NoReturn

from .errors import Place, decoded, read_bytes

DECLARE = "declare files and folders below snippets/, one name a line, without quotes: '# reads: data/corpus.txt'."
LIMITS = "time|memory|output|figure|value"
SETTING = re.compile(rf"# *(?P<name>reads|(?:{LIMITS}) limit) *:(?P<text>.*)$")
NEARLY = re.compile(rf"(?i)# *(?:reads? *:|(?:{LIMITS})[ -]?limit *[:=\d])")
# Where other programs end a line and Python does not: pages and notebooks would not show the program that runs.
LINE_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
PACKED = {".gz", ".png", ".woff2", ".zip"}  # what packing makes no smaller
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


def is_source(path: Path) -> bool:
    """Whether a file is the author's: no hidden one, and none that an editor leaves beside it."""
    return not path.name.startswith(".") and not path.name.endswith("~")


def programs(folder: Path) -> list[Path]:
    """The snippets in this folder, or the modules that they share in that of their own, in order."""
    return sorted(filter(is_source, folder.glob("*.py")))


def check_names(folder: Path) -> None:
    """Raises SourceError where a file beside the snippets bears the name of what is installed: all would import it."""
    packages = [path.parent for path in sorted(folder.glob("*/__init__.py"))]
    environment = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
    for path in [*programs(folder), *packages]:
        name, place = path.stem, Place(path.relative_to(folder.parent))
        if not re.fullmatch(r"[\w-]+", name):
            remedy = "use letters, digits and '_'."
            place.fail(f"'{name}' cannot be named in a chapter.", remedy)
        if name in sys.stdlib_module_names or PathFinder.find_spec(name, environment):
            problem = f"'{name}' is also the name of a module of Python or an installed package, which no snippet could import any more."
            place.fail(problem, f"rename it, say to 'my_{name}'.")


def program_text(data: bytes, path: Path) -> str:
    """The text of a Python file that holds `data`, its lines ended by '\\n'.

    Raises:
        SourceError: it is not UTF-8, or holds a character that ends a line for others only.
    """
    try:
        coding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError:
        coding = "utf-8"  # what it holds is told below
    if coding not in ("utf-8", "utf-8-sig"):
        remedy = "save it in UTF-8, without a coding line."
        Place(path, 1).fail(f"the file says that it is in {coding}.", remedy)
    text = decoded(data, path)
    if found := LINE_ENDS.search(text):
        char = ascii(found[0])[1:-1]
        line = text.count("\n", 0, found.start()) + 1
        problem = (
            f"the character {char} ends a line for other programs, not for Python."
        )
        remedy = f"remove it, or write it as '{char}' in a string."
        Place(path, line).fail(problem, remedy)
    return text


def settings(text: str, path: Path) -> Iterator[tuple[Place, str, str]]:
    """The comments of a program, each on a line of its own, that set something: place, name and text of each.

    Raises:
        SourceError: a comment looks like one of them and is none.
    """
    if not NEARLY.search(text):
        return
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return  # told when the program is read, or the module imported
    for token in tokens:
        if token.type != tokenize.COMMENT or not NEARLY.match(token.string):
            continue
        found, here = SETTING.match(token.string), Place(path, token.start[0])
        if not found or token.start[1]:
            remedy = "write it at the start of a line of its own, such as '# reads: data/corpus.txt' or '# time limit: 150 s'."
            here.fail(f"'{token.string}' sets nothing.", remedy)
        yield here, found["name"], found["text"].strip()


def closed_folder(path: Path, root: Path) -> dict[str, bytes]:
    """What the folder of the program at `path` holds: the bytes of each file, by its path below `snippets/`.

    Raises:
        SourceError: a declared name is absent, hidden, or leads out of `snippets/`.
    """
    base = (root / "snippets").resolve()
    files: dict[str, bytes] = {}
    todo = [PurePosixPath(path.relative_to(root / "snippets").as_posix())]
    while todo:
        name = todo.pop()
        if str(name) in files:
            continue
        shown = Path("snippets") / name
        place = Place(shown)
        if not (base / name).resolve().is_relative_to(base):
            place.fail("the file leads out of snippets/.", "put the file itself there.")
        files[str(name)] = read_bytes(base / name, place)
        text = program_text(files[str(name)], shown)
        for here, kind, declared in settings(text, shown):
            if kind == "reads":
                files |= _declared(base, declared, here)
        todo += _sources(base, imports_of(text, name.parent.parts))
    return dict(sorted(files.items()))


def _sources(base: Path, imported: frozenset[str]) -> Iterator[PurePosixPath]:
    """The files of this project that such imports run."""
    for name in sorted(imported):
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            path = "/".join(parts[:end])
            for file in (f"{path}.py", f"{path}/__init__.py"):
                if parts[end - 1] == "*":  # from package import *
                    found = sorted(base.glob(file))
                    yield from (PurePosixPath(f.relative_to(base)) for f in found)
                elif (base / file).exists():
                    yield PurePosixPath(file)


@functools.lru_cache(512)  # every program that imports a module asks again
def imports_of(source: str, folder: tuple[str, ...] = ()) -> frozenset[str]:
    """The modules that a source names in its imports, and in those of programs in its strings: 'a', 'a.b', 'a.b.name'.

    `folder` are the parts of where it lies below `snippets/`, for imports that begin with a dot. What is no Python names
    none: that is told when it is run.
    """
    names: set[str] = set()
    try:
        tree = ast.parse(source)
    except NO_PYTHON:
        return frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = folder[: len(folder) - node.level + 1]
            above = ".".join(parents) if node.level else ""
            module = ".".join(filter(None, [above, node.module]))
            names.update(f"{module}.{alias.name}".strip(".") for alias in node.names)
        elif isinstance(node, ast.Constant) and "import " in str(node.value):
            names |= imports_of(str(node.value), folder)
    return frozenset(names | {name.partition(".")[0] for name in names})


def _declared(base: Path, name: str, place: Place) -> dict[str, bytes]:
    """The files that `# reads: name` declares."""

    def refuse(problem: str) -> NoReturn:
        place.fail(f"'{name}' {problem}.", DECLARE)

    path = PurePosixPath(name)
    contents: dict[str, bytes] = {}
    if not name or path.is_absolute() or ".." in path.parts:
        refuse("names no file or folder below snippets/")
    target = base / path
    for file in sorted(target.rglob("*")) if target.is_dir() else [target]:
        below = file.relative_to(base)
        inner = below.parts[len(path.parts) :]
        if not all(map(_shown, inner)):
            continue  # in a folder, what is nobody's is passed over
        there = f" (its {file.name})" if inner else ""
        try:
            real = file.resolve(strict=True)
        except (OSError, RuntimeError):  # a loop of links is a RuntimeError
            refuse(f"is not there{there}")
        if not real.is_relative_to(base):
            refuse(f"leads out of snippets/{there}, to {real}")
        if not all(map(_shown, [*path.parts, *real.relative_to(base).parts])):
            refuse(f"is hidden{there}")
        if not str(below).isprintable():
            refuse("holds a name that cannot be published")
        if real.is_file():
            contents[below.as_posix()] = read_bytes(real, place)
        elif inner and not real.is_dir():
            refuse(f"is neither a file nor a folder{there}")
    if not contents:
        refuse("holds no file")
    return contents


def _shown(part: str) -> bool:
    return is_source(Path(part)) and part != "__pycache__"


def packed(files: Mapping[str, bytes], name: str, level: int = 6) -> bytes:
    """The files as a zip with one folder `name`; the same files give the same bytes.

    Args:
        files: by path.
        name: of the folder.
        level: 1 packs fastest, 9 makes the zip smallest.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name}/{path}")
            if PurePosixPath(path).suffix not in PACKED:
                entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, data, compresslevel=level)
    return buffer.getvalue()
