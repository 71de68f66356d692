"""The process that runs one snippet, section by section, as plain `python snippets/x.py` would.

watch.py starts it as a program of its own, in the snippet's closed folder, with the path of a job (JSON). What the program
writes goes where the operating system sends it; after each section this process notes how far that was and saves the
figures. It imports the standard library and nothing else.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import ctypes
import io
import json
import os
import re
import signal
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, suppress
from operator import length_hint
from pathlib import Path
from typing import Any

LONGEST_WORD = 40  # letters
LONGEST_NUMBER = 4000  # bits of an integer
DEEPEST = 20  # lists in lists
ANNOTATIONS = __future__.annotations.compiler_flag  # the one future that is a choice
# What TensorFlow's C++ says on stderr before any setting of its own holds, and Matplotlib where it looks for the machine's
# fonts for longer than five seconds.
START_UP = re.compile(
    rb"^(?:WARNING: All log messages before absl::InitializeLog\(\) .*"
    rb"|[IW]0000 00:00:[\d.]+ +\d+ [\w.]+:\d+\] .*"
    rb"|Matplotlib is building the font cache; this may take a moment\.)\n",
    re.MULTILINE,
)
# The audit events that read or change a file.
READS = re.compile(r"open|os\.(listdir|scandir)|pathlib\.Path\.r?glob|sqlite3\.connect")
CHANGING = re.compile(r"os\.(chmod|link|mkdir|remove|rename|rmdir|symlink|truncate)")
CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class _TooLarge(Exception):
    """A figure or a value is larger than its limit."""


class Border:
    """Refuses, by an audit hook, what Python opens outside the run's folder and its environment.

    Args:
        job: its `places` say whether a folder may be read ("r"), changed too ("w"), or neither (""); the deepest one
            decides. `folder` is the closed folder, `project` the folder `snippets` that it was made from.
        tell: is told of each refusal.
    """

    def __init__(self, job: dict[str, Any], tell: Callable[..., None]) -> None:
        found = {os.path.realpath(path): "r" for path in sys.path[1:]}
        self.places: dict[str, str] = {**found, **job["places"]}
        self.folder, self.project, self.tell = job["folder"], job["project"], tell
        self.refused, self.closed = False, True
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        changes = bool(CHANGING.fullmatch(event))
        if not self.closed or not (changes or READS.fullmatch(event)):
            return
        # Where a link leads to is asked when it is opened.
        paths = arguments[event == "os.symlink" :] if changes else arguments[:1]
        if event == "open":
            # os.open may start from an open folder, which its event does not name.
            if arguments[1] is None and not os.path.isabs(arguments[0]):
                return
            changes = bool(arguments[2] & CHANGES)
        for path in paths:
            if path is None or isinstance(path, (str, bytes, os.PathLike)):
                self._check(os.fsdecode("." if path is None else path), changes)

    def _check(self, path: str, changes: bool) -> None:
        real = os.path.realpath(path)
        may = self.places[max((p for p in self.places if _within(real, p)), key=len)]
        if changes:
            if may != "w" and "__pycache__" not in real.split(os.sep):
                self._refuse("changes", path, real)
        elif may == "w" and (name := self.undeclared(real)):
            self._refuse("undeclared", path, name)
        elif not may and os.path.lexists(real):
            self._refuse("reads", path, self._below_snippets(real))

    def undeclared(self, real: str) -> str:
        """The name of a file that the project has and the closed folder has not; "" for any other."""
        if _within(real, self.folder) and not os.path.lexists(real):
            name = os.path.relpath(real, self.folder)
            for start in (self.project, os.path.dirname(self.project)):
                if os.path.exists(there := os.path.join(start, name)):
                    return self._below_snippets(there)
        return ""

    def _below_snippets(self, real: str) -> str:
        """The name of a project's file, seen from `snippets`; the whole path of any other."""
        inside = _within(real, os.path.dirname(self.project))
        return os.path.relpath(real, self.project) if inside else real

    def _refuse(self, kind: str, path: str, name: str) -> None:
        frame: types.FrameType | None = sys._getframe(1)
        while frame and not _within(frame.f_code.co_filename, self.folder):
            frame = frame.f_back
        place = os.path.relpath(frame.f_code.co_filename, self.folder) if frame else ""
        line = frame.f_lineno if frame else None
        self.refused = True
        self.tell(refused=[kind, path, name, place, line])
        raise PermissionError(f"'{path}' does not belong to this run")


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


class Bounded(io.StringIO):
    """Takes text up to a limit."""

    def __init__(self, limit: float) -> None:
        super().__init__()
        self.limit = limit

    def write(self, text: str) -> int:
        """Takes no more than the limit allows."""
        if self.tell() + len(text) > self.limit:
            raise _TooLarge
        return super().write(text)


def figures(limit: float) -> list[str]:
    """The open figures as SVG; they are closed. Raises _TooLarge where one is longer than `limit`."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    drawn: list[str] = []
    for number in pyplot.get_fignums() if pyplot else ():
        figure, text = pyplot.figure(number), Bounded(limit)
        look = {"bbox_inches": "tight", "facecolor": "auto", "edgecolor": "auto"}
        figure.savefig(text, format="svg", metadata={"Date": None}, **look)
        drawn.append(text.getvalue())
    if pyplot:
        pyplot.close("all")
    return drawn


def values(names: dict[str, Any], tree: ast.Module, limit: float) -> dict[str, Any]:
    """What a run leaves at its top level that a sentence can name: numbers, words, and small arrays of them.

    Args:
        names: the names of the program.
        tree: the program; what it only imports is no value of its own.
        limit: how many numbers one value may hold.

    Returns:
        `values` by name, and the names of those that are `too_large`.
    """
    kept, too_large = {}, []
    for name in sorted(assigned(tree) & set(names)):
        if name.startswith("_") or isinstance(names[name], (type, types.ModuleType)):
            continue
        try:
            kept[name] = _plain(names[name], iter(range(int(limit))))
        except _TooLarge:
            too_large.append(name)
        except Exception:  # an object that only looks like an array
            continue
    plain = {name: value for name, value in kept.items() if value is not None}
    return {"values": plain, "too_large": too_large}


def assigned(tree: ast.AST) -> set[str]:
    """The names to which a program assigns."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def _plain(value: Any, room: Iterator[int], depth: int = 0) -> Any:
    """`value` as JSON can hold it, each number and word of it taking one of `room`; None where it holds anything else."""
    if depth > DEEPEST:
        raise _TooLarge
    if isinstance(value, (list, tuple, range)):
        items = []
        for item in value:
            items.append(_plain(item, room, depth + 1))
            if items[-1] is None:
                return None
        return items or None
    if isinstance(value, str) and not value.isprintable():
        return None
    if isinstance(value, (int, float, str)):
        long = isinstance(value, str) and len(value) > LONGEST_WORD
        long |= isinstance(value, int) and value.bit_length() > LONGEST_NUMBER
        if long or next(room, None) is None:
            raise _TooLarge
        return value
    if hasattr(value, "numpy") and not hasattr(value, "tolist"):
        value = value.numpy()  # a TensorFlow tensor or variable
    if not hasattr(value, "tolist"):
        return None
    if value.dtype.kind in "biufU" and value.size > length_hint(room):
        raise _TooLarge
    return _plain(value.tolist(), room, depth)


class Run:
    """One snippet's run, and the report that it writes of it, a line of JSON at a time.

    Args:
        job: what to run, and how far it may go; what it leaves behind lies beside it.
    """

    def __init__(self, job: Path) -> None:
        self.job = json.loads(job.read_text(encoding="utf-8"))
        self.scratch = job.parent
        self.folder: str = self.job["folder"]
        self.program = os.path.join(self.folder, self.job["program"])
        self.report = os.open(self.scratch / "report", os.O_WRONLY | os.O_APPEND)
        self.main = types.ModuleType("__main__")
        own = {"__file__": self.program, "__builtins__": builtins}
        vars(self.main).update(own, __annotations__={}, __cached__=None)
        sys.modules["__main__"] = self.main
        self.pid = os.getpid()
        sys.argv[:] = [self.program]
        sys.path[0] = self.folder
        self.before = set(sys.modules)
        self.libc = ctypes.CDLL(None)
        if sys.platform == "linux":  # who watches is killed: so is this
            self.libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        # C keeps nothing back either, so that its words keep their place among Python's.
        with suppress(ValueError):
            stdout = "__stdoutp" if sys.platform == "darwin" else "stdout"
            pointer = ctypes.c_void_p.in_dll(self.libc, stdout)
            self.libc.setvbuf(pointer, None, 2, 0)  # 2: _IONBF
        # What plt.show() says where there is no window.
        warnings.filterwarnings("ignore", message=".* is non-interactive, and thus")

    def note(self, **facts: Any) -> None:
        """Adds a line to the report, whole, whichever process of the run does."""
        os.write(self.report, f"{json.dumps(facts)}\n".encode())

    def go(self) -> None:
        """Runs the sections until one of them ends the program or has to be told of."""
        source = Path(self.program).read_bytes()
        tree = ast.parse(source, self.program)
        whole = compile(source, self.program, "exec", dont_inherit=True)
        self.flags = whole.co_flags & ANNOTATIONS
        self.main.__doc__ = ast.get_docstring(tree, clean=False)
        self.border = Border(self.job, self.note)
        for number, (first, last) in enumerate(self.job["cells"]):
            if not self.forked():
                self.note(began=number)
            facts = self.section([s for s in tree.body if first <= s.lineno <= last])
            if self.forked():
                continue  # a fork runs on to the end of the program, as in plain Python
            self.note(ended=number, **facts)
            stderr = START_UP.sub(b"", (self.scratch / "stderr").read_bytes())
            too_much = stderr or facts["printed"] > self.job["output"]
            if too_much or self.border.refused or facts["failure"] or facts["shows"]:
                break
        if not self.forked():
            left = values(vars(self.main), tree, self.job["value"])
            self.note(**left, modules=sorted(set(sys.modules) - self.before))

    def forked(self) -> bool:
        """Whether this is a fork of the process that was started."""
        return os.getpid() != self.pid

    def section(self, body: list[ast.stmt]) -> dict[str, Any]:
        """Runs the statements of one section; what it left behind."""
        failure, shown, drawn = None, None, []
        last = body[-1] if body and isinstance(body[-1], ast.Expr) else None
        try:
            self._execute(ast.Module(body[:-1] if last else body, []), "exec")
            if last:  # a notebook would show its value, a program does not
                shown = self._execute(ast.Expression(last.value), "eval")
            drawn = figures(self.job["figure"])
        except BaseException as error:  # SystemExit too ends a program
            if self.forked():
                raise
            failure = self._failure(error)
        for name in ("stdout", "stderr"):
            with suppress(Exception):  # the program may have put anything there
                getattr(sys, name).flush()
        self.libc.fflush(None)
        facts = {"figures": drawn, "failure": failure, "shows": shown is not None}
        return {"printed": (self.scratch / "stdout").stat().st_size, **facts}

    def _execute(self, tree: ast.Module | ast.Expression, mode: str) -> Any:
        code = compile(tree, self.program, mode, flags=self.flags, dont_inherit=True)
        return eval(code, vars(self.main))

    def _failure(self, error: BaseException) -> dict[str, Any]:
        """What Python says of `error`, told by the lines of the program and its modules; notes what it misses."""
        self.border.closed = False  # what follows is not the program's
        self._keep_own(error, set())
        own = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in own if frame.filename == self.program]
        if isinstance(error, SystemExit):
            said = str(error.code or "") if not isinstance(error.code, int) else ""
        else:
            with redirect_stderr(io.StringIO()) as text:
                sys.__excepthook__(type(error), error, error.__traceback__)
            said = text.getvalue()
        line = lines[-1] if lines else None
        if name := self._undeclared(error):
            self.note(refused=["undeclared", name, name, self.job["program"], line])
        return {"kind": type(error).__name__, "text": said.rstrip("\n"), "line": line}

    def _keep_own(self, error: BaseException, seen: set[int]) -> None:
        """Takes the frames of others out of the traceback of `error`, and of those that it tells of."""
        if id(error) in seen:
            return
        seen.add(id(error))
        own, entry = [], error.__traceback__
        while entry:
            if _within(entry.tb_frame.f_code.co_filename, self.folder):
                own.append(entry)
            entry = entry.tb_next
        for entry, following in zip(own, [*own[1:], None], strict=False):
            entry.tb_next = following
        error.__traceback__ = own[0] if own else None
        others = getattr(error, "exceptions", None) or ()  # of a group
        for inner in (error.__cause__, error.__context__, *others):
            if isinstance(inner, BaseException):
                self._keep_own(inner, seen)

    def _undeclared(self, error: BaseException) -> str:
        """What an error did not find that the project has: a module, or a file that its words name."""
        candidates: list[str] = []
        if isinstance(error, ModuleNotFoundError):
            path = (error.name or "").replace(".", os.sep)
            candidates = [f"{path}.py", path]
        elif isinstance(error, OSError):
            said, project = str(error)[:1000], Path(self.border.project)
            files = [path for path in project.rglob("*") if path.is_file()]
            below = [str(path.relative_to(project)) for path in files]
            candidates = [name for name in below if name in said]
        real = [os.path.realpath(os.path.join(self.folder, c)) for c in candidates]
        return next(filter(None, map(self.border.undeclared, real)), "")


if __name__ == "__main__":
    Run(Path(sys.argv[1])).go()
