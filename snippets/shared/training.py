"""Trains a classifier in TensorFlow: batches drawn beforehand, a rate that falls to zero."""

import tensorflow as tf

from shared.adam import adam
from shared.adam import start as remember


# --8<-- [start:train]
def trainer(model, steps, frozen=0):
    """Trains model(x, *weights) on integer labels y by Adam; the first ones stay."""

    @tf.function(jit_compile=True)
    def train(weights, x, y, batches, rate):
        fixed, weights = weights[:frozen], weights[frozen:]
        memory = remember(weights)
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                scores = model(tf.gather(x, batches[step]), *fixed, *weights)
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(
                        tf.gather(y, batches[step]), scores
                    )
                )
            gradients, t = tape.gradient(loss, weights), tf.cast(step + 1, tf.float32)
            now = rate * (1 - t / steps)  # falls to zero
            weights, memory = adam(weights, gradients, memory, t, now)
        return fixed + weights

    return train


# --8<-- [end:train]
