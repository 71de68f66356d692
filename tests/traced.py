"""A plugin of pytest that notes which lines of the build code each test runs: `pytest -p traced`, TRACED names a folder.

A line that runs while a fixture of several tests is made counts for all tests that have the fixture; one that runs while
files are imported counts for none. A file that runs in a process of its own is known by how the process is started.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

HOOKS = str(Path.cwd() / "overrides/hooks") + os.sep
# What the command line of a process holds that runs such a file.
STARTED = {
    "watch.py": ["runner/watch.py", "runner/child.py"],
    "-m records": ["records/__main__.py"],
    "runpy.run_module": ["runner/__main__.py", "runner/watch.py", "runner/child.py"],
    "-m runner": ["runner/__main__.py", "runner/watch.py", "runner/child.py"],
}
Lines = set[tuple[str, int]]


class Tracer:
    """Who runs what; `now` is what the present test or fixture has run."""

    def __init__(self) -> None:
        self.now: Lines = set()
        self.names: dict[CodeType, str] = {}
        self.fixtures: dict[str, Lines] = defaultdict(set)
        self.tests: dict[str, dict[str, Any]] = {}

    def called(self, frame: FrameType, event: str, argument: object) -> Any:
        """The tracer of each call: that of lines where the call is one of the build code."""
        code = frame.f_code
        if code not in self.names:
            path = code.co_filename
            self.names[code] = path[len(HOOKS) :] if path.startswith(HOOKS) else ""
        return self.ran if self.names[code] else None

    def ran(self, frame: FrameType, event: str, argument: object) -> Any:
        """The tracer of lines."""
        self.now.add((self.names[frame.f_code], frame.f_lineno))
        return self.ran

    def begun(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Notes what a process runs that is started now."""
        if event == "subprocess.Popen":
            words = arguments[1]
            line = words if isinstance(words, str) else " ".join(map(str, words))
            for sign, files in STARTED.items():
                if sign in line:
                    self.now.update((file, 0) for file in files)

    def start(self) -> None:
        """From now on."""
        sys.addaudithook(self.begun)
        threading.settrace(self.called)
        sys.settrace(self.called)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, Any, Any]:
        """What a fixture of several tests runs is its own."""
        if fixturedef.scope == "function":
            return (yield)
        outer, self.now = self.now, self.fixtures[_name(fixturedef)]
        try:
            return (yield)
        finally:
            self.now = outer

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: object
    ) -> Generator[None, object, object]:
        """What a test runs."""
        self.now, before = set(), sum(os.times()[:4])
        sys.settrace(self.called)  # what a test of ours may have taken away
        result = yield
        info = getattr(item, "_fixtureinfo", None)
        used = info.name2fixturedefs if info else {}
        self.tests.setdefault(item.nodeid, {}).update(
            lines=self.now,
            fixtures=[_name(d) for each in used.values() for d in each],
            seconds=sum(os.times()[:4]) - before,  # of processor time
        )
        return result

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Whether a test passes at all."""
        kept = self.tests.setdefault(report.nodeid, {})
        kept["passed"] = kept.get("passed", True) and report.passed

    def pytest_sessionfinish(self) -> None:
        """Writes all of it down."""
        sys.settrace(None)
        told = {}
        for name, test in self.tests.items():
            if "lines" in test and test.get("passed"):
                lines: Lines = set().union(
                    test["lines"], *(self.fixtures.get(f, ()) for f in test["fixtures"])
                )
                told[name] = {**test, "lines": sorted(lines)}
        failed = [n for n, t in self.tests.items() if not t.get("passed", True)]
        file = Path(os.environ["TRACED"], f"{os.getpid()}.json")
        file.write_text(json.dumps({"tests": told, "failed": failed}))


def _name(fixture: pytest.FixtureDef[Any]) -> str:
    return f"{fixture.baseid}::{fixture.argname}"


def pytest_configure(config: pytest.Config) -> None:
    """Begins in each process that runs tests."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # the process that only hands out
    tracer = Tracer()
    config.pluginmanager.register(tracer, "tracer")
    tracer.start()
