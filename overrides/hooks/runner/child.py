"""The process that runs one snippet, section by section, as plain `python snippets/x.py` would.

watch.py starts it as a program of its own, in the snippet's closed folder, with the path of a job (JSON). What the program
writes goes where the operating system sends it; after each section this process notes how far that was and saves the
figures. It imports the standard library and nothing else.
"""

from __future__ import annotations
import __future__

import ast
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
from contextlib import suppress
from pathlib import Path
from typing import Any

LONGEST_WORD = 40  # letters
LONGEST_NUMBER = 4000  # bits of an integer
ANNOTATIONS = __future__.annotations.compiler_flag  # the one future that is a choice
# What TensorFlow's C++ says on stderr before any setting of its own holds.
START_UP = re.compile(
    rb"^(?:WARNING: All log messages before absl::InitializeLog\(\) .*"
    rb"|[IW]0000 00:00:[\d.]+ +\d+ [\w.]+:\d+\] .*)\n",
    re.MULTILINE,
)
# The audit events that read or change a file, and which of their arguments name it.
READING = {
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
    """

    def __init__(self, places: dict[str, str], folder: str, project: str) -> None:
        found = {os.path.realpath(path): "r" for path in sys.path[1:]}
        self.places = {**found, **places}
        self.folder, self.project = folder, project
        self.refusals: list[dict[str, Any]] = []
        self.closed = True
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        positions = READING.get(event) or CHANGING.get(event)
        if not positions or not self.closed:
            return
        changes = event in CHANGING or (event == "open" and arguments[2] & CHANGES)
        for path in (arguments[position] for position in positions):
            if path is None or isinstance(path, (str, bytes, os.PathLike)):
                self._check(os.fsdecode("." if path is None else path), bool(changes))

    def _check(self, path: str, changes: bool) -> None:
        real = os.path.realpath(path)
        may = self.places[max((p for p in self.places if _within(real, p)), key=len)]
        if changes:
            if may != "w" and "__pycache__" not in real:
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
        refusal = {"kind": kind, "path": path, "name": name, "file": place}
        self.refusals.append({**refusal, "line": line})
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
        limit: how many numbers one value may hold.
    """

    def __init__(self, names: dict[str, Any], limit: float) -> None:
        self.kept: dict[str, Any] = {}
        self.too_large: list[str] = []
        for name, value in sorted(names.items()):
            if name.startswith("_") or isinstance(value, (type, types.ModuleType)):
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

    def _plain(self, value: Any) -> Any:
        """`value` as JSON can hold it; None where it holds anything but numbers and words."""
        if isinstance(value, (list, tuple, range)):
            items = []
            for item in value:
                items.append(self._plain(item))
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
        return self._plain(value.tolist())


class Run:
    """One snippet's run, and the report that it writes of it, a line of JSON at a time."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.folder: str = job["folder"]
        self.program = os.path.join(self.folder, job["program"])
        self.report = Path(job["report"]).open("a", encoding="utf-8")  # noqa: SIM115  as long as the process
        self.main = types.ModuleType("__main__")
        self.main.__file__ = self.program
        sys.modules["__main__"] = self.main
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
        """Adds a line to the report."""
        self.report.write(json.dumps(facts) + "\n")
        self.report.flush()

    def go(self) -> None:
        """Runs the sections until one of them ends the program or has to be told of."""
        source = Path(self.program).read_bytes()
        tree = ast.parse(source, self.program)
        whole = compile(source, self.program, "exec", dont_inherit=True)
        self.flags = whole.co_flags & ANNOTATIONS
        self.main.__doc__ = ast.get_docstring(tree, clean=False)
        self.border = Border(self.job["places"], self.folder, self.job["project"])
        for number, (first, last) in enumerate(self.job["cells"]):
            self.note(began=number)
            facts = self.section([s for s in tree.body if first <= s.lineno <= last])
            self.note(ended=number, **facts)
            if facts["printed"] > self.job["output"] or any(
                facts[sign]
                for sign in ("failure", "refusals", "shows", "stderr", "large_figure")
            ):
                break
        values = Values(vars(self.main), self.job["value"])
        modules = {name.partition(".")[0] for name in set(sys.modules) - self.before}
        self.note(
            values=values.kept, too_large=values.too_large, modules=sorted(modules)
        )

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
            failure = self._failure(error)
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # the program may have put anything there
                stream.flush()
        self.libc.fflush(None)
        said = START_UP.sub(b"", Path(self.job["stderr"]).read_bytes())
        return {
            "printed": Path(self.job["stdout"]).stat().st_size,
            "stderr": said.decode(errors="replace"),
            "figures": drawn,
            "large_figure": large,
            "failure": failure,
            "refusals": self.border.refusals,
            "shows": shown is not None,
        }

    def _execute(self, tree: ast.Module | ast.Expression, mode: str) -> Any:
        code = compile(tree, self.program, mode, flags=self.flags, dont_inherit=True)
        return eval(code, vars(self.main))

    def _failure(self, error: BaseException) -> dict[str, Any]:
        """What Python says of `error`, told by the lines of the program and its modules."""
        self.border.closed = False  # the traceback's lines are ours to read
        report = traceback.TracebackException.from_exception(error)
        lines = [f.lineno for f in report.stack if f.filename == self.program]
        self._keep_own(report)
        text = "".join(report.format()).replace(self.folder, "snippets")
        return {
            "kind": type(error).__name__,
            "text": "" if isinstance(error, SystemExit) else text.rstrip("\n"),
            "line": lines[-1] if lines else None,
            "undeclared": next(
                filter(None, map(self._undeclared, _missing(error))), ""
            ),
        }

    def _undeclared(self, path: str) -> str:
        return self.border.undeclared(os.path.realpath(os.path.join(self.folder, path)))

    def _keep_own(self, report: traceback.TracebackException) -> None:
        own = [f for f in report.stack if _within(f.filename, self.folder)]
        report.stack = traceback.StackSummary.from_list(own)
        others = getattr(report, "exceptions", None) or []  # of a group
        for inner in (report.__cause__, report.__context__, *others):
            if inner:
                self._keep_own(inner)


def _missing(error: BaseException) -> list[str]:
    """What an error may be about that is not there: a module, or a path that it names or speaks of."""
    if isinstance(error, ModuleNotFoundError):
        return [(error.name or "").replace(".", os.sep) + ".py"]
    spoken: list[str] = []
    with suppress(Exception):
        spoken = re.findall(r"[\w./-]*\w[./][\w./-]*\w", str(error))
    named = getattr(error, "filename", None)
    return [named, *spoken] if isinstance(named, str) else spoken


if __name__ == "__main__":
    Run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).go()
