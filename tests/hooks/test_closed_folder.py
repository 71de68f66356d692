"""A run is closed: it sees its program, the modules that it imports and what it declares, and so does a reader."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from one_program import OneProgram, printed
from records import ensure_records
from runner import SourceError, packed

READS = """# reads: data/a b.csv
# reads: more
import sqlite3, subprocess
from pathlib import Path

from shared import adder
from shared.two import twice

here = Path(__file__).parent
print(open("data/a b.csv").read(), Path("data/a b.csv").exists(), Path("unread.txt").exists())
database = sqlite3.connect(here / "more/deep/x.db")
print(database.execute("select n from t").fetchall())
done = subprocess.run(["cat", here / "data/a b.csv"])
print(twice(adder.add(2, 3)), sorted(p.name for p in Path("more").iterdir()))"""
SHARED = {
    "shared/adder.py": "def add(a, b):\n    return a + b\n",
    "shared/two.py": "from .adder import add\n\n\ndef twice(a):\n    return add(a, a)\n",
}


@pytest.fixture
def program(tmp_path: Path) -> OneProgram:
    return OneProgram(tmp_path / "project")


@pytest.fixture
def reading(program: OneProgram) -> OneProgram:
    """With all that READS reads, and much that it does not."""
    import sqlite3

    program.write(
        {
            "data/a b.csv": "1,2",  # no line end
            "more/deep/x.db": "",
            "more/list.txt": "one\r\n",
            "more/.hidden": "no",
            "more/list.txt~": "no",
            "unread.txt": "no",
            ".env": "secret",
            **SHARED,
        }
    )
    with sqlite3.connect(program.root / "snippets/more/deep/x.db") as database:
        database.execute("create table t (n)")
        database.execute("insert into t values (7)")
    database.close()
    return program


SAID = "1,2 True False\n[(7,)]\n1,210 ['deep', 'list.txt']\n"


def test_a_run_sees_what_it_declares_whatever_reads_it(reading: OneProgram) -> None:
    record = reading.run(READS)
    assert printed(record) == SAID
    assert list(record.files) == [
        "data/a b.csv",
        "more/deep/x.db",
        "more/list.txt",
        "shared/adder.py",
        "shared/two.py",
        "x.py",
    ]


@pytest.mark.parametrize("folder", [".", "..", "snippets/more"])
def test_in_place_and_as_a_download_it_prints_the_same(
    reading: OneProgram, tmp_path: Path, folder: str
) -> None:
    record = reading.run(
        READS.replace('"data/a b.csv"', 'here / "data/a b.csv"').replace(
            'Path("more")', '(here / "more")'
        )
    )
    expected = printed(record)
    for name in ("more/.hidden", "more/list.txt~"):
        (reading.root / "snippets" / name).unlink()
    with zipfile.ZipFile(io.BytesIO(packed(record.files, "x"))) as download:
        assert sorted(download.namelist()) == [f"x/{name}" for name in record.files]
        download.extractall(tmp_path / "zip")
    for place in (reading.root / "snippets", tmp_path / "zip/x"):
        result = subprocess.run(
            [sys.executable, "-u", place / "x.py"],
            cwd=reading.root / folder,
            capture_output=True,
            text=True,
        )
        assert (result.stdout, result.stderr) == (expected, "")


def test_what_a_run_writes_stays_there(program: OneProgram) -> None:
    body = (
        "# reads: data.csv\nfrom pathlib import Path\nn = Path('data.csv').write_text('new')\n"
        "n = Path('out.txt').write_text(Path('data.csv').read_text())\nprint(Path('out.txt').read_text())"
    )
    record = program.run(body, {"data.csv": "old"})
    assert printed(record) == "new\n"
    assert record.files["data.csv"] == b"old"
    assert (program.root / "snippets/data.csv").read_text() == "old"
    assert not list(program.root.rglob("out.txt"))


def test_folders_of_its_own_may_have_any_name(program: OneProgram) -> None:
    """Also those of the project: what is removed through an open folder is the run's own."""
    body = (
        "import os, shutil, tempfile\nos.makedirs('work/data')\nshutil.rmtree('work')\n"
        "with tempfile.TemporaryDirectory() as folder:\n    os.makedirs(folder + '/docs')\nprint('ok')"
    )
    record = program.run(body, {"data/a.txt": "a", "../docs/a.txt": "a"})
    assert printed(record) == "ok\n"


def test_home_and_temporary_files_are_the_run_s_own(program: OneProgram) -> None:
    body = "import os, tempfile\nprint(os.listdir(os.path.expanduser('~')))\nwith tempfile.TemporaryFile() as f:\n    n = f.write(b'x')"
    assert printed(program.run(body)) == "[]\n"


DATA = {"data.csv": "1,2\n", "a b.csv": "1,2\n", "helper.py": "def f():\n    return 1\n", "deep/helper.py": "", "../docs/a.txt": "A"}  # fmt: skip
UNDECLARED = {
    "open": ('print(open("data.csv").read())', "'# reads: data.csv'"),
    "pathlib": ('from pathlib import Path\nx = (Path(__file__).parent / "data.csv").read_text()', "'# reads: data.csv'"),
    "a folder": ("import os\nx = os.listdir('deep')", "'# reads: deep'"),
    "SQLite": ('import sqlite3\nx = sqlite3.connect("data.csv")', "'# reads: data.csv'"),
    "NumPy": ('import numpy as np\nx = np.loadtxt("data.csv", delimiter=",")', "'# reads: data.csv'"),
    "from the project": ('x = open("snippets/data.csv")', "'# reads: data.csv'"),
    "a size": ('import os\nx = os.path.getsize("data.csv")', "'# reads: data.csv'"),
    "a module": ("import importlib\nx = importlib.import_module('helper')", "'# reads: helper.py'"),
    "of the docs": ('x = open("docs/a.txt")', "copy it below snippets/"),
    "NumPy and a blank": ('import numpy as np\nx = np.loadtxt("a b.csv", delimiter=",")', "'# reads: a b.csv'"),
    "a pattern": ('from pathlib import Path\nx = list(Path("deep").glob("*"))', "'# reads: deep'"),
    "a package": ("import importlib\nx = importlib.import_module('deep')", "'# reads: deep'"),
    "in a worker": (
        "import os\nif os.fork() == 0:\n    try:\n        open('data.csv')\n    except OSError:\n        pass\n    os._exit(0)\nn = os.wait()",
        "'# reads: data.csv'",
    ),
    "although it goes on": ('try:\n    open("data.csv")\nexcept OSError:\n    pass', "'# reads: data.csv'"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNDECLARED)
def test_what_the_project_has_must_be_declared(program: OneProgram, case: str) -> None:
    body, remedy = UNDECLARED[case]
    error = program.fails(body, DATA)
    assert "is in the project, but no line declares" in error
    assert remedy in error
    assert error.startswith("snippets/x.py:")


OUTSIDE = {
    "reads": "x = open({path!r}).read()",
    "lists": "import os\nx = os.listdir({folder!r})",
    "writes": "x = open({folder!r} + '/new', 'w')",
    "removes": "import os\nos.remove({path!r})",
    "moves": "import os\nos.rename({path!r}, 'mine')",
    "makes a folder": "import os\nos.makedirs({folder!r} + '/__pycache__made')",
    "links": "import os\nos.symlink({path!r}, 'mine')\nx = open('mine').read()",
    "goes there": "import os\nos.chdir({folder!r})\nx = open('secret.txt').read()",
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_nothing_outside_is_opened_by_python(
    program: OneProgram, tmp_path: Path, case: str
) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("secret")
    body = OUTSIDE[case].format(path=str(path), folder=str(tmp_path))
    error = program.fails(body)
    assert "which lies outside the folder of the run" in error
    assert f"x.py:{2 + body.count(chr(10))}:" in error
    assert path.read_text() == "secret"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["project", "secret.txt"]


DECLARATIONS = {
    "nothing.txt": "is not there",
    "": "names no file or folder below snippets/",
    "../docs/a.txt": "names no file or folder below snippets/",
    "/etc/passwd": "names no file or folder below snippets/",
    ".env": "is hidden",
    ".git/config": "is hidden",
    "out.txt": "leads out of snippets/",
    "to-env": "is hidden",
    "loop": "is not there",
    "empty": "holds no file",
    "pipe": "holds no file",
    "old.txt~": "is hidden",
    "holding": "is not there (its loop)",
    "a.txt, b.txt": "is not there",
}


@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_declaration_that_cannot_be(program: OneProgram, name: str) -> None:
    import os

    program.write({"../docs/a.txt": "A", ".env": "S", ".git/config": "S", "old.txt~": "S"})  # fmt: skip
    folder = program.root / "snippets"
    (folder / "out.txt").symlink_to(program.root / "docs/a.txt")
    (folder / "to-env").symlink_to(".env")
    (folder / "loop").symlink_to("loop")
    (folder / "empty").mkdir()
    (folder / "holding").mkdir()
    (folder / "holding/loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    error = program.fails(f"x = 1\n# reads: {name}")
    assert error.startswith(f"snippets/x.py:3: '{name}' {DECLARATIONS[name]}")


def test_a_program_is_no_link_to_elsewhere(program: OneProgram, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text('"""x"""\nx = 1\n')
    (program.root / "snippets/x.py").symlink_to(tmp_path / "other.py")
    with pytest.raises(SourceError, match="leads out of snippets/"):
        ensure_records(program.root, program.root / ".cache/records")


def test_a_module_declares_what_it_reads(program: OneProgram) -> None:
    module = "# reads: shared/words.txt\nfrom pathlib import Path\n\nwords = (Path(__file__).parent / 'words.txt').read_text()\n"
    record = program.run(
        "from shared import lists\nprint(lists.words)",
        {"shared/lists.py": module, "shared/words.txt": "a b"},
    )
    assert printed(record) == "a b\n"
    assert list(record.files) == ["shared/lists.py", "shared/words.txt", "x.py"]


def test_files_of_nobody_are_no_programs(program: OneProgram) -> None:
    program.write({name: "not Python (" for name in (".#x.py", "._y.py", "x.py~")})
    program.write({"x.py": '"""x"""\nx = 1\n'})
    assert list(ensure_records(program.root, program.root / ".cache/records")) == ["x"]


@pytest.mark.parametrize("name", ["numpy.py", "json.py", "yaml/__init__.py"])
def test_no_name_of_what_is_installed(program: OneProgram, name: str) -> None:
    error = program.fails("x = 1", {name: '"""x"""\ny = 1\n'})
    stem = name.partition("/")[0].removesuffix(".py")
    assert error.startswith(f"snippets/{name.partition('/')[0]}: '{stem}' is also")
    assert f"rename it, say to 'my_{stem}'" in error
