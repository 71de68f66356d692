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
from collections.abc import Callable
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import Any

LONGEST_WORD = 40  # letters
LONGEST_NUMBER = 4000  # bits of an integer
DEEPEST = 20  # lists in lists
ANNOTATIONS = __future__.annotations.compiler_flag  # the one future that is a choice
# What TensorFlow's C++ says on stderr before any setting of its own holds.
START_UP = re.compile(
    rb"^(?:WARNING: All log messages before absl::InitializeLog\(\) .*"
    rb"|[IW]0000 00:00:[\d.]+ +\d+ [\w.]+:\d+\] .*)\n",
    re.MULTILINE,
)
# The audit events that read or change a file, and which of their arguments name it.
READING = {
    "pathlib.Path.glob": (0,),
    "pathlib.Path.rglob": (0,),
    "open": (0,),
    "os.listdir": (0,),
    "os.scandir": (0,),
    "sqlite3.connect": (0,),
}
CHANGING = {
    **dict.fromkeys(("os.chmod", "os.mkdir", "os.remove", "os.rmdir"), (0,)),
    "os.truncate": (0,),
    "os.symlink": (1,),
    **dict.fromkeys(("os.link", "os.rename"), (0, 1)),
}
CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Refused(PermissionError):
    """The run opens what does not belong to it."""


class TooLargeError(Exception):
    """Something is larger than its limit."""


class Border:
    """Refuses, by an audit hook, what Python opens outside the run's folder and its environment.

    Args:
        places: whether a folder may be read ("r"), changed too ("w"), or neither (""); the deepest one decides.
        folder: the closed folder.
        project: the folder `snippets` that it was made from.
        tell: is told of each refusal.
    """

    def __init__(
        self,
        places: dict[str, str],
        folder: str,
        project: str,
        tell: Callable[..., None],
    ) -> None:
        found = {os.path.realpath(path): "r" for path in sys.path[1:]}
        self.places = {**found, **places}
        self.folder, self.project, self.tell = folder, project, tell
        self.refused = False
        self.closed = True
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        positions = READING.get(event) or CHANGING.get(event)
        if not positions or not self.closed:
            return
        # os.open may start from an open folder, which its event does not name.
        if event == "open" and arguments[1] is None and not os.path.isabs(arguments[0]):
            return
        changes = event in CHANGING or (event == "open" and arguments[2] & CHANGES)
        for path in (arguments[position] for position in positions):
            if path is None or isinstance(path, (str, bytes, os.PathLike)):
                self._check(os.fsdecode("." if path is None else path), bool(changes))

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
        if os.path.lexists(real) or not _within(real, self.folder):
            return ""
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
        refusal = {"kind": kind, "path": path, "name": name, "file": place}
        self.tell(refused={**refusal, "line": line})
        raise Refused(f"'{path}' does not belong to this run")


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


class Bounded(io.StringIO):
    """Takes text up to a limit."""

    def __init__(self, limit: float) -> None:
        super().__init__()
        self.limit = limit

    def write(self, text: str) -> int:
        if self.tell() + len(text) > self.limit:
            raise TooLargeError
        return super().write(text)


def figures(limit: float) -> list[str]:
    """The open figures as SVG; they are closed.

    Raises:
        TooLargeError: one is longer than `limit`.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if not pyplot:
        return []
    drawn = []
    for number in pyplot.get_fignums():
        figure, text = pyplot.figure(number), Bounded(limit)
        figure.savefig(
            text,
            format="svg",
            bbox_inches="tight",
            metadata={"Date": None},
            facecolor=figure.get_facecolor(),
            edgecolor=figure.get_edgecolor(),
        )
        drawn.append(text.getvalue())
    pyplot.close("all")
    return drawn


class Values:
    """What a run leaves at its top level that a sentence can name: numbers, words, and small arrays of them.

    Args:
        names: the names of the program.
        tree: the program; what it only imports is no value of its own.
        limit: how many numbers one value may hold.
    """

    def __init__(self, names: dict[str, Any], tree: ast.Module, limit: float) -> None:
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        stored = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
        self.kept: dict[str, Any] = {}
        self.too_large: list[str] = []
        for name, value in sorted(names.items()):
            module_or_type = isinstance(value, (type, types.ModuleType))
            if name not in stored or name.startswith("_") or module_or_type:
                continue
            self.room = limit
            try:
                number = self._plain(value)
            except TooLargeError:
                self.too_large.append(name)
            except Exception:  # an object that only looks like an array
                continue
            else:
                if number is not None:
                    self.kept[name] = number

    def _plain(self, value: Any, depth: int = 0) -> Any:
        """`value` as JSON can hold it; None where it holds anything but numbers and words."""
        if depth > DEEPEST:
            raise TooLargeError
        if isinstance(value, (list, tuple, range)):
            items = []
            for item in value:
                items.append(self._plain(item, depth + 1))
                if items[-1] is None:
                    return None
            return items or None
        if isinstance(value, str) and not value.isprintable():
            return None
        if isinstance(value, (bool, int, float, str)):
            long_word = isinstance(value, str) and len(value) > LONGEST_WORD
            long_number = isinstance(value, int) and value.bit_length() > LONGEST_NUMBER
            self.room -= 1
            if self.room < 0 or long_word or long_number:
                raise TooLargeError
            return value
        if hasattr(value, "numpy") and not hasattr(value, "tolist"):
            value = value.numpy()  # a TensorFlow tensor or variable
        if not hasattr(value, "tolist"):
            return None
        if value.dtype.kind in "biufU" and value.size > self.room:
            raise TooLargeError
        return self._plain(value.tolist(), depth)


class Run:
    """One snippet's run, and the report that it writes of it, a line of JSON at a time."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.folder: str = job["folder"]
        self.program = os.path.join(self.folder, job["program"])
        self.report = os.open(job["report"], os.O_WRONLY | os.O_APPEND)
        self.main = types.ModuleType("__main__")
        vars(self.main).update(
            __file__=self.program,
            __builtins__=builtins,
            __annotations__={},
            __cached__=None,
        )
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
        places, project = self.job["places"], self.job["project"]
        self.border = Border(places, self.folder, project, self.note)
        for number, (first, last) in enumerate(self.job["cells"]):
            if not self.forked():
                self.note(began=number)
            facts = self.section([s for s in tree.body if first <= s.lineno <= last])
            if self.forked():
                continue  # a fork runs on to the end of the program, as in plain Python
            self.note(ended=number, **facts)
            signs = ("failure", "shows", "stderr", "large_figure")
            too_much = facts["printed"] > self.job["output"]
            if too_much or self.border.refused or any(facts[sign] for sign in signs):
                break
        if self.forked():
            return
        values = Values(vars(self.main), tree, self.job["value"])
        modules = {name.partition(".")[0] for name in set(sys.modules) - self.before}
        self.note(
            values=values.kept, too_large=values.too_large, modules=sorted(modules)
        )

    def forked(self) -> bool:
        """Whether this is a fork of the process that was started."""
        return os.getpid() != self.pid

    def section(self, body: list[ast.stmt]) -> dict[str, Any]:
        """Runs the statements of one section; what it left behind."""
        failure, shown, drawn, large = None, None, [], False
        last = body[-1] if body and isinstance(body[-1], ast.Expr) else None
        try:
            self._execute(ast.Module(body[:-1] if last else body, []), "exec")
            if last:  # a notebook would show its value, a program does not
                shown = self._execute(ast.Expression(last.value), "eval")
            drawn = figures(self.job["figure"])
        except TooLargeError:
            large = True
        except BaseException as error:  # SystemExit too ends a program
            if self.forked():
                raise
            failure = self._failure(error)
        for name in ("stdout", "stderr"):
            with suppress(Exception):  # the program may have put anything there
                getattr(sys, name).flush()
        self.libc.fflush(None)
        said = START_UP.sub(b"", Path(self.job["stderr"]).read_bytes())
        return {
            "printed": Path(self.job["stdout"]).stat().st_size,
            "stderr": said.decode(errors="replace"),
            "figures": drawn,
            "large_figure": large,
            "failure": failure,
            "shows": shown is not None,
        }

    def _execute(self, tree: ast.Module | ast.Expression, mode: str) -> Any:
        code = compile(tree, self.program, mode, flags=self.flags, dont_inherit=True)
        return eval(code, vars(self.main))

    def _failure(self, error: BaseException) -> dict[str, Any]:
        """What Python says of `error`, told by the lines of the program and its modules."""
        self.border.closed = False  # what follows is not the program's
        self._keep_own(error, set())
        own = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in own if frame.filename == self.program]
        code = getattr(error, "code", None)
        said = "" if code is None or isinstance(code, int) else str(code)
        if not isinstance(error, SystemExit):
            with redirect_stderr(io.StringIO()) as text:
                sys.__excepthook__(type(error), error, error.__traceback__)
            said = text.getvalue()
        return {
            "kind": type(error).__name__,
            "text": said.rstrip("\n"),
            "line": lines[-1] if lines else None,
            "undeclared": self._undeclared(error),
        }

    def _keep_own(self, error: BaseException, seen: set[int]) -> None:
        """Takes the frames of others out of the traceback of `error`, and of those that it tells of."""
        if id(error) in seen:
            return
        seen.add(id(error))
        entries = []
        entry = error.__traceback__
        while entry:
            entries.append(entry)
            entry = entry.tb_next
        kept = None
        for entry in reversed(entries):
            if _within(entry.tb_frame.f_code.co_filename, self.folder):
                place = entry.tb_frame, entry.tb_lasti, entry.tb_lineno
                kept = types.TracebackType(kept, *place)
        error.__traceback__ = kept
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
            said = str(error)[:1000]
            for folder, _, names in os.walk(self.border.project):
                paths = [os.path.join(folder, name) for name in names]
                below = [os.path.relpath(path, self.border.project) for path in paths]
                candidates += [path for path in below if path in said]
        for path in candidates:
            with suppress(OSError, ValueError):
                real = os.path.realpath(os.path.join(self.folder, path))
                if name := self.border.undeclared(real):
                    return name
        return ""


if __name__ == "__main__":
    Run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).go()
