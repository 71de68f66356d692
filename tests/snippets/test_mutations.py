"""What must change a lab's finding, or stop it, does; what must not change a choice, does not.

Each lab's programs run shrunken (`quick`): as they are (the baseline), with the labels of their test data permuted, and
with one line changed at a time. What came of a lab is kept in `.cache/mutations`, under a key of all that decides it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Say
from forked import run_all
from kept import kept
from runner import Snippet

FOLDER = Path(__file__).with_name("mutations")
FORKED = ROOT / "tests/forked.py"
# A text that stands once in the program, and what stands there instead.
Pairs = list[list[str]]
Job = dict[str, Any]
Outcomes = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Lab:
    """A program and what is done to it, as its file in mutations/ says."""

    name: str
    quick: Pairs
    permuted: Pairs | None
    permuted_in: str  # the file where that happens, "" for the program itself
    choices: list[str]
    untested: bool  # it has no test data, as its file says with the reason
    mutations: list[dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Lab:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(
            path.stem,
            said.get("quick", []),
            said.get("permuted"),
            said.get("permuted in", ""),
            said.get("choices", ["choices"]) if not said.get("untested") else [],
            said.get("untested", False),
            said["mutations"],
        )

    def jobs(self) -> dict[str, Job]:
        """What is to run: "baseline", "permuted", and each mutation by its number."""
        names = [*self.choices, *(m["breaks"] for m in self.mutations if "breaks" in m)]
        jobs = {"baseline": self._job(names)}
        if self.permuted:
            jobs["permuted"] = self._job(names, self.permuted, self.permuted_in)
        for n, mutation in enumerate(self.mutations):
            change = [[mutation["replace"], mutation["with"]]]
            jobs[str(n)] = self._job(names, change, mutation.get("in", ""))
        return jobs

    def _job(self, names: list[str], changes: Pairs = (), file: str = "") -> Job:  # type: ignore[assignment]
        """The shrunken program with something changed, in it or in another file of it."""
        program = f"{self.name}.py"
        snippet = Snippet.read(ROOT / f"snippets/{program}", ROOT)
        files = {**snippet.files, program: snippet.text.encode()}
        texts = {name: each.decode("utf-8") for name, each in files.items()}
        for name, pairs in ((program, self.quick), (file or program, changes)):
            for old, new in pairs:
                times = texts[name].count(old)
                assert times == 1, f"{name} of {self.name} says {old!r} {times} times"
                texts[name] = texts[name].replace(old, new)
        return {"files": texts, "program": program, "names": names}


LABS = {path.stem: Lab.read(path) for path in sorted(FOLDER.glob("*.yml"))}
MUTATIONS = [(lab.name, n) for lab in LABS.values() for n in range(len(lab.mutations))]


def outcomes_of(labs: dict[str, dict[str, Job]], cache: Path, say: Say) -> Outcomes:
    """What came of the jobs of each lab; those of which something has changed run, all together."""

    def run(missing: list[str]) -> Outcomes:
        wanted = [(lab, name) for lab in missing for name in labs[lab]]
        say(f"Running {len(wanted)} mutated programs of {', '.join(missing)}")
        answers = iter(run_all((labs[lab][name] for lab, name in wanted), say))
        return {lab: {name: next(answers) for name in labs[lab]} for lab in missing}

    way = FORKED.read_text(encoding="utf-8")
    return kept(cache, {lab: [jobs, way] for lab, jobs in labs.items()}, run)


@pytest.fixture(scope="module")
def outcomes(say: Say) -> Outcomes:
    """Of every lab: what came of each of its jobs."""
    jobs = {lab.name: lab.jobs() for lab in LABS.values()}
    return outcomes_of(jobs, ROOT / ".cache" / "mutations", say)


TESTED = [lab.name for lab in LABS.values() if not lab.untested]


@pytest.mark.parametrize("name", TESTED)
def test_what_tests_a_lab_neither_trains_nor_chooses(
    name: str, outcomes: Outcomes
) -> None:
    """Read from the ledgers of its run: each purpose has rows, and no row has two."""
    baseline = outcomes[name]["baseline"]
    assert "error" not in baseline, baseline["trace"]
    used = baseline["ledgers"]
    assert used, f"{name}.py keeps no ledger"
    assert all(one["twice"] == 0 for one in used)
    for purpose in ("train", "test", *(["choose"] if LABS[name].choices else [])):
        assert sum(one[purpose] for one in used) > 0, f"nothing served to {purpose}"


@pytest.mark.parametrize("name", [lab.name for lab in LABS.values() if lab.permuted])
def test_labels_of_the_test_data_choose_nothing(name: str, outcomes: Outcomes) -> None:
    baseline, permuted = outcomes[name]["baseline"], outcomes[name]["permuted"]
    for choice in LABS[name].choices:
        assert baseline["values"][choice] is not None
        assert permuted["values"][choice] == baseline["values"][choice]


@pytest.mark.parametrize(
    ("name", "n"),
    MUTATIONS,
    ids=[f"{name}: {LABS[name].mutations[n]['with'][:50]}" for name, n in MUTATIONS],
)
def test_a_mutation_is_noticed(name: str, n: int, outcomes: Outcomes) -> None:
    """It stops the program with the message that it should, or changes the value that it should."""
    mutation, found = LABS[name].mutations[n], outcomes[name][str(n)]
    if message := mutation.get("fails"):
        assert message in found.get("error", "no error")
        return
    assert "error" not in found, found["trace"]
    before = outcomes[name]["baseline"]["values"][mutation["breaks"]]
    assert before is not None
    assert found["values"][mutation["breaks"]] != before


@pytest.mark.parametrize("name", LABS)
def test_a_lab_has_every_kind_of_mutation(name: str) -> None:
    """Leaks into training and, where it chooses, into choosing; and one that turns its finding."""
    lab = LABS[name]
    assert lab.permuted or not lab.choices
    said = {mutation.get("fails", "") for mutation in lab.mutations}
    purposes = [
        *(["train"] if not lab.untested else []),
        *(["choose"] if lab.choices else []),
    ]
    for purpose in purposes:
        leak = f"what served to test was used to {purpose}"
        back = f"what served to {purpose} was used to test"
        assert said & {leak, back}, f"no mutation leaks test data to {purpose}"
    assert any("breaks" in mutation for mutation in lab.mutations)


def test_every_lab_has_its_mutations() -> None:
    pages = (ROOT / "docs/en/labs").glob("*.md")
    metas = [page.read_text(encoding="utf-8").split("---")[1] for page in pages]
    labs = {yaml.safe_load(meta)["lab"]["snippet"] for meta in metas if "lab:" in meta}
    assert labs <= set(LABS)


def test_all_of_them_take_less_than_five_minutes_of_processor_time(
    outcomes: Outcomes,
) -> None:
    seconds = {
        (lab, name): one["seconds"]
        for lab, named in outcomes.items()
        for name, one in named.items()
    }
    assert sum(seconds.values()) < 2 * 300, sorted(seconds.items(), key=lambda x: -x[1])


def test_what_changes_a_lab_runs_its_mutations_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files, its changes, the way they are run, what is installed; and nothing of the other labs."""
    ran: list[str] = []

    def run(jobs: Iterable[Job], say: Say) -> list[dict[str, Any]]:
        asked = list(jobs)
        ran.extend(job["program"] for job in asked)
        return [{"values": job["files"]} for job in asked]

    def ask(**files: str) -> list[str]:
        ran.clear()
        labs = {lab: {"baseline": {"files": {lab: text}, "program": lab, "names": []}} for lab, text in files.items()}  # fmt: skip
        found = outcomes_of(labs, tmp_path / "kept", print)
        assert {lab: one["baseline"]["values"][lab] for lab, one in found.items()} == files  # fmt: skip
        return list(ran)

    here = sys.modules[__name__]
    monkeypatch.setattr(here, "run_all", run)
    assert ask(a="1", b="1") == ["a", "b"]
    assert ask(a="1", b="1") == []
    assert ask(a="1", b="2") == ["b"]
    monkeypatch.setattr(here, "FORKED", tmp_path / "forked.py")
    (tmp_path / "forked.py").write_text("another way")
    assert ask(a="1", b="2") == ["a", "b"]
    monkeypatch.setattr("kept.surroundings", lambda: ["another Python"])
    assert ask(a="1", b="2") == ["a", "b"]
    (tmp_path / "kept/a").write_bytes(b"damaged")
    assert ask(a="1", b="2") == ["a"]
