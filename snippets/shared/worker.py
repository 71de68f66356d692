"""A worker of data_parallel.py: a process that trains on its share of each batch.

TF_CONFIG says who the workers are; without it there is one. It prints its losses and
last weights as JSON.
"""

import json
import os
import threading

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

n_steps, batch_size = 50, 64


# --8<-- [start:step]
def step(weights, x, y, exchange):
    """One step of gradient descent on this worker's share of the batch."""
    with tf.GradientTape() as tape:
        tape.watch(weights)
        W1, b1, W2, b2 = weights
        scores = tf.nn.relu(x @ W1 + b1) @ W2 + b2
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores))
    gradients = tape.gradient(loss, weights)
    context = tf.distribute.get_replica_context()
    loss = context.all_reduce("MEAN", loss)  # only to report it
    if exchange:
        gradients = context.all_reduce("MEAN", gradients)
    return loss, [w - 0.5 * g for w, g in zip(weights, gradients, strict=True)]


# --8<-- [end:step]


# --8<-- [start:train]
def train(strategy, seed, train_step):
    n, rank = strategy.num_replicas_in_sync, strategy.cluster_resolver.task_id
    images, labels = load_digits(return_X_y=True)
    images = (images / 16).astype("float32")
    rng = np.random.default_rng(seed)
    shapes = [(64, 32), (32,), (32, 10), (10,)]
    weights = [tf.constant(rng.normal(0, 0.1, s), tf.float32) for s in shapes]

    losses = []
    for batch in rng.integers(len(images), size=(n_steps, batch_size)):
        own = batch[rank::n]  # this worker's share of the batch
        x, y = tf.constant(images[own]), tf.constant(labels[own])
        loss, weights = train_step(weights, x, y)
        losses.append(float(loss))
    last = np.concatenate([np.ravel(w) for w in weights])
    return {"losses": losses, "weights": last.tolist()}


def all_seeds(strategy, seeds, exchange):
    @tf.function
    def train_step(weights, x, y):
        return strategy.run(step, args=(weights, x, y, exchange))

    return [train(strategy, seed, train_step) for seed in seeds]


# --8<-- [end:train]

if __name__ == "__main__":
    limit = threading.Timer(float(os.environ["LIMIT"]), os._exit, [1])
    limit.daemon = True  # it ends a worker that waits in vain for another
    limit.start()
    strategy = tf.distribute.MultiWorkerMirroredStrategy()  # reads TF_CONFIG
    seeds = json.loads(os.environ["SEEDS"])
    report = {
        "share": batch_size // strategy.num_replicas_in_sync,
        "exchanged": all_seeds(strategy, seeds, exchange=True),
        "apart": all_seeds(strategy, seeds, exchange=False),
    }
    print(json.dumps(report))
