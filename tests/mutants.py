"""Whether the tests notice: changes one thing in the build code at a time and runs the tests that run this line.

    python tests/mutants.py [--count 300] [--seed 18] [--only chapters/values.py] [--again] [--list] [--breaks]

The quick tests run once in a copy of the project, traced (`traced.py`). Each mutant then gets a fork of this process, which
has imported what is not ours, and in it pytest with the tests that run the changed statement, the quickest first, and with
those of a small whole site, up to the first failure. A mutant is caught by it, or because the tests then take several times as
long.

mutmut and cosmic-ray do not fit. mutmut puts every variant of a function into the file beside it, with a call into mutmut;
but files of ours run in processes that have nothing but the standard library (`runner/child.py`), are sent to other machines
and are copied by tests; and it changes functions only. cosmic-ray starts a command for each mutant, with all imports and all
tests: an hour would be enough for thirty.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
import yaml
from mutators import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
HOOKS = ROOT / "overrides/hooks"
ARGUED, BREAKS = (Path(__file__).with_name(f"{n}.yml") for n in ("mutants", "breaks"))
WHOLE = "tests/hooks/test_small_site.py"  # is asked of what no quick test notices
TESTS = ("tests/hooks", "tests/chapters")  # tests/snippets is about programs
# Tests of the tests, and what looks at the text of the build code.
NOT_ASKED = ("test_mutants.py", "test_house.py", "test_passed.py")
# What must be noticed nearly always; the rest of a room is another group.
GROUPS = {
    "values": "chapters/values.py",
    "records": "records/",
    "citations": "chapters/citations.py",
    "policy": "publish/finishing.py",
}
LEAST, LEAST_OF_THESE = 0.8, 0.95
FEWEST = 20  # mutants of a group
MOST_SECONDS = 20.0  # of the tests that are asked about one mutant
IMPORTED = """
  bs4 distributed markdown.extensions markdown_it material math_core mkdocs.commands.build mkdocs_jupyter.plugin mmdr nbformat
  numpy psutil pybtex.backends.plaintext pybtex.database.input.bibtex pybtex.style.names.plain pymdownx.highlight
  pymdownx.superfences pytest_codeblocks resvg_py tinycss2
"""


def group_of(file: str) -> str:
    """The group of a file of the build code: its room, or what of it must be noticed nearly always."""
    for group, start in GROUPS.items():
        if file.startswith(start):
            return group
    return file.partition("/")[0] if "/" in file else "above the rooms"


def all_mutants(root: Path) -> dict[str, list[Mutant]]:
    """Every mutant of the build code, by group."""
    found: dict[str, list[Mutant]] = defaultdict(list)
    hooks = root / "overrides/hooks"
    for path in sorted(hooks.rglob("*.py")):
        file = path.relative_to(hooks).as_posix()
        found[group_of(file)] += mutants(file, path.read_text(encoding="utf-8"))
    return dict(found)


def sample(found: Mapping[str, list[Mutant]], count: int, seed: int) -> list[Mutant]:
    """So many of them: of each group by its size, but not less than FEWEST.

    Which they are is decided by what they say and by the seed, so that an edit elsewhere draws no others.
    """
    few = min(FEWEST, count // len(found))
    whole = sum(map(len, found.values()))
    small = {name for name, each in found.items() if len(each) * count < few * whole}
    rest = sum(len(each) for name, each in found.items() if name not in small)
    left = count - sum(min(few, len(found[name])) for name in small)
    shares = {
        name: few if name in small else round(left * len(each) / rest)
        for name, each in sorted(found.items())
    }
    largest = max(shares, key=shares.__getitem__)
    shares[largest] += count - sum(shares.values())
    drawn = list[tuple[bool, str, Mutant]]()
    for name, share in shares.items():
        ranked = sorted(
            ((one.rank(seed), one) for one in found[name]), key=itemgetter(0)
        )
        drawn += [(name not in GROUPS, *one) for one in ranked[:share]]
    drawn.sort(key=itemgetter(0, 1))  # who stops early has a smaller sample
    return [mutant for *_, mutant in drawn]


# What runs which line


@dataclass(frozen=True)
class Trace:
    """What each of the quick tests ran, by its name: `lines`, `fixtures`, `seconds`."""

    tests: Mapping[str, dict[str, Any]]

    def asked(self, mutant: Mutant) -> list[str]:
        """The tests that run a mutant's statement; where that runs on import, those that run anything of its file."""
        first, last = mutant.lines
        found = []
        for name, test in self.tests.items():
            # Its records were made by the runner as it is, and would all be made anew.
            old = mutant.file.startswith("runner/") and "::records" in test["fixtures"]
            if old or any(sign in name for sign in NOT_ASKED):
                continue
            ran = [line for file, line in test["lines"] if file == mutant.file]
            whole = mutant.imported or 0 in ran
            if any(whole or first <= line <= last for line in ran):
                found.append(name)
        return self._in_order(found, Path(mutant.file).stem)

    def _in_order(self, names: list[str], own: str) -> list[str]:
        """Those of its own file first, then the quickest, not more than take MOST_SECONDS together."""
        files: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names, key=self._seconds):
            files[name.partition("::")[0]].append(name)

        def cost(file: str) -> tuple[bool, float]:
            return own not in file, sum(map(self._seconds, files[file]))

        taken, seconds = list[str](), 0.0
        for name in itertools.chain(*(files[file] for file in sorted(files, key=cost))):
            if not taken or seconds + self._seconds(name) < MOST_SECONDS:
                seconds += self._seconds(name)
                taken.append(name)
        return taken

    def _seconds(self, name: str) -> float:
        return float(self.tests[name]["seconds"])


def trace(copy: Path, cache: Path) -> Trace:
    """Runs the quick tests in a copy of the project: of each file of them, unless what decides it is as it was."""
    hooks, helpers = copy.glob("overrides/hooks/**/*.py"), copy.glob("tests/*.py")
    own = ("mutants.py", "mutators.py", "bench.py", "audit.py")  # no test imports them
    shared = _digest(sorted(p for p in (*hooks, *helpers) if p.name not in own))
    kept, missing = dict[str, Path](), list[str]()
    for path in sorted(
        p for folder in TESTS for p in (copy / folder).glob("test_*.py")
    ):
        if path.name not in NOT_ASKED:
            name = path.relative_to(copy).as_posix()
            key = f"{path.stem}-{shared[:8]}-{_digest([path])[:8]}.json"
            kept[name] = cache / key
            missing += [name] * (not kept[name].exists())
    if missing:
        tests = _traced(copy, missing)
        cache.mkdir(parents=True, exist_ok=True)
        for name in missing:
            here = {n: t for n, t in tests.items() if n.partition("::")[0] == name}
            kept[name].write_text(json.dumps(here), encoding="utf-8")
    known: dict[str, dict[str, Any]] = {}
    for file in kept.values():
        known |= json.loads(file.read_text(encoding="utf-8"))
    return Trace(known)


def _digest(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _traced(copy: Path, files: list[str]) -> dict[str, Any]:
    """What each test of these files ran, with how long it took."""
    tests: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="traced-") as folder:
        words = ["--quick", "-q", "-p", "traced", "-p", "no:cacheprovider", *files]
        words += ["-n", str(os.cpu_count()), "--dist", "loadfile"]
        own = {"TRACED": folder, "PYTHONPATH": str(copy / "tests")}
        with Path(folder, "log").open("w") as log:
            subprocess.run(
                [sys.executable, "-m", "pytest", *words],
                cwd=copy,
                env={**os.environ, **own},
                stdout=log,
                stderr=log,
            )
        for path in Path(folder).glob("*.json"):
            said = json.loads(path.read_text(encoding="utf-8"))
            tests |= said["tests"]
            for name in said["failed"]:
                print(f"Not asked, it fails as it is: {name}", file=sys.stderr)
        if not list(Path(folder).glob("*.json")):
            sys.exit(Path(folder, "log").read_text()[-3000:])
    return tests


# One mutant

Job = tuple[Mutant, list[str], float]


@dataclass
class Found:
    """What came of a mutant: `by` is the test that failed first, "time", or "" where none noticed."""

    mutant: Mutant
    by: str
    asked: list[str]
    seconds: float


class FirstFailure:
    """A plugin of pytest that writes down which test failed first."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Of a test."""
        if report.failed and not self.file.exists():
            self.file.write_text(report.nodeid, encoding="utf-8")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Of a file that cannot be imported."""
        if report.failed and not self.file.exists():
            self.file.write_text(f"import of {report.nodeid}", encoding="utf-8")


def copied(target: Path) -> Path:
    """A copy of the project's files as they are now, with its records."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for name in ("records", "small-records"):
        if (ROOT / ".cache" / name).is_dir():
            shutil.copytree(ROOT / ".cache" / name, target / ".cache" / name)
    return target


class Slot:
    """A copy of the project in which one mutant at a time is tried."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy
        self.told, self.log = copy.with_suffix(".told"), copy.with_suffix(".log")
        self.temporary, self.kept = copy.with_suffix(".tmp"), copy.with_suffix(".kept")
        self.count, self.process, self.begun, self.limit = 1, 0, 0.0, 0.0

    def begin(self, mutant: Mutant, names: list[str], limit: float) -> None:
        """Forks, and has the tests run there."""
        self.mutant, self.asked, self.limit = mutant, names, limit
        self.told.unlink(missing_ok=True)
        path = self.copy / "overrides/hooks" / mutant.file
        path.rename(self.kept)
        path.write_text(mutant.apply(self.kept.read_text("utf-8")), encoding="utf-8")
        os.utime(path, (self.count, self.count))  # no other version has this time
        self.count, self.begun = self.count + 1, time.monotonic()
        self.process = os.fork()
        if self.process == 0:
            code = 3
            try:
                os.setsid()
                code = self._run(names)
            finally:
                os._exit(code)

    def _run(self, names: list[str]) -> int:
        """In the fork."""
        with self.log.open("w") as log, Path(os.devnull).open() as nothing:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            os.dup2(nothing.fileno(), 0)
        os.chdir(self.copy)
        sys.path.remove(str(Path(__file__).parent))
        options = ["-x", "-q", "--override-ini=addopts=", "-p", "no:cacheprovider"]
        options += ["-p", "no:xdist", "-p", "no:hypothesispytest"]  # imports much
        options += [f"--basetemp={self.temporary}"]
        return int(pytest.main([*options, *names], [FirstFailure(self.told)]))

    def ended(self) -> Found | None:
        """What came of it, once its fork has ended or its time is over."""
        seconds = time.monotonic() - self.begun
        process, status = os.waitpid(self.process, os.WNOHANG)
        if not process and seconds < self.limit:
            return None
        if not process:
            self.stop()
            by = "time"
        elif (code := os.waitstatus_to_exitcode(status)) == 0:
            by = ""
        elif self.told.exists():
            by = self.told.read_text(encoding="utf-8")
        elif code == 4:  # conftest.py cannot be imported
            by = "import"
        else:
            said = self.log.read_text(encoding="utf-8")[-3000:]
            raise RuntimeError(f"{self.mutant.name}: {code}\n{said}")
        self._clean()
        return Found(self.mutant, by, self.asked, seconds)

    def stop(self) -> None:
        """Ends the fork and what it has started."""
        os.killpg(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)

    def _clean(self) -> None:
        """Puts back what the mutant changed, and what its tests may have."""
        path, cache = (
            self.copy / "overrides/hooks" / self.mutant.file,
            self.copy / ".cache",
        )
        self.kept.replace(path)
        for path in cache.iterdir():
            if path.name != "records":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        kept = ROOT / ".cache/small-records"
        if kept.is_dir():
            shutil.copytree(kept, cache / "small-records")
        shutil.rmtree(self.temporary, ignore_errors=True)


def tried(jobs: Iterable[Job], copies: Iterable[Path]) -> Iterator[Found]:
    """What comes of each mutant, as many at a time as there are copies; a job is one with its tests and its limit."""
    for name in IMPORTED.split():
        importlib.import_module(name)
    waiting = list(jobs)[::-1]
    free, busy = [Slot(copy) for copy in copies], list[Slot]()
    try:
        while waiting or busy:
            while waiting and free:
                busy.append(free.pop())
                busy[-1].begin(*waiting.pop())
            for slot in [*busy]:
                if result := slot.ended():
                    busy.remove(slot)
                    free.append(slot)
                    yield result
            time.sleep(0.02)
    finally:
        for slot in busy:
            slot.stop()


# All of it


def argued() -> dict[str, str]:
    """Why each known survivor may live, by its name."""
    said = yaml.safe_load(ARGUED.read_text(encoding="utf-8")) or {}
    return {
        f"{file} {one['in']}: {one['says']} → {one['instead']}": one["because"]
        for file, survivors in said.items()
        for one in survivors
    }


def report(results: list[Found]) -> bool:
    """Prints every survivor and counts by group; whether enough is caught, and the rest argued where it must be."""
    reasons, good = argued(), True
    groups: dict[str, list[Found]] = defaultdict(list)
    for one in results:
        group = group_of(one.mutant.file)
        groups[group].append(one)
        if not one.by:
            why = reasons.get(one.mutant.name, "")
            good &= bool(why) or group not in GROUPS
            place = f"{one.mutant.file}:{one.mutant.line} in {one.mutant.within}"
            change = f"{one.mutant.old!r} → {one.mutant.new!r}"
            print(f"{place}: {change} ({len(one.asked)} tests) {why}".rstrip())
    for group, each in [*sorted(groups.items()), ("all", results)]:
        caught = sum(bool(one.by) for one in each)
        late = sum(one.by == "time" for one in each)
        whole = sum(one.by.startswith(WHOLE) for one in each)
        least = LEAST if group == "all" else LEAST_OF_THESE if group in GROUPS else 0
        good &= caught >= least * len(each)
        print(
            f"{group:<16} {caught:4} of {len(each):4} caught ({caught / len(each):4.0%}), "
            f"{late} by taking too long; {whole} by a whole build"
        )
    return good


def try_sample(wanted: list[Mutant], folder: Path, again: bool) -> list[Found]:
    """Tries these, and tells of each as it ends; `again` only those that nobody is known to have noticed."""
    begun, log = time.monotonic(), ROOT / ".cache/mutants/last.json"
    noticed = json.loads(log.read_text(encoding="utf-8")) if again else {}
    results = [Found(m, by, [], 0.0) for m in wanted if (by := noticed.get(m.name))]
    copies = [copied(folder / "0")]
    known = trace(copies[0], ROOT / ".cache/mutants")
    for number in range(1, os.cpu_count() or 1):
        copies.append(Path(shutil.copytree(copies[0], folder / str(number))))
    print(f"{len(known.tests)} tests, {time.monotonic() - begun:.0f} s", flush=True)
    jobs = []
    for mutant in (one for one in wanted if one.name not in noticed):
        names = known.asked(mutant)
        usual = sum(known.tests[name]["seconds"] for name in names)
        # By the clock; a busy machine may take ten times the processor time.
        jobs.append((mutant, [*names, WHOLE], 120 + 10 * usual))
    for one in tried(jobs, copies):
        results.append(one)
        if one.by:
            noticed[one.mutant.name] = one.by
        log.write_text(json.dumps(noticed), encoding="utf-8")
        change = f"{one.mutant.old!r} → {one.mutant.new!r}"
        told = (
            f"{one.mutant.file}:{one.mutant.line} {change}: {one.by or 'NOT NOTICED'}"
        )
        print(
            f"{len(results):4} {one.seconds:5.1f} s {told}", file=sys.stderr, flush=True
        )
    return results


def try_breaks(folder: Path) -> bool:
    """Makes each of BREAKS; whether its own test notices it."""
    copies = [copied(folder / str(number)) for number in range(os.cpu_count() or 1)]
    jobs, expected, good = list[Job](), dict[str, str](), True
    for one in yaml.safe_load(BREAKS.read_text(encoding="utf-8")):
        text = (HOOKS / one["file"]).read_text(encoding="utf-8")
        if text.count(one["says"]) != 1:
            sys.exit(f"{one['file']} does not say once: {one['says']}")
        start = text.index(one["says"])
        span = (0, start, start + len(one["says"]), one["says"], one["instead"])
        mutant = Mutant(one["file"], one["what"], *span, (0, 0), False)
        jobs.append((mutant, [one["test"]], 300.0))
        expected[mutant.name] = one["test"]
    for found in tried(jobs, copies):
        noticed = found.by.startswith(expected[found.mutant.name])
        good &= noticed
        if not noticed:
            print(f"{found.mutant.name}: noticed by '{found.by}'")
    print(f"{len(jobs)} breaks tried")
    return good


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--only", default="", help="files whose names begin so")
    parser.add_argument("--list", action="store_true", help="only say which")
    parser.add_argument("--again", action="store_true", help="only what nobody noticed")
    parser.add_argument("--breaks", action="store_true", help="those of breaks.yml")
    return parser.parse_args()


def main() -> int:
    """Tries a sample, and says how it went."""
    asked, begun = options(), time.monotonic()
    # In the background of a shell nobody is interrupted; but tests interrupt what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if asked.breaks:
        with tempfile.TemporaryDirectory(prefix="breaks-") as folder:
            return 0 if try_breaks(Path(folder)) else 1
    chosen = {
        group: few
        for group, each in all_mutants(ROOT).items()
        if (few := [one for one in each if one.file.startswith(asked.only)])
    }
    wanted = sample(chosen, asked.count, asked.seed)
    print(f"{len(wanted)} of {sum(map(len, chosen.values()))} mutants")
    if asked.list:
        for one in wanted:
            print(f"{one.file}:{one.line} {one.within}: {one.old!r} → {one.new!r}")
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        good = report(try_sample(wanted, Path(folder), asked.again))
    print(f"{time.monotonic() - begun:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
