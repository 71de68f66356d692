"""How records are kept, scheduled and taken, without a run: workers that answer at once, archives that come from nowhere."""

from __future__ import annotations

import io
import json
import os
import platform
import threading
import urllib.request
import zipfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from records import (
    Workers,
    archive,
    archived,
    ensure_records,
    find,
    read_programs,
    run_missing,
    store,
)
from records.archive import take, told
from records.parts import cost, divide, read_costs, read_part
from runner import Place, Record, Snippet, SourceError
from runner.record import key_of, where


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of three programs, of which b takes longest and c is shortest."""
    (tmp_path / "snippets").mkdir()
    for name in "abc":
        text = f'"""It is tried."""\nword = {name!r}\n'
        (tmp_path / f"snippets/{name}.py").write_text(text)
    (tmp_path / "snippets/costs.yml").write_text("a: 2\nb: 3.5\nc: 1\n")
    return tmp_path


@pytest.fixture
def cache(root: Path) -> Path:
    return root / ".cache/records"


def made(snippet: Snippet, **facts: Any) -> Record:
    """The record of a program that nobody has run."""
    said = {"seconds": 1.25, "python": platform.python_version(), "packages": {}, "processor": "x86_64 Kind"}  # fmt: skip
    notebook: dict[str, Any] = {"cells": []}
    given = {"values": {"word": snippet.name}, "provenance": said, "where": where()}
    return Record(snippet.name, key_of(snippet), notebook, **{**given, **facts})


class AtOnce(Executor):
    """Answers as soon as it is asked; `asked` are the programs in their order."""

    def __init__(self, answer: Callable[[Snippet], Record] = made) -> None:
        self.answer, self.asked = answer, list[str]()

    def submit(self, function: Any, /, *given: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.asked.append(given[0].name)
        try:
            future.set_result(self.answer(given[0]))
        except SourceError as error:
            future.set_exception(error)
        return future


def workers(executor: Executor, slots: int | None = 2, **more: Any) -> Workers:
    return Workers(
        executor, lambda snippet: (made, snippet), slots=lambda: slots, **more
    )


def failing(*names: str) -> Callable[[Snippet], Record]:
    def answer(snippet: Snippet) -> Record:
        if snippet.name in names:
            Place(snippet.path, 2).fail(f"{snippet.name} is wrong.", "mend it.")
        return made(snippet)

    return answer


# The schedule


def test_what_is_missing_runs_the_longest_first(
    root: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = AtOnce()
    found = ensure_records(root, cache, None, workers(first))
    assert first.asked == ["b", "a", "c"]
    assert {name: one.values["word"] for name, one in found.items()} == {n: n for n in "abc"}  # fmt: skip
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Running 3 snippets, 2 at a time"
    assert sorted(line[:9] for line in lines[1:]) == [f"   {n} of 3" for n in (1, 2, 3)]  # fmt: skip
    assert sorted(line[9:].split() for line in lines[1:]) == [[n, "1.2", "s"] for n in "abc"]  # fmt: skip
    again = AtOnce()
    assert ensure_records(root, cache, None, workers(again)) == found
    assert (again.asked, capsys.readouterr().err) == ([], "")


def test_only_what_is_asked_for_runs(
    root: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    executor = AtOnce()
    found = ensure_records(root, cache, ["c"], workers(executor, address="tcp://x:1"))
    assert (executor.asked, [*found]) == (["c"], ["c"])
    assert capsys.readouterr().err.startswith("Running 1 snippet on tcp://x:1, 2 at a time\n")  # fmt: skip
    with pytest.raises(SourceError, match=r"there is no snippet 'd'\.\n.*a, b, c"):
        ensure_records(root, cache, ["d"])


def test_failures_are_told_together_and_the_rest_is_kept(
    root: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SourceError) as caught:
        ensure_records(root, cache, None, workers(AtOnce(failing("a", "c"))))
    assert caught.value.problem == "a is wrong."
    assert [one.problem for one in caught.value.others] == ["c is wrong."]
    assert [*find(read_programs(root), cache)[0]] == ["b"]
    lines = [line.split()[-2:] for line in capsys.readouterr().err.splitlines()[1:]]
    assert sorted(lines) == [["1.2", "s"], ["a", "FAILED"], ["c", "FAILED"]]


def test_nothing_runs_where_nothing_may(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_RUNS", "1")
    executor = AtOnce()
    with pytest.raises(
        SourceError, match=r"NO_RUNS: .*there is no record of: a, b, c\."
    ):
        ensure_records(root, cache, None, workers(executor))
    assert not executor.asked and not cache.exists()
    monkeypatch.delenv("NO_RUNS")
    ensure_records(root, cache, None, workers(executor))
    monkeypatch.setenv("NO_RUNS", "1")
    assert len(ensure_records(root, cache, None, workers(executor))) == 3


@pytest.mark.parametrize(("slots", "most"), [(2, 2), (1, 1), (0, 1), (None, 1), (9, 3)])
def test_as_many_run_as_there_are_slots(
    root: Path, cache: Path, slots: int | None, most: int
) -> None:
    class Slow(Executor):
        """Answers once nobody asks any more."""

        running: dict[str, Future[Any]]
        most = 0

        def submit(self, function: Any, /, *given: Any, **more: Any) -> Future[Any]:
            future: Future[Any] = Future()
            self.running[given[0].name] = future
            self.most = max(self.most, len(self.running))

            def end() -> None:
                del self.running[given[0].name]
                future.set_result(made(given[0]))

            threading.Timer(0.2, end).start()
            return future

    executor = Slow()
    executor.running = {}
    ended: list[str] = []
    run_missing(
        read_programs(root),
        cache,
        workers(executor, slots),
        lambda snippet, outcome: ended.append(snippet.name),
        lambda snippet: ord(snippet.name),
    )
    assert (executor.most, sorted(ended)) == (most, [*"abc"])


def test_it_stops_when_it_is_told_to(root: Path, cache: Path) -> None:
    class Never(Executor):
        futures: list[Future[Any]]

        def submit(self, function: Any, /, *given: Any, **more: Any) -> Future[Any]:
            self.futures.append(Future())
            return self.futures[-1]

    executor, stop, stopped = Never(), threading.Event(), list[str]()
    executor.futures = []
    threading.Timer(0.3, stop.set).start()
    run_missing(
        read_programs(root),
        cache,
        workers(executor, stop=lambda: stopped.append("stopped")),
        lambda snippet, outcome: None,
        lambda snippet: 0.0,
        stop,
    )
    assert stopped == ["stopped"]
    assert [one.cancelled() for one in executor.futures] == [True, True]


def test_what_came_from_elsewhere_says_from_where(root: Path, cache: Path) -> None:
    def answer(snippet: Snippet) -> Record:
        return made(snippet, where=where() if snippet.name == "a" else "0" * 8)

    found = ensure_records(root, cache, None, workers(AtOnce(answer), address="there"))
    assert {name: one.taken for name, one in found.items()} == {"a": "", "b": "there", "c": "there"}  # fmt: skip


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(
    root: Path, cache: Path
) -> None:
    cache.parent.mkdir()
    cache.write_text("no folder")
    executor = AtOnce()
    with pytest.raises(SourceError, match="the record cannot be written") as caught:
        ensure_records(root, cache, None, workers(executor))
    assert not executor.asked and str(caught.value.path) == str(cache)


# The store


def one(root: Path, name: str = "a") -> Snippet:
    return Snippet.read(root / f"snippets/{name}.py", root)


def test_a_record_is_kept_whole(root: Path, cache: Path) -> None:
    snippet = one(root)
    record = made(snippet, values={"word": "é", "n": [1, 2.5, None]})
    assert store.load(snippet, cache) is None
    store.save(record, cache)
    found = store.load(snippet, cache)
    assert found and found.values == record.values and found.files == snippet.files
    assert found.here == {} and found.taken == ""
    assert [path.name for path in (cache / "a").iterdir()] == [f"{record.key}-{where()}.json"]  # fmt: skip
    said = json.loads(store.dumped(record))
    assert next(iter(said)) == "sha256" and not {"files", "here"} & {*said}
    assert "é".encode() in store.dumped(record)


@pytest.mark.parametrize("change", ["word", "sha256", "key", "more", "text", "list"])
def test_a_damaged_record_is_told_and_not_used(
    root: Path, cache: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    snippet = one(root)
    store.save(made(snippet), cache)
    (path,) = (cache / "a").iterdir()
    said = json.loads(path.read_bytes())
    if change == "word":
        said["values"]["word"] = "b"
    elif change in said:
        del said[change]
    else:
        said["more"] = 1
    text = {"text": "{", "list": "[]"}.get(change, json.dumps(said))
    path.write_text(text)
    assert store.load(snippet, cache) is None
    assert capsys.readouterr().err == f"The record {path.name} of a is damaged; the snippet runs again.\n"  # fmt: skip
    with pytest.raises(ValueError, match=r"."):
        store.parsed(text.encode())


def test_four_records_of_a_program_are_kept(root: Path, cache: Path) -> None:
    snippet = one(root)
    for number in range(6):
        store.save(made(snippet, where=f"{number}"), cache)
        file = cache / f"a/{key_of(snippet)}-{number}.json"
        os.utime(file, (number, number))
    kept = sorted(path.name[-6] for path in (cache / "a").iterdir())
    assert kept == ["2", "3", "4", "5"]


def test_a_record_of_another_version_does_not_hold(root: Path, cache: Path) -> None:
    snippet = one(root)
    store.save(made(snippet, versions={"PyYAML": "0.1", "nowhere": ""}), cache)
    assert store.load(snippet, cache) is None
    assert [*store.changed(made(snippet, versions={"PyYAML": "0.1", "nowhere": ""}))] == ["PyYAML"]  # fmt: skip
    (now,) = store.changed(made(snippet, versions={"PyYAML": "0.1"})).values()
    store.save(made(snippet, versions={"PyYAML": now}), cache)
    assert store.load(snippet, cache)


def test_what_was_taken_holds_and_says_what_is_another_here(
    root: Path, cache: Path
) -> None:
    snippet = one(root)
    python = {
        "seconds": 1,
        "python": "3.1",
        "packages": {"gone": "1"},
        "processor": "x",
    }
    versions = {"PyYAML": "0.1", "gone": "1", "deep": "2"}
    other = made(snippet, where="0" * 8, provenance=python, versions=versions)
    store.save(other, cache)
    assert store.load(snippet, cache) is None, "nobody took it"
    store.save(made(snippet, where="0" * 8, provenance=python, versions=versions, taken="there"), cache)  # fmt: skip
    found = store.load(snippet, cache)
    assert found and found.taken == "there"
    now = store.changed(made(snippet, versions={"PyYAML": "0.1"}))["PyYAML"]
    assert found.here == {"Python": platform.python_version(), "PyYAML": now, "gone": ""}  # fmt: skip
    store.save(made(snippet), cache)
    own = store.load(snippet, cache)
    assert own and own.taken == "" and own.where == where()


def test_of_what_was_taken_the_newest_comes_first(root: Path, cache: Path) -> None:
    snippet = one(root)
    for number in (1, 2, 3):
        store.save(made(snippet, where=f"{number}", taken=f"from {number}"), cache)
    for number, age in ((1, 10), (2, 30), (3, 20)):
        os.utime(cache / f"a/{key_of(snippet)}-{number}.json", (age, age))
    found = store.load(snippet, cache)
    assert found and found.taken == "from 2"


# What travels


def archive_of(*records: Record) -> bytes:
    return archived({record.name: record for record in records})


def test_an_archive_holds_each_record_under_its_key(root: Path) -> None:
    a, b = one(root, "a"), one(root, "b")
    data = archive_of(made(a, taken="there"), made(b, where="1" * 8))
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        names = files.namelist()
        assert sorted(names) == [f"records/a/{key_of(a)}-{where()}.json", f"records/b/{key_of(b)}-11111111.json"]  # fmt: skip
        assert store.parsed(files.read(sorted(names)[0])).taken == ""
    assert data == archive_of(made(a), made(b, where="1" * 8))
    assert archive.ARCHIVE == "records.zip"


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://example.org/book", "https://example.org/book/records.zip"),
        ("https://example.org/book/", "https://example.org/book/records.zip"),
        ("http://example.org/a.zip", "http://example.org/a.zip"),
        ("https://example.org/zip", "https://example.org/zip/records.zip"),
    ],
)
def test_records_are_asked_for_at_an_address(
    root: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    asked: str,
) -> None:
    seen: list[tuple[str, float]] = []

    def answer(url: str, timeout: float) -> Any:
        seen.append((url, timeout))
        return closing(io.BytesIO(archive_of(made(one(root)))))

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    (found,) = take(address, [one(root), one(root, "b")], cache)
    assert seen == [(asked, 60)]
    assert (found.name, found.taken) == ("a", address)
    kept = store.load(one(root), cache)
    assert kept and kept.taken == address
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: 1 / 0 if seen else None)  # fmt: skip
    with pytest.raises(ZeroDivisionError):
        take(address, [one(root)], cache)


def test_an_address_that_does_not_answer_is_named(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any, **more: Any) -> None:
        raise OSError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    with pytest.raises(SourceError, match=r"FROM: https://x\.org/records\.zip cannot be read: no route"):  # fmt: skip
        take("https://x.org", [one(root)], cache)


def test_records_are_taken_from_folders_and_files(root: Path, cache: Path) -> None:
    parts = root / "parts"
    parts.mkdir()
    (parts / "records-1.zip").write_bytes(archive_of(made(one(root))))
    (parts / "records-2.zip").write_bytes(archive_of(made(one(root, "b"))))
    (parts / "other.zip").write_bytes(archive_of(made(one(root, "c"))))
    programs = read_programs(root)
    assert [r.name for r in take(str(parts), programs, cache)] == ["a", "b"]
    assert [r.name for r in take(str(parts / "other.zip"), programs, cache)] == ["c"]
    assert find(programs, cache)[1] == []
    with pytest.raises(SourceError, match=r"FROM: '.*nowhere' holds no records\.zip\."):
        take(str(root / "nowhere"), programs, cache)


def test_an_archive_that_cannot_be_read_is_named(root: Path, cache: Path) -> None:
    (root / "parts/records-1.zip").mkdir(parents=True)
    with pytest.raises(SourceError, match=r"FROM: .*parts/records-1\.zip cannot be read: Is a directory\."):  # fmt: skip
        take(str(root / "parts"), [one(root)], cache)


def test_what_is_damaged_or_another_s_is_not_taken(
    root: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = one(root), one(root, "b")
    parts = root / "parts"
    parts.mkdir()
    file = parts / "records.zip"
    file.write_bytes(b"no zip")
    assert take(str(parts), [a], cache) == []
    assert capsys.readouterr().err == f"{file} is damaged; nothing is taken from it.\n"
    wrong = store.dumped(made(b))
    names = {f"records/a/{key_of(a)}-1.json": wrong, f"records/a/{key_of(a)}-2.json": b"{", "records/a/0-3.json": wrong}  # fmt: skip
    with zipfile.ZipFile(file, "w") as files:
        for name, data in names.items():
            files.writestr(name, data)
    assert take(str(parts), [a], cache) == []
    told_ = capsys.readouterr().err.splitlines()
    assert told_ == [f"The record of a in {file} is damaged; it is not taken."] * 2
    with zipfile.ZipFile(file, "a") as files:
        files.writestr(f"records/a/{key_of(a)}-4.json", store.dumped(made(a)))
    assert [r.name for r in take(str(parts), [a], cache)] == ["a"]


def test_what_was_taken_is_told_in_one_line(root: Path) -> None:
    assert told([], 3, "there") == "0 of 3 records taken from there"
    runs = [
        {"python": "3.12", "processor": "arm64 B", "packages": {"numpy": "2"}},
        {
            "python": "3.11",
            "processor": "x86_64 A",
            "packages": {"numpy": "2", "a": "1"},
        },
    ]
    records = [made(one(root), provenance=run) for run in runs]
    assert told(records, 5, "there") == (
        "2 of 5 records taken from there; made with Python 3.11, 3.12 on arm64, x86_64, a 1, numpy 2"
    )


# Parts


def test_parts_cost_about_the_same(root: Path) -> None:
    programs, costs = read_programs(root), read_costs(root)
    assert costs == {"a": 2, "b": 3.5, "c": 1}
    parts = divide(programs, costs, 2)
    assert [[s.name for s in part] for part in parts] == [["b"], ["a", "c"]]
    assert [[s.name for s in part] for part in divide(programs, {}, 3)] == [["a"], ["b"], ["c"]]  # fmt: skip
    assert cost(programs[0], costs) == 2
    assert cost(programs[0], {}) == programs[0].limits.time
    (root / "snippets/costs.yml").unlink()
    assert read_costs(root) == {}


@pytest.mark.parametrize("text", ["a: 0", "a: -1", "a: true", "a: b", "- a", "a"])
def test_costs_that_are_none_are_refused(root: Path, text: str) -> None:
    (root / "snippets/costs.yml").write_text(text)
    with pytest.raises(SourceError, match=r"snippets/costs\.yml: .*has no number of seconds"):  # fmt: skip
        read_costs(root)
    (root / "snippets/costs.yml").write_text("")
    assert read_costs(root) == {}


def test_a_part_is_two_numbers() -> None:
    assert read_part("2/4") == (2, 4)
    assert read_part("1/1") == (1, 1)
    assert read_part("9999/9999") == (9999, 9999)
    for text in ("0/4", "5/4", "2/0", "2/4 ", "02/4", "1/10000", "2", ""):
        with pytest.raises(SourceError, match="PART: there is no part"):
            read_part(text)
