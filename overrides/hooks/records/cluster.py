"""Runs on other machines: a run is sent there as bytes and comes back as bytes.

What is sent is the runner itself, the program and its files. So the other side needs Python and the packages that programs
import, and nothing of this project.
"""

from __future__ import annotations

import pickle
import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from typing import Any

from runner import Place, Record, Snippet, SourceError, packed
from runner.record import runner_files

from .schedule import Workers

# What the other side does, in a process of its own: it unpacks what it is sent and starts `python -m runner` there.
START = """
import io, pathlib, runpy, shutil, sys, tempfile, zipfile
session = pathlib.Path(tempfile.gettempdir(), sys.argv[1])
session.mkdir(exist_ok=True)
folder = tempfile.tempdir = tempfile.mkdtemp(dir=session)
try:
    zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())).extractall(folder)
    sys.argv, sys.path[0] = ["runner", folder + "/sent"], folder + "/sent"
    runpy.run_module("runner", run_name="__main__")
finally:
    shutil.rmtree(folder, ignore_errors=True)
"""
# A function of ours would have to be installed there, and with the scheduler, which reads it; `eval` is everywhere.
CALL = "__import__('subprocess').run([__import__('sys').executable, '-c', start, session], input=sent, capture_output=True)"
END = "__import__('shutil').rmtree(__import__('tempfile').gettempdir() + '/{session}', ignore_errors=True)"
ADDRESS = re.compile(r"((tcp|tls)://)?[^/]+:\d+")
PATIENCE = 10  # seconds until a scheduler has to answer
MISSING = "install it with '.venv/bin/python -m pip install distributed', or leave out ON: the programs then run on this machine."
AGAIN = "see that the scheduler and its workers are there, and run the same command again: what has finished is kept."


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """The workers of a dask scheduler, as many runs at a time as they have threads.

    Raises:
        SourceError: distributed is not installed, no scheduler answers at `address`, or it has no worker.
    """
    here = Place("ON")
    try:
        from distributed import Client
    except ImportError:
        here.fail("the package 'distributed' is not installed.", MISSING)
    problem = f"no scheduler answers at '{address}'."
    remedy = (
        "give the address that 'dask scheduler' shows, such as ON=tcp://10.0.0.5:8786."
    )
    if not ADDRESS.fullmatch(address):
        here.fail(problem, remedy)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except Exception as error:
        here.fail(problem, remedy, str(error)[:1000])
    session = f"records-{uuid.uuid4().hex}"

    def end() -> None:
        with suppress(Exception):  # nobody is left to be told
            client.run(eval, END.format(session=session))

    def slots() -> int:
        return sum(client.nthreads().values())

    with client:
        if not slots():
            start = f"start one on each machine: 'dask worker {address}'."
            here.fail(f"the scheduler at '{address}' has no worker.", start)
        try:
            yield elsewhere(_Cluster(client), session, slots, end, address)
        finally:
            end()


class _Cluster(Executor):
    """As dask's own executor, but what has come back is let go at once: a cluster runs again what a lost worker still held.

    Args:
        client: of the scheduler.
    """

    def __init__(self, client: Any) -> None:
        self.client = client

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **more: Any) -> Future[Any]:  # fmt: skip
        """What `function` returns there."""
        future: Future[Any] = Future()
        sent = self.client.submit(function, *arguments, pure=False, **more)

        def came(_: object) -> None:
            with suppress(InvalidStateError):  # nobody waits any more
                try:
                    future.set_result(sent.result())
                except Exception as error:
                    future.set_exception(error)
                finally:
                    sent.release()

        sent.add_done_callback(came)
        return future


def elsewhere(
    executor: Executor,
    session: str,
    slots: Callable[[], int],
    stop: Callable[[], None],
    address: str,
) -> Workers:
    """Workers whose processes may be anywhere.

    Args:
        executor: takes a function and its arguments, all of which can be pickled.
        session: the name of the folder of temporary files there in which all runs lie; they end where it is removed.
        slots: how many programs run at a time.
        stop: removes that folder.
        address: what a page calls them.
    """

    def call(snippet: Snippet) -> tuple[Any, ...]:
        files = {f"runner/{name}": data for name, data in runner_files().items()}
        sent = packed({**files, "snippet": pickle.dumps(snippet)}, "sent")
        return eval, CALL, {"start": START, "session": session, "sent": sent}

    return Workers(executor, call, _record, slots, stop, address)


def _record(future: Future[Any]) -> Record:
    """The record that came back. Raises SourceError: that of the run, or where none came back."""
    here = Place("ON")
    try:
        ended = future.result()
    except Exception as error:
        problem = f"a run did not come back: {type(error).__name__}."
        here.fail(problem, AGAIN, str(error)[:1000])
    if ended.returncode:
        said = ended.stderr.decode(errors="replace")[-2000:]
        remedy = "install there what is installed here, and start the workers from that environment."
        here.fail("a worker cannot run the runner.", remedy, said)
    result = pickle.loads(ended.stdout)
    if isinstance(result, SourceError):
        raise result
    assert isinstance(result, Record)
    return result
