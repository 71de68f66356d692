"""What tries the tests: which changes it makes, which it draws, and that the breaks of once are noticed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Aloud
from mutants import (
    ARGUED,
    FEWEST,
    GROUPS,
    Trace,
    all_mutants,
    argued,
    group_of,
    sample,
)
from mutators import Mutant, mutants

CHANGES = {
    "x = a == b": ["x = (a != b)"],
    "x = a < b <= c": ["x = (a < b < c)", "x = (a <= b <= c)"],
    "x = a in b": ["x = (a not in b)"],
    "x = a is None": ["x = (a is not None)"],
    "x = a and b": ["x = (a or b)"],
    "x = not a": ["x = (a)"],
    "x = -a": ["x = (a)"],
    "x = a + b": ["x = (a - b)"],
    "x = a // b": ["x = (a / b)"],
    "x = True": ["x = False"],
    "x = 3": ["x = 4"],
    "x = 'é'": ["x = 'XXéXX'"],
    "x = b'a'": ["x = b'XXa'"],
    "x = f'{a + 1}'": ["x = 'XX'"],
    "x = a if b else c": ["x = a if (not (b)) else c"],
    "x = [a for a in b if a.c]": ["x = [a for a in b if (not (a.c))]"],
    "if a:\n    b()": ["if (not (a)):\n    b()", "if a:\n    pass"],
    "while a():\n    break": [
        "while (not (a())):\n    break",
        "while a():\n    continue",
    ],
    "def f():\n    return a": ["def f():\n    return None"],
    "def f(a=1):\n    raise a": ["def f(a=2):\n    raise a", "def f(a=1):\n    pass"],
    "a += b": ["a = b"],
    "é = 'ü'; x = 1": ["é = 'XXüXX'; x = 1", "é = 'ü'; x = 2"],
    # Words for people, types and imports are no mutants
    '"""Says."""': [],
    "def f() -> 'int':\n    'Says.'\n    return None": [],
    "x: 'int'": [],
    "from a import b": [],
    "problem = f'{a} is no b'": [],
    "if TYPE_CHECKING:\n    x = 1": [],
    "say('Wait')": [],
    "place.fail('No.', f'{a + 1}')": ["pass"],
    "raise ValueError('No.')": ["pass"],
}


@pytest.mark.parametrize("text", CHANGES)
def test_each_change_by_itself(text: str) -> None:
    assert [one.apply(text) for one in mutants("a.py", text)] == CHANGES[text]


def test_a_change_knows_where_it_stands() -> None:
    text = "A = 1\n\n\nclass B:\n    C = 2\n\n    def d(self, e=3):\n        if (\n            e\n        ):\n            return 4\n"
    found = {one.old: one for one in mutants("a.py", text)}
    assert [(found[n].within, found[n].imported) for n in ("1", "2", "3", "4")] == [
        *(("", True), ("B", True), ("B", True), ("B.d", False))
    ]
    assert (found["e"].lines, found["4"].lines) == ((8, 10), (11, 11))


@pytest.fixture(scope="module")
def found() -> dict[str, list[Mutant]]:
    return all_mutants(ROOT)


def test_every_change_of_the_build_code_can_be_read(
    found: dict[str, list[Mutant]],
) -> None:
    """And differs from what stands there, and has a name of its own; one in forty is looked at."""
    for each in found.values():
        assert len({one.name for one in each}) == len(each)
        for one in each[::40]:
            text = (ROOT / "overrides/hooks" / one.file).read_text(encoding="utf-8")
            assert text[one.start : one.end] == one.old
            assert ast.dump(ast.parse(one.apply(text))) != ast.dump(ast.parse(text))


def test_a_sample_is_of_all_rooms_and_the_same_each_time(
    found: dict[str, list[Mutant]],
) -> None:
    drawn = sample(found, 300, 18)
    assert len(drawn) == 300 == len({*drawn})
    assert drawn == sample(found, 300, 18) != sample(found, 300, 19)
    groups = [group_of(one.file) for one in drawn]
    assert {*groups} == {*found} >= {*GROUPS, "runner", "drawing", "chapters", "copies", "publish", "above the rooms"}  # fmt: skip
    assert min(map(groups.count, {*groups})) >= FEWEST


def test_an_edit_draws_no_others() -> None:
    text = "def f():\n    return a == 1\n\n\ndef g():\n    return b < 2\n"
    one, other = (
        {"x": mutants("a.py", text)},
        {"x": mutants("a.py", f"# More\n\n{text}")},
    )
    names = [[m.name for m in sample(found, 3, 1)] for found in (one, other)]
    assert names[0] == names[1] and len(names[0]) == 3


def test_who_is_asked() -> None:
    """Who runs the statement; of what runs on import, who runs anything of the file; who has old records is not asked of the runner."""
    seconds, text = (
        {"fixtures": [], "seconds": 1.0},
        "A = 1\n\n\ndef f():\n    return A\n",
    )
    known = Trace(
        {
            "t.py::slow": {**seconds, "seconds": 2.0, "lines": [["a.py", 5]]},
            "t.py::quick": {**seconds, "lines": [["a.py", 5], ["b.py", 1]]},
            "t.py::other": {**seconds, "lines": [["a.py", 4], ["b.py", 5]]},
            "t.py::long": {**seconds, "seconds": 99.0, "lines": [["a.py", 5]]},
            "t.py::old": {**seconds, "fixtures": ["::records"], "lines": [["runner/a.py", 5]]},
            "t.py::process": {**seconds, "lines": [["runner/a.py", 0]]},
        }
    )  # fmt: skip
    top, inside = mutants("a.py", text)
    assert known.asked(inside) == ["t.py::quick", "t.py::slow"]
    assert known.asked(top) == ["t.py::quick", "t.py::other", "t.py::slow"]
    assert known.asked(mutants("runner/a.py", text)[1]) == ["t.py::process"]
    assert known.asked(mutants("c.py", text)[1]) == []


def test_every_survivor_that_may_live_is_still_there_and_says_why(
    found: dict[str, list[Mutant]],
) -> None:
    names = {one.name for each in found.values() for one in each}
    assert {*argued()} <= names
    said = yaml.safe_load(ARGUED.read_text(encoding="utf-8")) or {}
    for survivors in said.values():
        assert all(len(one["because"]) > 20 for one in survivors)


def test_every_break_is_noticed(aloud: Aloud) -> None:
    """Each of breaks.yml, by the test that is named there."""
    with aloud():
        result = subprocess.run(
            [sys.executable, ROOT / "tests/mutants.py", "--breaks"],
            capture_output=True,
            text=True,
            cwd=Path.cwd(),
        )
    assert result.returncode == 0, result.stdout + result.stderr
