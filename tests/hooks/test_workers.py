"""Runs on other machines, without other machines: what is asked of a scheduler, and what comes back."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from records import cluster as cluster_module
from records import read_programs
from records.cluster import cluster, elsewhere
from runner import Record, SourceError

RECORD = Record("a", "key", {"cells": []}, {"n": 1})
ADDRESS = "tcp://10.0.0.5:8786"


class Sent:
    """A future of dask."""

    def __init__(self, answer: object) -> None:
        self.answer, self.released = answer, 0

    def add_done_callback(self, done: Callable[[object], None]) -> None:
        done(self)

    def result(self) -> object:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def release(self) -> None:
        self.released += 1


class Client:
    """A client of a scheduler with two workers."""

    threads: dict[str, int]
    answer: object
    error: Exception | None
    last: Client

    def __init__(self, address: str, **how: Any) -> None:
        if self.error:
            raise self.error
        Client.last = self
        self.address, self.how = address, how
        self.sent, self.ran, self.closed = list[Any](), list[Any](), False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def nthreads(self) -> dict[str, int]:
        return self.threads

    def submit(self, *given: Any, **more: Any) -> Sent:
        self.sent.append((given, more, Sent(self.answer)))
        return self.sent[-1][2]  # type: ignore[no-any-return]

    def run(self, *given: Any) -> None:
        self.ran.append(given)
        raise OSError("nobody is left")


@pytest.fixture(autouse=True)
def scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "threads", {"one": 1, "two": 3}, raising=False)
    monkeypatch.setattr(Client, "answer", "come", raising=False)
    monkeypatch.setattr(Client, "error", None, raising=False)
    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Client))


def refused(address: str) -> SourceError:
    with pytest.raises(SourceError) as caught, cluster(address):
        pass
    assert (caught.value.path, caught.value.line) == ("ON", None)
    return caught.value


def test_the_package_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    error = refused(ADDRESS)
    assert error.problem == "the package 'distributed' is not installed."
    assert "pip install distributed" in error.remedy


@pytest.mark.parametrize(
    "address", ["here", "tcp://here", "udp://here:1", "a/b:1", ":1"]
)
def test_an_address_that_is_none(address: str) -> None:
    error = refused(address)
    assert error.problem == f"no scheduler answers at '{address}'."
    assert "ON=tcp://10.0.0.5:8786" in error.remedy and error.detail == ""


@pytest.mark.parametrize("address", [ADDRESS, "tls://here:1", "here:1"])
def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(Client, "error", OSError("x" * 2000))
    error = refused(address)
    assert error.problem == f"no scheduler answers at '{address}'."
    assert error.detail == "x" * 1000


def test_a_scheduler_needs_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "threads", {})
    error = refused(ADDRESS)
    assert error.problem == f"the scheduler at '{ADDRESS}' has no worker."
    assert error.remedy == f"start one on each machine: 'dask worker {ADDRESS}'."
    assert Client.last.closed


def test_workers_are_those_of_the_scheduler() -> None:
    with cluster(ADDRESS) as workers:
        client = Client.last
        assert client.address == workers.address == ADDRESS
        assert client.how == {"timeout": 10, "set_as_default": False}
        assert workers.slots() == 4
        future = workers.executor.submit(print, 1, sep="")
        assert future.result(1) == "come"
        ((given, more, sent),) = client.sent
        assert (given, more, sent.released) == ((print, 1), {"pure": False, "sep": ""}, 1)  # fmt: skip
        workers.stop()
        assert len(client.ran) == 1 and not client.closed
    assert client.closed and len(client.ran) == 2
    function, words = client.ran[0]
    assert function is eval
    (session,) = {text.split("/records-")[1].split("'")[0] for _, text in client.ran}
    assert len(session) == 32 and "rmtree" in words


def test_what_went_wrong_there_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "answer", KeyError("lost"))
    with cluster(ADDRESS) as workers:
        future = workers.executor.submit(print)
        with pytest.raises(KeyError):
            future.result(1)
        assert Client.last.sent[0][2].released == 1


def test_what_nobody_waits_for_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    later: list[Callable[[object], None]] = []
    monkeypatch.setattr(
        Sent, "add_done_callback", lambda self, done: later.append(done)
    )
    with cluster(ADDRESS) as workers:
        future = workers.executor.submit(print)
        assert future.cancel()
        later[0](None)
        assert future.cancelled()


def answer(ended: object) -> Record:
    """What the workers make of what came back."""
    future: Future[Any] = Future()
    if isinstance(ended, Exception):
        future.set_exception(ended)
    else:
        future.set_result(ended)
    workers = elsewhere(SimpleNamespace(), "s", lambda: 1, lambda: None, "x")  # type: ignore[arg-type]
    return workers.read(future)


def test_a_record_or_an_error_comes_back() -> None:
    def ended(result: object, code: int = 0, said: bytes = b"") -> SimpleNamespace:
        return SimpleNamespace(
            returncode=code, stdout=pickle.dumps(result), stderr=said
        )

    assert answer(ended(RECORD)) == RECORD
    with pytest.raises(SourceError, match=r"a\.py:3: wrong"):
        answer(ended(SourceError("a.py", 3, "wrong", "mend")))
    with pytest.raises(AssertionError):
        answer(ended("a word"))
    with pytest.raises(
        SourceError, match="ON: a worker cannot run the runner"
    ) as caught:
        answer(ended(RECORD, 1, b"\xff" + b"y" * 3000))
    assert caught.value.detail == "y" * 2000
    with pytest.raises(SourceError, match="ON: a run did not come back: KeyError") as caught:  # fmt: skip
        answer(KeyError("z" * 2000))
    assert caught.value.detail == f"'{'z' * 999}"
    assert "run the same command again" in caught.value.remedy


def test_what_is_sent_is_the_runner_and_the_program(tmp_path: Path) -> None:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/a.py").write_text('"""It is tried."""\nn = 1\n')
    (snippet,) = read_programs(tmp_path)
    workers = elsewhere(SimpleNamespace(), "s", lambda: 1, lambda: None, "x")  # type: ignore[arg-type]
    function, call, given = workers.call(snippet)
    assert function is eval and call == cluster_module.CALL
    assert (given["start"], given["session"]) == (cluster_module.START, "s")
    assert b"sent/runner/child.py" in given["sent"] and b"sent/snippet" in given["sent"]
