"""The process that runs one snippet: an IPython kernel that behaves like plain `python snippets/x.py`.

Started by run.py as a program of its own, with the snippet's path in RUNNER_SNIPPET and the first lines of its cells
in RUNNER_LINES. It differs from a stock kernel in three ways:

- statements carry the snippet's file name and line numbers, so that a traceback reads as plain Python's;
- it remembers which local files the snippet reads or imports;
- the magic `%record` publishes the top-level numbers, those files and the versions of what was imported.
"""

from __future__ import annotations

import ast
import os
import sys
import traceback
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

MIME = "application/vnd.record+json"
LARGEST_ARRAY = 1000
LONGEST_WORD = 40
NOT_INPUTS = {".venv", ".cache", ".git", "site", "__pycache__"}


class InputWatch:
    """Collects the files and folders below `root` that this process opens for reading or lists."""

    def __init__(self, root: Path) -> None:
        self.root = str(root) + os.sep
        self.seen: set[str] = set()
        sys.addaudithook(self._audit)

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and not self._writes(args):
            self.add(args[0])
        elif event in ("os.listdir", "os.scandir"):
            # The import system lists the folders of the path: that alone makes them no input.
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if not caller.startswith(("importlib", "_frozen_importlib")):
                self.add("." if args[0] is None else args[0])

    @staticmethod
    def _writes(args: tuple[Any, ...]) -> bool:
        _, mode, flags = args
        if isinstance(mode, str):
            return any(letter in mode for letter in "wax+")
        return bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR))

    def add(self, path: object) -> None:
        """Remembers `path` if it lies in the project and is not something that the build itself makes."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return  # an open file descriptor: its path was seen when it was opened
        full = os.path.abspath(os.fsdecode(path))
        if full.startswith(self.root):
            relative = full.removeprefix(self.root)
            if not NOT_INPUTS.intersection(Path(relative).parts):
                self.seen.add(relative)

    def add_imports(self) -> None:
        """Remembers the sources of imported modules: Python may have read their compiled twins instead."""
        for module in list(sys.modules.values()):
            if file := getattr(module, "__file__", None):
                self.add(file)


class LineNumbers(ast.NodeTransformer):
    """Moves each cell's statements to the lines where they stand in the snippet."""

    def __init__(self, first_lines: list[int]) -> None:
        self.first_lines = iter(first_lines)

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Module):
            ast.increment_lineno(node, next(self.first_lines, 1) - 1)
        return node


def plain_number(value: Any) -> Any:
    """`value` as JSON can hold it, if it is a number, a word or a small array of them; else None."""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value if len(value) <= LONGEST_WORD else None
    if isinstance(value, (list, tuple, range)):
        items = [plain_number(item) for item in value]
        return (
            items
            if items and len(items) <= LARGEST_ARRAY and None not in items
            else None
        )
    if hasattr(value, "numpy") and not hasattr(value, "tolist"):
        value = value.numpy()  # a TensorFlow tensor or variable
    if (
        hasattr(value, "tolist")
        and getattr(value, "size", LARGEST_ARRAY + 1) <= LARGEST_ARRAY
    ):
        return plain_number(value.tolist())
    return None


def values_of(names: dict[str, Any]) -> dict[str, Any]:
    """The numbers and small arrays among these names."""
    found: dict[str, Any] = {}
    for name, value in names.items():
        if name.startswith("_") or isinstance(value, (type, ModuleType)):
            continue
        try:
            number = plain_number(value)
        except Exception:  # an object that only looks like an array
            continue
        if number is not None:
            found[name] = number
    return found


def versions_of(source: str) -> dict[str, str]:
    """The version of each package that this source, or a program written in it, imports."""
    versions: dict[str, str] = {}
    for name in sorted(imports_of(source) - sys.stdlib_module_names):
        try:
            # The module's name is the distribution's, but for the one whose data we use.
            versions[name] = version({"sklearn": "scikit-learn"}.get(name, name))
        except PackageNotFoundError:
            continue  # a module of this project
    return versions


def imports_of(source: str) -> set[str]:
    """The top-level names that a source imports, those of programs in its strings included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.Constant) and "import " in str(node.value):
            with suppress(SyntaxError):
                names |= imports_of(str(node.value))
    return names


def main() -> None:
    root = Path.cwd()
    snippet = os.environ["RUNNER_SNIPPET"]
    first_lines = [int(line) for line in os.environ["RUNNER_LINES"].split(",")]
    source = (root / snippet).read_text(encoding="utf-8")

    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(capture_fd_output=False)
    app.initialize(sys.argv[1:])
    shell = app.shell

    shell.compile.cache = lambda *args, **kwargs: snippet
    shell.ast_transformers.append(LineNumbers(first_lines))
    own_names = set(shell.user_ns)

    def show_error(
        shell: Any,
        kind: type,
        error: BaseException,
        tb: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        report = traceback.TracebackException(kind, error, tb)
        report.stack = traceback.StackSummary.from_list(
            [f for f in report.stack if f.filename == snippet]
        )
        shell._showtraceback(
            kind, error, "".join(report.format()).rstrip("\n").split("\n")
        )

    def record(line: str) -> None:
        watch.add_imports()
        names = {
            name: value
            for name, value in shell.user_ns.items()
            if name not in own_names
        }
        content = {
            "values": values_of(names),
            "inputs": sorted(watch.seen - {snippet}),
            "packages": versions_of(source),
        }
        shell.display_pub.publish({MIME: content})

    shell.set_custom_exc((BaseException,), show_error)
    shell.register_magic_function(record, magic_name="record")

    # As plain Python has it: the snippet is the main program, and its folder comes first on the path.
    sys.argv = [snippet]
    sys.path[:] = [
        str((root / snippet).parent),
        *(p for p in sys.path if p not in ("", str(root))),
    ]
    shell.user_ns["__file__"] = str(root / snippet)
    own_names.add("__file__")

    watch = InputWatch(root)
    app.start()


if __name__ == "__main__":
    main()
