"""A model that reads a sequence out by attention, with or without a layer that mixes it first."""

import tensorflow as tf

from shared.adam import adam
from shared.adam import start as remember


# --8<-- [start:model]
def predict(x, weights):
    """x: (S, N, tokens, size), every seed with a model of its own."""
    query, out, *mixing = weights  # query and out: (S, size)
    below = None
    if mixing:  # one layer of self-attention, added to its input
        Wq, Wk, Wv = [W[:, None] for W in mixing]  # (S, 1, size, size)
        scores = (x @ Wq) @ tf.linalg.matrix_transpose(x @ Wk) / x.shape[-1] ** 0.5
        below = tf.nn.softmax(scores)  # (S, N, tokens, tokens)
        x = x + below @ (x @ Wv)
    look = tf.nn.softmax(tf.einsum("sntd,sd->snt", x, query))  # the weights we read
    return tf.einsum("snt,sntd,sd->sn", look, x, out), look, below


# --8<-- [end:model]


# --8<-- [start:train]
@tf.function
def train(weights, x, y, batches, rate):
    """By Adam. batches: (S, steps, B), the rows that each step of each seed learns from."""
    memory = remember(weights)
    for step in tf.range(tf.shape(batches)[1]):
        batch = batches[:, step]  # (S, B)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            y_hat, _, _ = predict(tf.gather(x, batch, batch_dims=1), weights)
            errors = (y_hat - tf.gather(y, batch, batch_dims=1)) ** 2
            loss = tf.reduce_sum(tf.reduce_mean(errors, axis=1))  # each has its own
        t = tf.cast(step + 1, tf.float32)
        weights, memory = adam(weights, tape.gradient(loss, weights), memory, t, rate)
    return weights


# --8<-- [end:train]
