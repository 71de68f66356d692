"""Records that travel: parts made on several machines, and what a published site carries for others."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import os
import platform
import re
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from conftest import ROOT, Project, assemble
from costs import off, taken
from many import Many
from patience import PATIENCE
from records import archived, ensure_records, find, read_programs
from records import store as store_module
from records.archive import take
from records.parts import cost, divide, read_costs
from runner import Record, SourceError
from runner import record as record_module


@pytest.fixture
def many(tmp_path: Path) -> Many:
    return Many(tmp_path / "project")


# Parts


def test_parts_are_disjoint_complete_and_balanced() -> None:
    """Of the real programs, by the committed costs; no part takes longer than an even share and its smallest program."""
    costs, programs = read_costs(ROOT), read_programs(ROOT)
    names = sorted(program.name for program in programs)
    for count in (1, 2, 3, 4, 7):
        parts = divide(programs, costs, count)
        assert len(parts) == count
        assert sorted(s.name for part in parts for s in part) == names
        loads = [sum(cost(s, costs) for s in part) for part in parts]
        assert max(loads) <= max(1.1 * sum(loads) / count, max(costs.values()))


def test_parts_are_the_same_whatever_has_run(many: Many) -> None:
    many.write("a", "b", "c", "d", "e")
    (many.root / "snippets/costs.yml").write_text("a: 4\nb: 3\nc: 2\nd: 2\ne: 1\n")
    parts = ["1/2", "2/2"]

    def made() -> list[list[str]]:
        results = [many.make(PART=part) for part in parts]
        assert all(result.returncode == 0 for result in results), results
        lines = [result.stdout.splitlines() for result in results]
        return [[line.partition(":")[0] for line in part] for part in lines]

    first = made()
    assert first == [["a", "d"], ["b", "c", "e"]]
    assert made() == first
    many.write(a="word = 'another'")
    assert made() == first
    shutil.rmtree(many.cache)
    assert made() == first


@pytest.mark.parametrize("part", ["0/4", "5/4", "x", "4", "1/0", "-1/4", "1/4/4", "/"])
def test_a_part_that_there_is_not(many: Many, part: str) -> None:
    many.write("a")
    result = many.make(PART=part)
    assert result.returncode == 1
    assert f"PART: there is no part '{part}'." in result.stderr
    assert "Remedy: write PART=2/4" in result.stderr
    assert not many.cache.exists()


def test_a_part_may_be_empty(many: Many) -> None:
    many.write("a")
    result = many.make(PART="3/4", TO="part.zip")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert zipfile.ZipFile(many.root / "part.zip").namelist() == []


COSTS = {
    "a: soon": "'a' has no number of seconds",
    "a: 0": "'a' has no number of seconds",
    "a: true": "'a' has no number of seconds",
    "many": "'many' has no number of seconds",
}


@pytest.mark.parametrize("text", COSTS)
def test_costs_that_are_none(many: Many, text: str) -> None:
    many.write("a")
    (many.root / "snippets/costs.yml").write_text(text)
    with pytest.raises(SourceError, match=COSTS[text]):
        ensure_records(many.root, many.cache)


def test_the_committed_costs_are_about_right(records: dict[str, Record]) -> None:
    """Each program has its line; who sees this run `.venv/bin/python tests/costs.py`."""
    assert not off(read_costs(ROOT), taken(records))


def test_costs_that_are_off_are_told() -> None:
    seconds = {"a": 40.0, "b": 3.0, "c": 0.1, "d": 50.0, "e": 20.0}
    costs = {"a": 39.0, "c": 4.0, "d": 10.0, "e": 90.0, "f": 1.0}
    wrong = [line.partition(":")[0] for line in off(costs, seconds)]
    assert wrong == ["f", "b", "d", "e"]


# What travels


@pytest.fixture
def site(many: Many, tmp_path: Path) -> Path:
    """The folder of a site that carries the records of two programs."""
    many.write("a", b="import yaml\nn = 2")
    folder = tmp_path / "site"
    folder.mkdir()
    records = ensure_records(many.root, many.cache)
    (folder / "records.zip").write_bytes(archived(records))
    shutil.rmtree(many.cache)
    return folder


def made_elsewhere(site: Path, **facts: object) -> None:
    """The records of a site as another machine would have made them."""
    source = zipfile.ZipFile(site / "records.zip")
    records = [store_module.parsed(source.read(name)) for name in source.namelist()]
    for record in records:
        record.where = "0" * 8
        record.provenance |= {"python": "3.12.99", "processor": "arm64 Another"} | facts
        if record.versions:
            record.versions = {"PyYAML": "0.1", "nowhere": "2"}
            record.provenance["packages"] = {"PyYAML": "0.1"}
    data = archived({record.name: record for record in records})
    (site / "records.zip").write_bytes(data)


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_RUNS", "1")


def test_the_same_records_give_the_same_bytes(many: Many) -> None:
    many.write("a", "b")
    records = ensure_records(many.root, many.cache)
    first = archived(records)
    assert archived(dict(reversed(records.items()))) == first
    again = ensure_records(many.root, many.cache)
    assert archived(again) == first


def test_what_was_taken_holds_on_another_machine(
    many: Many, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever Python, processor and packages made it; said once, with what made it."""
    made_elsewhere(site)
    refuse(monkeypatch)
    result = many.make(FROM=str(site))
    assert result.returncode == 0, result.stderr
    said = f"2 of 2 records taken from {site}; made with Python 3.12.99 on arm64, PyYAML 0.1"
    assert result.stderr.splitlines() == [said]
    records = ensure_records(many.root, many.cache)
    assert records["b"].values == {"n": 2}
    assert records["b"].taken == str(site)
    assert records["b"].files["b.py"]
    assert records["b"].here == {
        "Python": platform.python_version(),
        "PyYAML": record_module.version_of("PyYAML"),
    }
    assert many.make(FROM=str(site)).stderr == "", "nothing is taken twice"


def test_one_s_own_comes_first(
    many: Many, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_elsewhere(site)
    take(str(site), read_programs(many.root), many.cache)
    (taken_one,) = (many.cache / "a").glob("*.json")
    hidden = taken_one.with_suffix(".hidden")
    taken_one.rename(hidden)
    own = ensure_records(many.root, many.cache, ["a"])["a"]
    hidden.rename(taken_one)
    os.utime(taken_one, (4e9, 4e9))  # in the future
    assert len(list((many.cache / "a").glob("*.json"))) == 2
    record = ensure_records(many.root, many.cache, ["a"])["a"]
    assert record == own and not record.taken
    result = many.make("a", FROM=str(site))
    assert result.stderr == "", "who has one takes none"


def test_an_edited_program_runs_here(many: Many, site: Path) -> None:
    made_elsewhere(site)
    many.write(a="word = 'edited'")
    result = many.make(FROM=str(site))
    assert result.returncode == 0, result.stderr
    assert "1 of 2 records taken from" in result.stderr
    assert "Running 1 snippet," in result.stderr
    records = ensure_records(many.root, many.cache)
    assert records["a"].values == {"word": "edited"} and not records["a"].taken
    assert records["b"].taken


def test_an_edited_program_that_needs_what_is_not_installed(
    many: Many, site: Path
) -> None:
    many.write(a="import tensorflow_of_another_name")
    result = many.make(FROM=str(site))
    assert result.returncode == 1
    assert "No module named 'tensorflow_of_another_name'" in result.stderr
    assert "'make .venv/installed' installs what the programs" in result.stderr
    assert "Traceback" not in result.stderr


def damaged(site: Path, old: bytes, new: bytes) -> None:
    """Changes what the record of `a` says, and packs it anew without a fault."""
    source = zipfile.ZipFile(site / "records.zip")
    files = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(site / "records.zip", "w") as target:
        for name, data in files.items():
            if name.startswith("records/a/"):
                assert old in data
                data = data.replace(old, new)
            target.writestr(name, data)


DAMAGE = {
    "a letter": (b'"word": "a"', b'"word": "z"'),
    "its key": (b'"key": "', b'"key": "0'),
    "its digest": (b'"sha256": "', b'"sha256": "0'),
    "no JSON": (b"{", b""),
    "an unknown field": (b'"too_large"', b'"too_long"'),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_record_is_refused_and_made_again(
    many: Many, site: Path, case: str
) -> None:
    damaged(site, *DAMAGE[case])
    result = many.make(FROM=str(site))
    assert result.returncode == 0, result.stderr
    assert f"The record of a in {site}/records.zip is damaged; it is not taken." in result.stderr  # fmt: skip
    assert "1 of 2 records taken" in result.stderr
    assert "Running 1 snippet," in result.stderr
    records = ensure_records(many.root, many.cache)
    assert records["a"].values == {"word": "a"} and not records["a"].taken


def test_a_damaged_archive_is_refused_and_all_is_made_again(
    many: Many, site: Path
) -> None:
    whole = (site / "records.zip").read_bytes()
    (site / "records.zip").write_bytes(whole[: len(whole) // 2])
    result = many.make(FROM=str(site))
    assert result.returncode == 0, result.stderr
    assert "records.zip is damaged; nothing is taken from it." in result.stderr
    assert "Running 2 snippets," in result.stderr


def test_a_bit_that_fell_over(many: Many, site: Path) -> None:
    data = bytearray((site / "records.zip").read_bytes())
    start = zipfile.ZipFile(io.BytesIO(data)).infolist()[0].header_offset
    data[start + 90] ^= 255
    (site / "records.zip").write_bytes(data)
    result = many.make(FROM=str(site))
    assert result.returncode == 0, result.stderr
    assert "The record of a in" in result.stderr
    assert "Running 1 snippet," in result.stderr


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None: ...

    handler = partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.mark.parametrize("end", ["/book", "/book/", "/book/records.zip"])
def test_records_are_taken_from_an_address(
    many: Many, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    made_elsewhere(site)
    refuse(monkeypatch)
    (tmp_path / "www").mkdir()
    site.rename(tmp_path / "www/book")
    with served(tmp_path / "www") as address:
        result = many.make(FROM=address + end)
    assert result.returncode == 0, result.stderr
    assert f"2 of 2 records taken from {address}{end}; made with" in result.stderr


def test_an_address_without_records(many: Many, tmp_path: Path) -> None:
    many.write("a")
    with served(tmp_path) as address:
        gone = many.make(FROM=address)
    for result in (gone, many.make(FROM=address), many.make(FROM="http://a b/")):
        assert result.returncode == 1
        assert "FROM: http://" in result.stderr and "cannot be read" in result.stderr
        assert "Remedy: give the address of a published site" in result.stderr
    result = many.make(FROM=str(tmp_path / "nowhere"))
    assert result.returncode == 1
    assert "holds no records.zip" in result.stderr


# A site that carries its records, and builds of others


def test_a_published_site_carries_its_records(built: Project) -> None:
    data = (built.folder / "site/records.zip").read_bytes()
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert [name.split("/")[1] for name in names] == ["picture", "small"]
    packed = (built.folder / "site/foundation-models.zip").read_bytes()
    inside = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert not [n for n in inside if n.endswith("/records.zip")], "no reader needs them"


BLOCKED = """
import sys


class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"numpy", "tensorflow", "matplotlib", "scipy", "sklearn", "psutil"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Blocked())
"""


@pytest.fixture
def light(built: Project, tmp_path: Path) -> Project:
    """The small project as it is cloned, with what an earlier build of it published taken."""
    project = assemble(tmp_path / "project")
    shutil.copytree(built.folder / "site", tmp_path / "published")
    made_elsewhere(tmp_path / "published")
    result = records_of(project, FROM=str(tmp_path / "published"), NO_RUNS="1")
    assert result.returncode == 0, result.stderr
    return project


def records_of(project: Project, **variables: str) -> subprocess.CompletedProcess[str]:
    """What `make records` runs in a project."""
    hooks = str(project.folder / "overrides/hooks")
    environment = {**project.environment, "PYTHONPATH": hooks, **variables}
    return subprocess.run(
        [*project.command()[:2], "records"],
        cwd=project.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_a_build_needs_neither_numpy_nor_tensorflow_nor_a_run(
    light: Project, built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked/sitecustomize.py").write_text(BLOCKED)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "blocked"))
    monkeypatch.setenv("NO_RUNS", "1")
    tried = subprocess.run([*light.command()[:1], "-c", "import numpy"], stderr=-1)
    assert b"No module named 'numpy'" in tried.stderr
    result = light.build()
    assert result.returncode == 0, result.stderr
    names = {n.removeprefix(str(light.folder)) for n in light.published()}
    assert names == {n.removeprefix(str(built.folder)) for n in built.published()}
    number = re.compile(r'<a class="run"[^>]*>([^<]*)</a>')
    assert number.findall(light.page(".")) == number.findall(built.page(".")) != []
    light.replace("snippets/small.py", "size=5", "size=6")
    result = light.build()
    assert result.returncode == 1
    assert "there is no record of: small" in result.stderr
    monkeypatch.delenv("NO_RUNS")


def test_a_page_says_what_would_be_another_here(
    light: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both languages: where it was taken from, and what differs; the rest is that of the run."""
    assert light.build().returncode == 0
    here, source = platform.python_version(), str(tmp_path / "published")
    english, chinese = light.page("notebooks/small"), light.page("zh/notebooks/small")
    assert f"<dt>Taken from</dt><dd>{source}; here it would be Python {here}" in english
    assert f"<dt>记录来自</dt><dd>{source}；本机环境为 Python {here}" in chinese
    for page in (english, chinese):
        assert "<dd>Python 3.12.99, PyYAML 0.1</dd>" in page
        assert "arm64 Another" in page
    assert "numpy" not in english.partition("Taken from")[2].partition("</dd>")[0]


def test_what_is_not_installed_here_is_said() -> None:
    from drawing.output import facts_html

    facts = {"seed": 1, "python": "3.12.1", "packages": {"tensorflow": "9"}}
    run = {**facts, "processor": "x", "seconds": 1.0}
    record = Record("a", "0", {}, {}, provenance=run, taken="https://a.b/?c&<d>")
    record.here = {"numpy": "3", "tensorflow": ""}
    absent = {"mkdocs.yml": "numpy 3, tensorflow (not installed)"}
    absent["mkdocs.zh.yml"] = "numpy 3、tensorflow（未安装）"
    for name, expected in absent.items():
        page = facts_html(record, words_of(name))
        assert expected in page
        assert "https://a.b/?c&amp;&lt;d&gt;" in page
    record.here = {}
    assert "a.b" not in facts_html(record, words_of("mkdocs.yml")), "nothing differs"


def words_of(name: str) -> dict[str, str]:
    """The words of a language, those that it does not give from the first."""
    from one_page import _extra

    language = "zh" if ".zh." in name else "en"
    return dict(_extra(language)["words"])


def test_two_parts_made_in_two_clones_are_joined_in_a_third(
    built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As .github/workflows/site.yml does it: the third runs nothing, and publishes what one machine would have."""
    parts = tmp_path / "parts"
    parts.mkdir()
    for number in (1, 2):
        clone = assemble(tmp_path / f"clone{number}")
        target = parts / f"records-{number}.zip"
        result = records_of(clone, PART=f"{number}/2", TO=str(target))
        assert result.returncode == 0, result.stderr
        assert "Running 1 snippet," in result.stderr
    third = assemble(tmp_path / "third")
    result = records_of(third, FROM=str(parts), NO_RUNS="1")
    assert result.returncode == 0, result.stderr
    assert "2 of 2 records taken from" in result.stderr
    refuse(monkeypatch)
    result = third.build()
    assert result.returncode == 0, result.stderr
    for page in (".", "zh", "other", "notebooks/picture", "zh/notebooks/picture"):
        assert timeless(third.page(page)) == timeless(built.page(page)), page


def timeless(page: str) -> str:
    return re.sub(r"<dd>[\d.]+ s</dd>|[\d.]+ s\b", "", page)


def test_the_workflow_makes_what_it_takes() -> None:
    """Four parts, of four; the job that builds takes them and may run nothing for its pages."""
    text = (ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8")
    assert "part: [1, 2, 3, 4]" in text
    assert "make records PART=${{ matrix.part }}/4 TO=" in text
    assert "make records FROM=parts" in text
    assert "NO_RUNS" in text


def test_the_archive_is_small(records: dict[str, Record]) -> None:
    """Of all programs: 1 MB at most, as the README says."""
    assert len(archived(records)) < 1_000_000


def test_a_record_says_its_own_digest(many: Many) -> None:
    many.write("a")
    record = ensure_records(many.root, many.cache)["a"]
    body = json.loads(store_module.dumped(record))
    digest = body.pop("sha256")
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == digest
    assert find(read_programs(many.root), many.cache)[0]["a"] == record
