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
    """One step of gradient descent on this worker's share of the batch of each seed S."""
    with tf.GradientTape() as tape:
        tape.watch(weights)
        W1, b1, W2, b2 = weights  # (S, ...): a network for each seed
        scores = tf.nn.relu(x @ W1 + b1) @ W2 + b2  # (S, N, 10)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores)
        losses = tf.reduce_mean(losses, axis=1)  # (S,)
    gradients = tape.gradient(losses, weights)  # each network has its own loss
    context = tf.distribute.get_replica_context()
    losses = context.all_reduce("MEAN", losses)  # only to report them
    if exchange:
        gradients = context.all_reduce("MEAN", gradients)
    return losses, [w - 0.5 * g for w, g in zip(weights, gradients, strict=True)]


# --8<-- [end:step]


# --8<-- [start:train]
def train(strategy, seeds, exchange):
    n, rank = strategy.num_replicas_in_sync, strategy.cluster_resolver.task_id
    images, labels = load_digits(return_X_y=True)
    images = (images / 16).astype("float32")
    rngs = [np.random.default_rng(seed) for seed in seeds]
    shapes = [(64, 32), (1, 32), (32, 10), (1, 10)]
    starts = [np.stack([rng.normal(0, 0.1, s) for rng in rngs]) for s in shapes]
    weights = [tf.constant(w, tf.float32) for w in starts]
    batches = [rng.integers(len(images), size=(n_steps, batch_size)) for rng in rngs]

    @tf.function
    def train_step(weights, x, y):
        return strategy.run(step, args=(weights, x, y, exchange))

    losses = []
    for batch in np.stack(batches, axis=1):  # (S, B)
        own = batch[:, rank::n]  # this worker's share
        loss, weights = train_step(
            weights, tf.constant(images[own]), tf.constant(labels[own])
        )
        losses.append(loss.numpy().tolist())
    last = np.concatenate([np.reshape(w, (len(seeds), -1)) for w in weights], axis=1)
    return {"losses": losses, "weights": last.tolist()}


# --8<-- [end:train]

if __name__ == "__main__":
    limit = threading.Timer(float(os.environ["LIMIT"]), os._exit, [1])
    limit.daemon = True  # it ends a worker that waits in vain for another
    limit.start()
    strategy = tf.distribute.MultiWorkerMirroredStrategy()  # reads TF_CONFIG
    seeds = json.loads(os.environ["SEEDS"])
    report = {
        "share": batch_size // strategy.num_replicas_in_sync,
        "exchanged": train(strategy, seeds, exchange=True),
        "apart": train(strategy, seeds, exchange=False),
    }
    print(json.dumps(report))
