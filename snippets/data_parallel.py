"""One batch, two workers: the same losses as one worker, for an exchange a step.

The workers are processes of their own that talk over the loopback interface. On
a cluster the same program runs on each machine; only TF_CONFIG differs.
"""

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed

import matplotlib.pyplot as plt
import numpy as np

seeds = range(5)
worker_limit = 600  # seconds: on a slow machine, too, only what hangs takes so long
# time limit: 120 s

# --8<-- [start:program]
program = """
import json, os, threading, time
limit = threading.Timer(float(os.environ["LIMIT"]), os._exit, [1])
limit.daemon = True  # it ends a worker that waits in vain for another
limit.start()
import numpy as np, tensorflow as tf
from sklearn.datasets import load_digits

strategy = tf.distribute.MultiWorkerMirroredStrategy()  # reads TF_CONFIG
n = strategy.num_replicas_in_sync
rank = strategy.cluster_resolver.task_id
images, labels = load_digits(return_X_y=True)
images = (images / 16).astype("float32")

def step(weights, x, y, exchange):
    with tf.GradientTape() as tape:
        tape.watch(weights)
        w1, b1, w2, b2 = weights
        logits = tf.nn.relu(x @ w1 + b1) @ w2 + b2
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        )
    gradients = tape.gradient(loss, weights)
    context = tf.distribute.get_replica_context()
    loss = context.all_reduce("MEAN", loss)  # only to report it
    if exchange:
        gradients = context.all_reduce("MEAN", gradients)
    return loss, [w - 0.5 * g for w, g in zip(weights, gradients)]

@tf.function
def train_step(weights, x, y, exchange):
    return strategy.run(step, args=(weights, x, y, exchange))

def train(seed, exchange):
    rng = np.random.default_rng(seed)
    shapes = [(64, 32), (32,), (32, 10), (10,)]
    weights = [tf.constant(rng.normal(0, 0.1, s), tf.float32) for s in shapes]
    losses, seconds = [], []
    for batch in rng.integers(len(images), size=(50, 64)):
        own = batch[rank::n]  # this worker's share of the batch
        x, y = tf.constant(images[own]), tf.constant(labels[own])
        started = time.perf_counter()
        loss, weights = train_step(weights, x, y, exchange)
        losses.append(float(loss))
        seconds.append(time.perf_counter() - started)
    weights = [float(w) for part in weights for w in np.ravel(part)]
    return {"losses": losses, "weights": weights, "seconds": min(seconds)}

seeds = json.loads(os.environ["SEEDS"])
print(json.dumps({
    "share": 64 // n,
    "exchanged": [train(seed, True) for seed in seeds],
    "apart": [train(seed, False) for seed in seeds],
}))
"""
# --8<-- [end:program]

# --8<-- [start:start]
quiet = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "",
    "no_proxy": "127.0.0.1",  # the workers talk to each other directly
    "SEEDS": json.dumps(list(seeds)),
    "LIMIT": str(worker_limit),
}


def start(index, addresses):
    task = {"type": "worker", "index": index}
    config = {"cluster": {"worker": addresses}, "task": task}
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, **quiet, "TF_CONFIG": json.dumps(config)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(n_workers):
    """What each of so many workers reports; the first that fails ends them all."""
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(n_workers)]
    addresses = [f"127.0.0.1:{door.getsockname()[1]}" for door in doors]
    for door in doors:
        door.close()  # the port was free a moment ago
    workers = []
    with ThreadPoolExecutor(n_workers) as pool:  # a thread waits for each worker
        try:
            for index in range(n_workers):
                workers.append(start(index, addresses))
            ends = {pool.submit(worker.communicate): worker for worker in workers}
            for end in as_completed(ends):
                if ends[end].returncode:
                    raise RuntimeError(f"a worker failed:\n{end.result()[1][-2000:]}")
            return [json.loads(end.result()[0].splitlines()[-1]) for end in ends]
        finally:
            for worker in workers:
                worker.kill()


def run_again_if_need_be(n_workers):
    """Another program may take a port between its choice and its use."""
    try:
        return run(n_workers)
    except RuntimeError:
        return run(n_workers)


(one,) = run_again_if_need_be(1)
two = run_again_if_need_be(2)
# --8<-- [end:start]


# --8<-- [start:result]
def losses(report, kind):
    return np.array([run["losses"] for run in report[kind]])  # (5 seeds, 50 steps)


n_steps, share_one, share_two = 50, one["share"], two[0]["share"]
reference = losses(one, "exchanged")
off = np.abs(losses(two[0], "exchanged") - reference)
off_apart = np.abs(losses(two[0], "apart") - reference)
print("seed   first loss   last loss   largest difference: with exchange, without")
for i, _ in enumerate(seeds):
    print(
        f"{i:4}  {reference[i, 0]:11.4f} {reference[i, -1]:11.4f}"
        f"   {off[i].max():35.0e}  {off_apart[i].max():7.3f}"
    )
# --8<-- [end:result]

# --8<-- [start:verdict]
tolerance = 1e-5  # 32 bits hold about 7 digits; the losses are of the order of 1
same = (off < tolerance).all(axis=1)  # (seeds,)
differs = (off_apart > 100 * tolerance).any(axis=1)
verdict = "holds" if same.all() and differs.all() else "did not show"
print(f"same losses with the exchange in {same.sum()} of {len(seeds)} seeds")
print(f"other losses without it in {differs.sum()} of {len(seeds)} seeds")
print("verdict:", verdict)
# --8<-- [end:verdict]
n_seeds = len(seeds)
largest_off = float(off.max())
smallest_apart = float(off_apart.max(axis=1).min())


def gap(kind):
    """The largest difference between the two workers' last weights."""
    first, second = (np.array([r["weights"] for r in w[kind]]) for w in two)
    return float(np.abs(first - second).max())


weight_gap, weight_gap_apart = gap("exchanged"), gap("apart")


def seconds(report):
    """Of the fastest step, which nothing else on the machine has held up."""
    return min(run["seconds"] for run in report["exchanged"])


two_are_slower = bool(seconds(two[0]) > seconds(one))

# --8<-- [start:cost]
n_parameters = len(one["exchanged"][0]["weights"])
gradient_bytes = 4 * n_parameters  # 32 bits each
print(f"{n_parameters:,} parameters: {gradient_bytes:,} bytes of gradients a step")
print("workers   examples each   bytes sent each   operations per byte")
ratios = []
for n in (1, 2, 4, 8):
    sent = 2 * (n - 1) / n * gradient_bytes  # ring all-reduce
    operations = 6 * n_parameters * 64 / n
    ratios.append(operations / sent if sent else 0.0)
    ratio = f"{ratios[-1]:.0f}" if sent else "nothing sent"
    print(f"{n:7} {64 // n:15} {sent:17,.0f}   {ratio:>19}")
print("two workers took longer over a step than one:", two_are_slower)
# --8<-- [end:cost]

# --8<-- [start:figure]
figure, axes = plt.subplots()
at = np.arange(1, n_steps + 1)
for difference, colour in ((off, "C0"), (off_apart, "C1")):
    for line in difference:
        axes.plot(at, np.maximum(line, 1e-8), colour, linewidth=1, alpha=0.8)
axes.text(30, 3e-4, "without exchange", color="C1", va="center")
axes.text(30, 1e-6, "with exchange", color="C0", va="center")
axes.set(yscale="log", ylim=(7e-9, 1), xlabel="step", ylabel="difference of the losses")
axes.set_yticks([1e-8, 1e-6, 1e-4, 1e-2, 1])
axes.minorticks_off()
plt.show()
# --8<-- [end:figure]
