"""What all tests share: the records of the real snippets, and a small project to break."""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from builds import build
from passed import note, passed_before
from records import ensure_records
from runner import Record
from runner.run import STEADY

# Before NumPy is imported, and for every program that a test starts: as many run at a time as there are processors, and
# several threads for each would hold each other up.
os.environ.update(
    {name: one for name, one in STEADY.items() if name.endswith("_THREADS")}
)

ROOT = Path(__file__).resolve().parents[1]
# What the Makefile has in the environment of its commands, whoever starts the tests.
EXPORTED = re.findall(r"(?m)^export (\w+) = (.*)$", (ROOT / "Makefile").read_text())
os.environ.update(EXPORTED)
SMALL = Path(__file__).parent / "small_project"
Aloud = Callable[[], AbstractContextManager[None]]
Say = Callable[[str], None]
Once = Callable[[str, Callable[[Path], None]], Path]


PASSED = (
    "it passed when its programs, the tests and all that is installed were the same"
)
# The fixtures whose tests --quick leaves out, with all of tests/browser.
SLOW = {"browser", "site", "built", "outcomes", "whole"}
# A build, runs of a third of the programs, and tests of broken copies, without such a fixture.
SLOW_TESTS = {
    "test_a_number_passes_few_hands",
    "test_two_cold_runs_give_the_same_bytes",
    "test_every_break_is_noticed",
}

# The files that take longest. Several processes begin with them, so that no long one is left at the end.
LONGEST = ["test_accessibility.py", "test_mutations.py", "test_runner.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "without browsers, whole builds and mutations"
    parser.addoption("--quick", action="store_true", help=words)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.getoption("quick"):
        left_out = {one for one in items if is_slow(one)}
        items[:] = [one for one in items if one not in left_out]
        config.hook.pytest_deselected(items=list(left_out))
    for one in filter(passed_before, items):
        one.add_marker(pytest.mark.skip(PASSED))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda one: one.path.name not in LONGEST)


def is_slow(item: pytest.Item) -> bool:
    """Whether a test needs a browser, a whole build or the mutations."""
    fixtures = set(getattr(item, "fixturenames", ()))
    named = item.name in SLOW_TESTS or item.path.parent.name == "browser"
    return named or bool(SLOW & fixtures)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.passed:
        note(item)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The seconds of each folder."""
    seconds: dict[str, float] = defaultdict(float)
    for report in itertools.chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            file = report.nodeid.partition("::")[0]
            seconds[file.rpartition("/")[0]] += report.duration
    parts = [f"{folder} {total:.0f}" for folder, total in sorted(seconds.items())]
    terminalreporter.write_line(
        f"Seconds of all processes together: {', '.join(parts)}"
    )


@pytest.fixture(scope="session")
def aloud(pytestconfig: pytest.Config) -> Aloud:
    """`with aloud():` shows what is written to stderr: how far it is with something that takes long."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    return capture.global_and_fixture_disabled  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def say(aloud: Aloud) -> Say:
    """Tells who waits what takes long."""

    def say(line: str) -> None:
        with aloud():
            print(f"\n{line}", file=sys.stderr, flush=True)

    return say


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """`once("site", make)` is a folder, filled by `make` in the first of the session's processes that asks for it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def once(name: str, make: Callable[[Path], None]) -> Path:
        folder, made = shared / f"once-{name}", shared / f"once-{name}.made"
        with alone(shared / f"once-{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)  # what a failure left
                folder.mkdir()
                make(folder)
                made.touch()
        return folder

    return once


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Waits until no other process is at the same."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def records(aloud: Aloud) -> dict[str, Record]:
    """The record of every snippet, run where it has none."""
    with aloud(), alone(ROOT / ".cache" / "records.lock"):
        return ensure_records(ROOT, ROOT / ".cache" / "records")


@pytest.fixture(scope="session")
def record(records: dict[str, Record]) -> Callable[[str], Record]:
    """`record("numpy_network")` is the record of that snippet."""
    return records.__getitem__


class Project:
    """A copy of the small project in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not say {old!r}"
        self.write(name, text.replace(old, new))

    def page(self, name: str) -> str:
        return (self.folder / "site" / name / "index.html").read_text(encoding="utf-8")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "mkdocs", *words]

    @property
    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def build(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What `make build` runs, in this project."""
        return build(self.folder, *words, env=self.environment)

    def cold(self, folder: Path) -> Project:
        """A copy in a new folder, without its site and all that builds remember but the records."""

        def left_out(where: str, names: list[str]) -> set[str]:
            left_out = {
                str(self.folder): {"site"},
                str(self.folder / ".cache"): set(names) - {"records"},
            }
            return left_out.get(where, set())

        shutil.copytree(self.folder, folder, ignore=left_out)
        return Project(folder)

    def records(self) -> dict[str, bytes]:
        """The bytes of every record on disk."""
        folder = self.folder / ".cache" / "records"
        return {
            str(f): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()
        }

    def published(self) -> dict[str, bytes]:
        """The bytes of every published file."""
        folder = self.folder / "site"
        return {
            str(f): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()
        }


def assemble(folder: Path) -> Project:
    """The small project, with the real hooks, theme and configuration around it."""
    shutil.copytree(SMALL, folder)
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "overrides", folder / "overrides", ignore=skip)
    for name in (
        "LICENSE",
        "mkdocs.zh.yml",
        "pyproject.toml",
        "requirements.txt",
        "snippets/matplotlibrc",
    ):
        shutil.copy(ROOT / name, folder / name)
    shared = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    project = Project(folder)
    project.write("mkdocs.yml", shared + "\n")
    return project


@pytest.fixture(scope="session")
def built(once: Once) -> Project:
    """The small project, built once; not to be changed."""

    def make(folder: Path) -> None:
        result = assemble(folder / "project").build()
        assert result.returncode == 0, result.stderr

    return Project(once("small", make) / "project")


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy of the built small project, to be changed at will."""
    shutil.copytree(built.folder, tmp_path / "project")
    return Project(tmp_path / "project")
