"""The build code stays small and in its rooms: what CONTRIBUTING.md promises of it is counted here.

Which room may import which is held by import-linter, in `make check`.
"""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from patience import PATIENCE

HOOKS = ROOT / "overrides" / "hooks"
ROOMS = ("runner", "records", "drawing", "chapters", "copies", "publish")
# The aim is 4,500 lines. 7,670 when the rooms were built; the cases of collaboration and their finder took 347 more,
# the effects of a lab with their intervals 118, what the search reads 69 (its two bent workers, in JavaScript, went),
# records in parts, on a cluster and taken from others 610; pages that are kept from build to build, programs that `serve`
# waits for, and a style sheet and references that are read once, 722; tables on phones, marks beside formulas, words of
# another language and the report of an error 193; a port that is held 16; Ctrl-C while programs run 4; programs that are
# read once for all processes 84; faults that were a traceback or a wrong page, told by file and line, and the one look at
# each finished page 554; what `serve` prints that nobody can use 5; compiled templates that are checked, and figures true at
# every scale, 47; the feed of changes, and when a page was changed and run, 137; what goes to another generator, and what a
# language that is not whole lends from another one, 641; errors that go to stderr, and a number that passes fewer hands, 30;
# the line of a forbidden address, however it is written, 8; a map that is left out, 2; a rebuild that reads each page once for
# all that is made of them, and removes the old site meanwhile, 17.
MOST_LINES, MOST_FILES, MOST_IN_A_ROOM, LONGEST_FUNCTION = 11281, 6, 10, 50
BENT = "What we bend, and until when"
MOST_BENT = 3
FILES = sorted(path.relative_to(HOOKS).as_posix() for path in HOOKS.rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef
DOCUMENTABLE = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((HOOKS / file).read_text(encoding="utf-8"))


def room(file: str) -> str:
    """The room of a file; "" for what stands above them."""
    return file.rpartition("/")[0].partition("/")[0]


def functions(module: ast.Module) -> Iterator[Function]:
    for node in ast.walk(module):
        if isinstance(node, Function):
            yield node


# Size


def test_the_build_code_is_small() -> None:
    """All Python outside snippets/ and tests/, empty lines and docstrings included."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    lines = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in listed.stdout.decode().splitlines()
        if not name.startswith(("snippets/", "tests/")) and (ROOT / name).is_file()
    }
    largest = sorted(lines, key=lambda name: -lines[name])[:8]
    assert sum(lines.values()) <= MOST_LINES, largest


def test_the_rooms_are_few_and_hold_few() -> None:
    above = [file for file in FILES if not room(file)]
    assert len(above) <= MOST_FILES, above
    assert {room(file) for file in FILES} - {""} == set(ROOMS)
    for name in ROOMS:
        held = [file for file in FILES if room(file) == name]
        counted = [f for f in held if not f.startswith("chapters/directives/")]
        assert len(counted) <= MOST_IN_A_ROOM, counted


@pytest.mark.parametrize("file", FILES)
def test_no_function_is_long(file: str) -> None:
    """From its `def` to its last line, docstring included."""
    long = {
        f.name: length
        for f in functions(tree(file))
        if (length := (f.end_lineno or f.lineno) - f.lineno + 1) > LONGEST_FUNCTION
    }
    assert not long


def test_a_number_passes_few_hands() -> None:
    command = [sys.executable, str(ROOT / "tests/trace_number.py")]
    traced = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert traced.returncode == 0, traced.stdout + traced.stderr


# Rooms, where import-linter cannot look


def imported(file: str) -> Iterator[tuple[str, list[str]]]:
    """The modules that a file imports, each with the names that it takes from it."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", [alias.name for alias in node.names]


@pytest.mark.parametrize("file", [file for file in FILES if room(file)])
def test_a_room_knows_nothing_of_what_stands_above(file: str) -> None:
    above = {Path(other).stem for other in FILES if not room(other)}
    for module, _ in imported(file):
        assert module.partition(".")[0] not in above | {"mkdocs", "material"}, module


@pytest.mark.parametrize("file", [file for file in FILES if room(file) == "publish"])
def test_publish_takes_only_errors_of_the_runner(file: str) -> None:
    """Finished pages are strings and files to it."""
    errors = ast.parse((HOOKS / "runner/errors.py").read_text(encoding="utf-8"))
    known = {n.name for n in errors.body if isinstance(n, Function | ast.ClassDef)}
    known |= {"remembered"}  # files that take time to make
    for module, names in imported(file):
        if module.partition(".")[0] == "runner":
            assert module in {"runner", "runner.errors"}
            assert set(names) <= known


# State: a module holds only what stays as it is


def module_level(module: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    """What the top level of a module binds to a name, other than by def, class and import."""
    for node in module.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from (
                    (name.id, node.value)
                    for name in ast.walk(target)
                    if isinstance(name, ast.Name)
                )
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            assert isinstance(node.target, ast.Name)
            yield node.target.id, node.value


FILLED_LATER = re.compile(r"\[\]|\{\}|(list|dict|set|deque|Counter|OrderedDict)\(\)|defaultdict\(\w*\)")  # fmt: skip


def is_state(file: str, name: str, value: ast.expr | None) -> bool:
    """Constants are in capitals and hold something, types begin with a capital; a logger and the events of MkDocs are neither."""
    if name in {"log", "__all__"} or (file == "events.py" and name.startswith("on_")):
        return False
    empty = value is not None and FILLED_LATER.fullmatch(ast.unparse(value))
    return bool(empty) or not name.lstrip("_")[0].isupper()


CHANGING = {"append", "add", "extend", "insert", "update", "setdefault", "pop", "popitem", "remove", "discard", "clear"}  # fmt: skip


def changes(module: ast.Module) -> Iterator[str]:
    """The names of what a module changes in place, as `X[0] = …`, `X.append(…)`, `del X[0]` or `X.y = …` do."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            changed = [node.func.value] if node.func.attr in CHANGING else []
        elif isinstance(node, ast.Assign | ast.Delete):
            parts = [p for t in node.targets for p in ast.walk(t)]
            holders = [p for p in parts if isinstance(p, ast.Subscript | ast.Attribute)]
            changed = [p.value for p in holders]
        elif isinstance(node, ast.AugAssign):
            changed = [node.target]
        else:
            continue
        yield from (part.id for part in changed if isinstance(part, ast.Name))


def test_only_events_hold_state() -> None:
    """One object, in events.py."""
    state = [
        f"{file}: {name}"
        for file in FILES
        for name, value in module_level(tree(file))
        if is_state(file, name, value)
    ]
    assert len(state) <= 1, state
    assert all(one.startswith("events.py: ") for one in state), state


@pytest.mark.parametrize("file", FILES)
def test_no_constant_is_changed(file: str) -> None:
    constants = {
        n for other in FILES for n, _ in module_level(tree(other)) if n.isupper()
    }
    assert not constants & set(changes(tree(file)))
    for node in ast.walk(tree(file)):
        assert not isinstance(node, ast.Global), f"global, line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "globals", f"globals(), line {node.lineno}"


@pytest.mark.parametrize("file", FILES)
def test_only_functions_of_their_arguments_are_remembered(file: str) -> None:
    """What is kept (functools.cache) changes no result: a function that gives nothing would only be kept from acting twice."""
    for function in functions(tree(file)):
        decorators = " ".join(ast.unparse(one) for one in function.decorator_list)
        if re.search(r"\b(lru_)?cache\b", decorators):
            assert function.returns is not None, function.name
            assert ast.unparse(function.returns) != "None", function.name


# Docstrings


def public(module: ast.Module) -> Iterator[Function | ast.ClassDef]:
    """The classes and functions of a module, and the methods of those classes, that others may use."""
    classes = [n for n in module.body if isinstance(n, ast.ClassDef)]
    bodies = [c.body for c in classes if not c.name.startswith("_")]
    for node in itertools.chain(module.body, *bodies):
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("file", FILES)
def test_what_is_public_says_what_it_does(file: str) -> None:
    """A property says it by its name, an event of MkDocs in the documentation of MkDocs."""
    assert ast.get_docstring(tree(file)) or not tree(file).body, "the module"
    silent = [
        node.name
        for node in public(tree(file))
        if not ast.get_docstring(node)
        and not any("property" in ast.unparse(d) for d in node.decorator_list)
        and not (file == "events.py" and node.name.startswith("on_"))
    ]
    assert not silent


# Languages are data

HAN = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
    r"|\\u(?:2e[89a-f]|2f|[3-9][0-9a-f]|f[9a]|fe[34]|ff)[0-9a-f]"
    r"|\\U000[23][0-9a-f]{4}|CJK|IDEOGRAPH",
    re.IGNORECASE,
)


def languages() -> set[str]:
    """What mkdocs.yml calls its languages: their keys, names, locales and folders."""

    class Loader(yaml.SafeLoader):
        """Takes what MkDocs reads from the environment as it stands."""

    Loader.add_multi_constructor("!", lambda *_: None)
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    configured = yaml.load(text, Loader=Loader)["extra"]["languages"]
    names = {value for entry in configured.values() for value in entry.values()}
    return (names | set(configured)) - {"", "mkdocs.yml"}


def docstrings(module: ast.Module) -> set[int]:
    """The lines on which docstrings begin."""
    holders = [n for n in ast.walk(module) if isinstance(n, DOCUMENTABLE)]
    return {n.body[0].lineno for n in holders if ast.get_docstring(n, clean=False)}


@pytest.mark.parametrize("file", FILES)
def test_no_language_is_named(file: str) -> None:
    """No name of one, no range of its script, no tool that cuts its words."""
    told, named = docstrings(tree(file)), languages()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text, line = node.value, node.lineno
            assert text not in named, f"line {line}: {text}"
            assert line in told or not HAN.search(text), f"line {line}: {text}"
            assert "jieba" not in text, f"line {line}: {text}"
    assert "jieba" not in {module.partition(".")[0] for module, _ in imported(file)}


# What belongs to others


DOCUMENTED = {"sys._getframe"}
OURS = re.compile(r"(self|cls|type\(self\))\.\w+$")


def bends(file: str) -> Iterator[str]:
    """What a file takes of others that they keep for themselves: private names, functions put in place of theirs."""
    own = {function.name for function in functions(tree(file))}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr):
            if ast.unparse(node) not in DOCUMENTED and not OURS.match(
                ast.unparse(node)
            ):
                yield node.attr
        elif isinstance(node, ast.Assign):
            replaced = isinstance(node.value, ast.Lambda) or (
                isinstance(node.value, ast.Name) and node.value.id in own
            )
            for target in node.targets if replaced else ():
                if (
                    isinstance(target, ast.Attribute)
                    and ast.unparse(target.value) != "self"
                ):
                    yield target.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "setattr",
            "getattr",
        }:
            for name in node.args[1:2]:
                if isinstance(name, ast.Constant) and str(name.value).startswith("_"):
                    yield str(name.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\.min\.js", node.value)


def bent() -> list[str]:
    """The entries of CONTRIBUTING.md on what we bend."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition(f"## {BENT}\n")[2].partition("\n## ")[0]
    return [entry for entry in re.split(r"^- ", section, flags=re.MULTILINE)[1:]]


def test_what_we_bend_is_written_down() -> None:
    """At most three things, each with its file, its name and the day on which it goes."""
    entries = bent()
    assert len(entries) <= MOST_BENT
    for file in FILES:
        for name in set(bends(file)):
            assert any(f"`{file}`" in e and f"`{name}`" in e for e in entries), (
                f"{file}: {name}"
            )
    for entry in entries:
        assert re.search(r"\b\d{1,2} [A-Z][a-z]+ 20\d\d\b", entry), entry
        files = re.findall(r"`([\w/]+\.py)`", entry)
        names = set(re.findall(r"`([\w.\\/]+)`", entry))
        assert any(names & set(bends(f)) for f in files if f in FILES), "bent no more"
