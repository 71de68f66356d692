"""Starts the workers of data_parallel.py as processes that talk over the loopback interface."""

# reads: shared/worker.py

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

# --8<-- [start:start]
quiet = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # same rounding on every machine of one kind
    "CUDA_VISIBLE_DEVICES": "",
    "no_proxy": "127.0.0.1",  # the workers talk to each other directly
    "LIMIT": "600",  # seconds: on a slow machine, too, only what hangs takes so long
}


def start(index, addresses, seeds):
    task = {"type": "worker", "index": index}
    config = {"cluster": {"worker": addresses}, "task": task}
    own = {"TF_CONFIG": json.dumps(config), "SEEDS": json.dumps(list(seeds))}
    return subprocess.Popen(
        [sys.executable, Path(__file__).with_name("worker.py")],
        env={**os.environ, **quiet, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(n_workers, seeds):
    """What each of so many workers reports; the first that fails ends them all."""
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(n_workers)]
    addresses = [f"127.0.0.1:{door.getsockname()[1]}" for door in doors]
    for door in doors:
        door.close()  # the port was free a moment ago
    workers = []
    with ThreadPoolExecutor(n_workers) as pool:  # a thread waits for each worker
        try:
            for index in range(n_workers):
                workers.append(start(index, addresses, seeds))
            ends = {pool.submit(worker.communicate): worker for worker in workers}
            for end in as_completed(ends):
                if ends[end].returncode:
                    raise RuntimeError(f"a worker failed:\n{end.result()[1][-2000:]}")
            return [json.loads(end.result()[0].splitlines()[-1]) for end in ends]
        finally:
            for worker in workers:
                worker.kill()


def run_again_if_need_be(n_workers, seeds):
    """Another program may take a port between its choice and its use."""
    try:
        return run(n_workers, seeds)
    except RuntimeError:
        return run(n_workers, seeds)


# --8<-- [end:start]
