"""What a run may take: processor time, the clock, memory, output, figures, values; each has a default and can be set."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Project
from one_program import OneProgram, printed

BUSY = "while True:\n    pass"


@pytest.fixture
def program(tmp_path: Path) -> OneProgram:
    return OneProgram(tmp_path / "project")


REACHED = {
    "time": (
        f"# time limit: 0.5 s\n{BUSY}",
        ["had used its 0.5 s of processor time", "'# time limit: 1 s'", "LIMITS=3"],
    ),
    "time of children": (
        "# time limit: 0.5 s\nimport subprocess, sys\n"
        "n = subprocess.run([sys.executable, '-c', 'while True: pass'], start_new_session=True)",
        ["had used its 0.5 s of processor time"],
    ),
    "time of those left alone": (
        "# time limit: 0.5 s\nimport os, time\nif os.fork() == 0:\n    os.setsid()\n"
        "    if os.fork():\n        os._exit(0)\n    while True:\n        pass\nn = os.wait()\ntime.sleep(600)",
        ["had used its 0.5 s of processor time"],
    ),
    "time of many that end": (
        "# time limit: 0.5 s\nimport subprocess, sys\nwhile True:\n"
        "    n = subprocess.run([sys.executable, '-c', 'sum(range(10**5))'])",
        ["had used its 0.5 s of processor time"],
    ),
    "the clock": (
        "# time limit: 0.1 s\nimport time\ntime.sleep(600)",
        ["did not end within 1 s of the clock", "0 s of processor time", "wait until the machine is less busy"],
    ),
    "memory": (
        "# memory limit: 200 MB\nimport time\nx = bytearray(10**9)\nx[:] = b'1' * 10**9\ntime.sleep(600)",
        ["held more than 0.2 GB of memory", "'# memory limit: 0.4 GB'", "LIMITS=3"],
    ),
    "output": (
        'print("x" * 200_000)',
        ["printed more than 100 kB", "'# output limit: 200 kB'"],
    ),
    "much output": (
        'while True:\n    print("x" * 1_000_000)',
        ["printed more than 100 kB"],
    ),
    "output of children": (
        "import subprocess\nn = subprocess.run(['yes'])",
        ["printed more than 100 kB"],
    ),
    "errors": (
        "import sys\nwhile True:\n    n = sys.stderr.write('oh no\\n')",
        ["wrote to stderr", "    oh no"],
    ),
    "a figure": (
        "import matplotlib.pyplot as plt\npoints = plt.scatter(range(10**6), range(10**6))",
        ["drew a figure of more than 1000 kB", "'# figure limit: 2000 kB'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REACHED)
def test_a_limit_ends_the_run_and_says_how_to_go_on(
    program: OneProgram, case: str
) -> None:
    body, expected = REACHED[case]
    error = program.fails(body)
    for words in expected:
        assert words in error
    for rewriting in ("shorter", "smaller", "rewrite"):
        assert rewriting not in error


def test_a_limit_that_is_set_holds(program: OneProgram) -> None:
    body = "# output limit: 300 kB\n# value limit: 3000 numbers\nprint('x' * 200_000)\nmany = list(range(2000))"
    record = program.run(body)
    assert len(printed(record)) == 200_001
    assert len(record.values["many"]) == 2000
    assert record.too_large == []


def test_one_variable_makes_all_limits_larger(
    program: OneProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "# time limit: 0.5 s\nx = sum(range(4 * 10**7))"
    assert "LIMITS=3" in program.fails(f"{body}\n{BUSY}")
    monkeypatch.setenv("LIMITS", "1000")
    assert program.run(body).values["x"] == sum(range(4 * 10**7))
    monkeypatch.setenv("LIMITS", "many")
    with pytest.raises(Exception, match="LIMITS: 'many' is no number above 0"):
        program.run(f"{body}\ny = 1")


def test_what_is_too_large_is_no_value_and_is_known_as_such(
    program: OneProgram,
) -> None:
    body = (
        "import numpy as np\nfield = np.zeros(10**6)\nitems = [[0.5] * 100] * 11\nnumber = 10**100_000\n"
        "word = 'w' * 41\nsmall = [[0.5] * 100] * 10\nobjects = [object()] * 10**6"
    )
    record = program.run(body)
    assert list(record.values) == ["small"]
    assert record.too_large == ["field", "items", "number", "word"]


def test_a_sentence_that_names_what_is_too_large(project: Project) -> None:
    project.replace("snippets/small.py", "size=5)", "size=2000)")
    project.replace(
        "docs/en/other.md",
        "# Other { #other }",
        "# Other { #other }\n\n{{ small:numbers[0] }}",
    )
    result = project.build()
    assert result.returncode != 0
    assert "'numbers' of small.py holds more than one value may" in result.stderr
    assert "'# value limit: 5000 numbers'" in result.stderr


SETTINGS = {
    "time limit: 2 minutes": "'2 minutes' is no time limit",
    "time limit: 0 s": "'0 s' is no time limit",
    "time limit:": "'' is no time limit",
    "memory limit: 8": "'8' is no memory limit",
    "output limit: 3 GB": "'3 GB' is no output limit",
    "figure limit: big": "'big' is no figure limit",
    "value limit: -3 numbers": "'-3 numbers' is no value limit",
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_that_cannot_be_read(program: OneProgram, setting: str) -> None:
    error = program.fails(f"x = 1\n# {setting}")
    kind = setting.partition(":")[0]
    assert error.startswith(f"snippets/x.py:3: {SETTINGS[setting]}.")
    assert f"write it as, say, '# {kind}: " in error


NEARLY = [
    "# Reads: a.txt",
    "# read: a.txt",
    "# time-limit: 3 s",
    "# time limit 3 s",
    "# Memory limit = 3 GB",
    "    # reads: a.txt",
    "y = 1  # reads: a.txt",
]


@pytest.mark.parametrize("line", NEARLY)
def test_what_nearly_sets_something_is_not_passed_over(
    program: OneProgram, line: str
) -> None:
    error = program.fails(f"x = 1\n{line}\nz = 1")
    assert error.startswith("snippets/x.py:3: '# ")
    assert "sets nothing" in error
    assert "at the start of a line of its own" in error


def test_a_setting_made_twice(program: OneProgram) -> None:
    error = program.fails("# time limit: 3 s\n# time limit: 4 s\nx = 1")
    assert error.startswith("snippets/x.py:3: the time limit is set a second time")


def test_a_setting_is_a_comment_and_no_string(program: OneProgram) -> None:
    assert (
        program.run('text = """\n# time limit: 1 minute\n"""\nx = 1').values["x"] == 1
    )


def test_a_busy_machine_fails_nothing(program: OneProgram) -> None:
    """Eight processes take the processors; a program whose limit the clock would have passed ends well."""
    burn = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(burn) for _ in range(8)]
    try:
        body = "# time limit: 2 s\nimport time\nstart = time.process_time()\nwhile time.process_time() - start < 1:\n    pass\nx = 1"
        assert program.run(body).values["x"] == 1
    finally:
        for other in others:
            other.kill()
            other.wait()
