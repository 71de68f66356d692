"""What must change a lab's finding, or stop it, does; what must not change a choice, does not.

Each lab's programs run shrunken (`quick`): as they are (the baseline), with the labels of their test data permuted, and
with one line changed at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from forked import run_all
from runner import Snippet

FOLDER = Path(__file__).with_name("mutations")
Pairs = list[
    list[str]
]  # a text that stands once in the program, and what stands there instead


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

    def job(self, changes: Pairs = (), file: str = "", names: list[str] = ()) -> dict:  # type: ignore[assignment,type-arg]
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
        return {"files": texts, "program": program, "names": list(names)}


LABS = {path.stem: Lab.read(path) for path in sorted(FOLDER.glob("*.yml"))}
MUTATIONS = [(lab.name, n) for lab in LABS.values() for n in range(len(lab.mutations))]
Outcomes = dict[tuple[str, str | int], dict[str, Any]]


@pytest.fixture(scope="session")
def outcomes() -> Outcomes:
    """Of every lab: "baseline", "permuted", and each mutation by its number."""
    jobs: Outcomes = {}
    for lab in LABS.values():
        broken = [m["breaks"] for m in lab.mutations if "breaks" in m]
        names = [*lab.choices, *broken]
        jobs[lab.name, "baseline"] = lab.job(names=names)
        if lab.permuted:
            jobs[lab.name, "permuted"] = lab.job(lab.permuted, lab.permuted_in, names)
        for n, mutation in enumerate(lab.mutations):
            change = [[mutation["replace"], mutation["with"]]]
            jobs[lab.name, n] = lab.job(change, mutation.get("in", ""), names)
    return dict(zip(jobs, run_all(jobs.values()), strict=True))


TESTED = [lab.name for lab in LABS.values() if not lab.untested]


@pytest.mark.parametrize("name", TESTED)
def test_what_tests_a_lab_neither_trains_nor_chooses(
    name: str, outcomes: Outcomes
) -> None:
    """Read from the ledgers of its run: each purpose has rows, and no row has two."""
    baseline = outcomes[name, "baseline"]
    assert "error" not in baseline, baseline["trace"]
    used = baseline["ledgers"]
    assert used, f"{name}.py keeps no ledger"
    assert all(one["twice"] == 0 for one in used)
    for purpose in ("train", "test", *(["choose"] if LABS[name].choices else [])):
        assert sum(one[purpose] for one in used) > 0, f"nothing served to {purpose}"


@pytest.mark.parametrize("name", [lab.name for lab in LABS.values() if lab.permuted])
def test_labels_of_the_test_data_choose_nothing(name: str, outcomes: Outcomes) -> None:
    baseline, permuted = outcomes[name, "baseline"], outcomes[name, "permuted"]
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
    mutation, found = LABS[name].mutations[n], outcomes[name, n]
    if message := mutation.get("fails"):
        assert message in found.get("error", "no error")
        return
    assert "error" not in found, found["trace"]
    before = outcomes[name, "baseline"]["values"][mutation["breaks"]]
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
    seconds = {key: one["seconds"] for key, one in outcomes.items()}
    assert sum(seconds.values()) < 2 * 300, sorted(seconds.items(), key=lambda x: -x[1])
