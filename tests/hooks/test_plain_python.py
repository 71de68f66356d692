"""A run is plain Python's: what the process wrote, in its order, and Python's own words where it fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from one_program import OneProgram, printed
from patience import PATIENCE, happens

SUGGESTS = """# --8<-- [start:a]
# raises: NameError
weights = 1
print(weight)
# --8<-- [end:a]"""
RAISES = """# --8<-- [start:a]
# raises: RuntimeError
import json


def read(text):
    return json.loads(text)


try:
    read("{")
except ValueError as error:
    raise RuntimeError("no") from error
# --8<-- [end:a]"""


@pytest.fixture
def program(tmp_path: Path) -> OneProgram:
    return OneProgram(tmp_path / "project")


PRINTING: dict[str, tuple[str | bytes, str]] = {
    "os.write": ('import os\nprint("a", end="")\nn = os.write(1, b"b")\nprint("c")', "abc\n"),
    "children": (
        'import subprocess, sys\nprint("a")\ndone = subprocess.run(["echo", "b"])\n'
        'done = subprocess.run([sys.executable, "-c", "print(7)"])\nprint("c")',
        "a\nb\n7\nc\n",
    ),
    "C": ('import ctypes\nprint("a")\nn = ctypes.CDLL(None).puts(b"b")\nprint("c")', "a\nb\nc\n"),
    "a fork": ('import os\nprint("a")\nif os.fork() == 0:\n    print("b")\n    os._exit(0)\nn = os.wait()\nprint("c")', "a\nb\nc\n"),
    "at exit": ('import atexit\nf = atexit.register(print, "bye")\nprint("hi")', "hi\nbye\n"),
    "a thread": (
        'import threading, time\nthreading.Timer(0.2, print, ["late"]).start()\nprint("hi")',
        "hi\nlate\n",
    ),
    "nothing to read": ("import sys\nprint(repr(sys.stdin.read()))", "''\n"),
    "main": ("if __name__ == '__main__':\n    print(__name__, __file__[-4:], __doc__)", "__main__ x.py It is tried.\n"),
    "spawned": (
        "import multiprocessing\n\n\ndef square(x):\n    return x * x\n\n\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(2) as pool:\n        print(pool.map(square, [2, 3]))",
        "[4, 9]\n",
    ),
    "another encoding's line ends": (b'"""x"""\r\nprint("a")\r\nprint("b")\r\n', "a\nb\n"),
    "a fork that runs on": ("import os\nprint('a')\npid = os.fork()\nif pid:\n    n = os.wait()\nprint('b')", "a\nb\nb\n"),
    "a fork that exits": ("import os, sys\nif os.fork() == 0:\n    print('b')\n    sys.exit()\nn = os.wait()\nprint('c')", "b\nc\n"),
    "all warnings": ("import warnings\nwarnings.simplefilter('error')\nprint('a')", "a\n"),
    "the built-in names": ("print(len(dir(__builtins__)) > 100)", "True\n"),
    "its own path": ("import os\nprint(__file__, os.path.basename(os.getcwd()))", "snippets/x.py x\n"),
    "a message of logging": (
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout)\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n"
        "    logging.exception('oh')",
        'ERROR:root:oh\nTraceback (most recent call last):\n  File "snippets/x.py", line 5, in <module>\n    1 / 0\n'
        "    ~~^~~\nZeroDivisionError: division by zero\n",
    ),
    "no stdout of its own": ("import sys\nprint('a')\ndel sys.stdout", "a\n"),
    "a mark at the start": (b'\xef\xbb\xbf"""x"""\nprint("a")\n', "a\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", PRINTING)
def test_all_that_the_process_wrote(program: OneProgram, case: str) -> None:
    body, expected = PRINTING[case]
    assert printed(program.run(body)) == expected


def test_each_section_has_its_own_output_and_the_future_of_the_file(
    program: OneProgram,
) -> None:
    body = (
        "from __future__ import annotations\n# --8<-- [start:a]\ndef f(x: Nobody): ...\n\n\nprint(f.__annotations__)\n"
        "# --8<-- [end:a]\n# --8<-- [start:b]\nprint('b')\n# --8<-- [end:b]"
    )
    record = program.run(body)
    assert record.text("a") == "{'x': 'Nobody'}\n"
    assert record.text("b") == "b\n"


@pytest.mark.parametrize("body", [RAISES, SUGGESTS])
def test_a_traceback_is_python_s_own(program: OneProgram, body: str) -> None:
    """The same text as that of `python snippets/x.py`, told by the lines of the program."""
    record = program.run(body)
    path = program.root / "snippets/x.py"
    plain = subprocess.run([sys.executable, path], capture_output=True, text=True)
    lines = plain.stderr.replace(str(path.parent), "snippets").split("\n")
    own, kept = [], True
    for line in lines:
        if line.startswith('  File "'):
            kept = line.startswith('  File "snippets/')
        elif not line.startswith("    "):
            kept = True
        own += [line] * kept
    assert record.text("a") == "\n".join(own)
    assert 'File "snippets/x.py", line ' in record.text("a")


def test_a_failing_section_leaves_its_values(program: OneProgram) -> None:
    body = "# --8<-- [start:a]\n# raises: ZeroDivisionError\nx = 3\n1 / 0\n# --8<-- [end:a]"
    assert program.run(body).values == {"x": 3}


FAILURES: dict[str, tuple[str | bytes, str]] = {
    "exit": ("print('a')\nexit()", "x.py:3: the program raised SystemExit"),
    "leaves at once": ("import os\nos._exit(0)", "the program ended its process (status 0)"),
    "leaves at its end": ("import atexit, os\nf = atexit.register(os._exit, 3)", "ended its process (status 3)"),
    "a crash": ("import ctypes\nctypes.string_at(0)", "ended its process (SIGSEGV)"),
    "an error line of a child": ("import subprocess\nn = subprocess.call('echo oh >&2', shell=True)", "wrote to stderr"),
    "an error line at exit": ("import atexit, sys\nf = atexit.register(sys.stderr.write, 'oh')", "wrote to stderr"),
    "a warning": ("import warnings\nwarnings.warn('oh')", "    snippets/x.py:3: UserWarning: oh"),
    "asks": ("input()", "raised EOFError"),
    "escape": ("print('\\x1b[1m')", "printed '\\x1b'"),
    "bell": ("print('\\a')", "printed '\\x07'"),
    "null": ("print('a\\0b')", "    a\\x00b"),
    "form feed": ("print('\\f')", "printed '\\x0c'"),
    "return": ("print('a\\rb')", "printed '\\r'"),
    "not UTF-8": ("import os\nn = os.write(1, b'\\xe9')", "x.py:2: the program printed"),
    "NaN": ("print('loss nan')", "printed 'nan'"),
    "NaN of JSON": ("import json\nprint(json.dumps([float('nan')]))", "printed 'NaN'"),
    "a value": ("x=float('inf')", "x.py:2: the value 'x' is or holds a NaN"),
    "no memory": ("raise MemoryError", "free some, by closing other programs"),
    "a path of the run": ("import tempfile\nprint(tempfile.gettempdir())", "print no path of a temporary file"),
    "escape in an error": ("# --8<-- [start:a]\n# raises: ValueError\nraise ValueError('\\x1b')\n# --8<-- [end:a]", "printed '\\x1b'"),
    "what is left of an error": ("import os, sys\nn = sys.stderr.write('oh no')\nos._exit(3)", "    oh no"),
    "an open bracket": ("print((1", "x.py:2: this is not Python: '(' was never closed"),
    "an open string": ('x = """a', "this is not Python: unterminated triple-quoted string"),
    "a dedent": ("if 1:\n    if 1:\n        x = 1\n   y = 2", "x.py:5: this is not Python"),
    "only a comment": (b'"""x"""\n# c\n', "no code stands below the docstring"),
    "another coding": (b'# coding: latin-1\n"""x"""\nx = 1\n', "the file says that it is in iso-8859-1"),
    "an error of 10 MB": ("assert False, '0123456789abcdef' * 650_000", "raised AssertionError"),
    "a warning about what called it": ("import warnings\nwarnings.warn('oh', stacklevel=2)", "UserWarning: oh"),
    "what is not installed": ("import no_such_package", "add it to pyproject.toml"),
    "another line end": ("x = 'a\u2028b'", "x.py:2: the character \\u2028 ends a line for other programs"),
    "form feed in the file": ("x = 1\n\fy = 2", "x.py:3: the character \\x0c"),
    "not UTF-8 itself": (b'"""x"""\nx = "\xe9"\n', "x.py:2: this is not UTF-8"),
    "null in the file": (b'"""x"""\nx = 1\0\n', "this is not Python"),
    "outside a function": ("return 1", "x.py:2: this is not Python: 'return' outside function"),
    "only a docstring": ("", "no code stands below the docstring"),
    "beside the docstring": (b'"""x"""; x = 1\ny = 2\n', "x.py:1: a statement stands on the line of the docstring"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAILURES)
def test_what_is_no_output(program: OneProgram, case: str) -> None:
    body, expected = FAILURES[case]
    assert expected in program.fails(body)


def test_what_is_imported_is_no_value(program: OneProgram) -> None:
    record = program.run("from math import inf, pi\nfrom decimal import *\nx = pi")
    assert list(record.values) == ["x"]


def test_lists_in_lists_without_end(program: OneProgram) -> None:
    record = program.run("x = 1\nfor n in range(900):\n    x = [x]")
    assert record.values == {"n": 899}
    assert record.too_large == ["x"]


def test_a_name_is_no_nan(program: OneProgram) -> None:
    assert printed(program.run("print('Nan Inf')\nword = 'inf'")) == "Nan Inf\n"


def test_nothing_outlives_a_run(program: OneProgram) -> None:
    """Whatever group, session, parent or environment it moved to."""
    body = f"""# --8<-- [start:a]
import os, subprocess

ids = [subprocess.Popen(["setsid", "sleep", "600"], env={{}}).pid]
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if (child := os.fork()) == 0:
        os.execve({shutil.which("sleep")!r}, ["sleep", "600"], {{}})
    os.write(write, str(child).encode())
    os._exit(0)
n = os.wait()
ids.append(int(os.read(read, 9)))
# --8<-- [end:a]"""
    ids = program.run(body).values["ids"]
    assert len(ids) == 2
    for one in ids:
        with pytest.raises(ProcessLookupError):
            os.kill(one, 0)


def build_of(program: OneProgram) -> subprocess.Popen[str]:
    """A build that runs a sleeping program, once it sleeps; its temporary files lie in `tmp`."""
    program.write(
        {
            "x.py": '"""x"""\nimport os, subprocess, time\n\nchild = subprocess.Popen(["setsid", "sleep", "600"])\nprint(os.getpid())\ntime.sleep(600)\n'
        }
    )
    scratch = program.root / "tmp"
    scratch.mkdir()
    hooks = Path(__file__).parents[2] / "overrides/hooks"
    code = (  # nohup, and the background of a shell, have some signals ignored
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL); signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"import sys; sys.path.insert(0, {str(hooks)!r})\nfrom pathlib import Path\nfrom records import ensure_records\n"
        "ensure_records(Path.cwd(), Path.cwd() / '.cache/records')"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=program.root,
        env={**os.environ, "TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert happens(lambda: bool(pid_of_run(program)))
    return build


def running(pid: int) -> bool:
    """Whether a process lives; one that ended and that nobody waited for does not."""
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def pid_of_run(program: OneProgram) -> str:
    texts = [path.read_text() for path in program.root.glob("tmp/run-*/stdout")]
    return "".join(texts).strip()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_the_end_of_the_build_ends_the_run(program: OneProgram, name: str) -> None:
    """In whatever way it ends, nothing goes on and nothing stays behind."""
    build = build_of(program)
    pid = int(pid_of_run(program))
    build.send_signal(signal.Signals[name])
    build.communicate(timeout=PATIENCE)
    assert happens(lambda: not list((program.root / "tmp").iterdir()))
    assert happens(lambda: not running(pid))


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_the_end_of_the_watcher_ends_the_run(program: OneProgram, name: str) -> None:
    build = build_of(program)
    pid = int(pid_of_run(program))
    (watcher,) = psutil.Process(build.pid).children()
    assert happens(lambda: len(watcher.children(recursive=True)) == 2)
    pids = [process.pid for process in watcher.children(recursive=True)]
    watcher.send_signal(signal.Signals[name])
    _, error = build.communicate(timeout=PATIENCE)
    assert build.returncode == 1
    assert "the process that watches the run was ended" in error
    assert pid in pids
    assert happens(lambda: not any(map(running, pids)))
    assert not list((program.root / "tmp").iterdir())


def test_a_busy_machine_looks_long_for_its_fonts(program: OneProgram) -> None:
    """Matplotlib then says so on stderr, once; what else is said there is still refused."""
    said = "Matplotlib is building the font cache; this may take a moment."
    body = f'import sys\n\nprint("{said}", file=sys.stderr)\nprint("drawn")\n'
    assert printed(program.run(body)) == "drawn\n"
    assert "wrote to stderr" in program.fails(body.replace("moment.", "year."))
