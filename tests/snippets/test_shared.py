"""What the labs share: one Adam, one perceptron, one ledger, the digits."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from parts import finite_differences

from shared import adam, digits, perceptron
from shared.ledger import Ledger

rng = np.random.default_rng(3)


def test_adam_is_that_of_keras():
    w = rng.normal(size=(4, 3))
    gradients = rng.normal(size=(20, 4, 3))
    variable = tf.Variable(w, dtype="float64")
    theirs = keras.optimizers.Adam(0.01, epsilon=1e-8)
    ours, memory = [w], adam.start([w])
    for step, gradient in enumerate(gradients, 1):
        theirs.apply([tf.constant(gradient)], [variable])
        ours, memory = adam.adam(ours, [gradient], memory, step, 0.01)
    # Keras adds its epsilon before the correction of the first steps, which moves the last digits.
    assert ours[0] == pytest.approx(variable.numpy(), abs=1e-6)


def test_adam_takes_tensors_as_it_takes_arrays():
    w, g = rng.normal(size=(2, 5))
    arrays, _ = adam.adam([w], [g], adam.start([w]), 1, 0.1)
    tensors, _ = adam.adam([tf.constant(w)], [tf.constant(g)], adam.start([w]), 1, 0.1)
    assert tensors[0].numpy() == pytest.approx(arrays[0])


@pytest.mark.parametrize("loss", [perceptron.cross_entropy, perceptron.squared_error])
def test_gradients_of_the_perceptron_are_those_of_its_loss(loss):
    weights = perceptron.start(rng, 5, 4, 3)
    x, y = rng.normal(size=(6, 5)), np.eye(3)[rng.integers(3, size=6)]

    def value(weights):
        return loss(perceptron.forward(x, weights)[1], y)[0]

    a1, output = perceptron.forward(x, weights)
    found = perceptron.backward(x, a1, loss(output, y)[1], weights)
    for ours, expected in zip(found, finite_differences(value, weights), strict=True):
        assert ours == pytest.approx(expected, abs=1e-6)


def test_networks_side_by_side_are_those_one_by_one():
    each = [perceptron.start(rng, 5, 4, 3) for _ in range(2)]
    x, y = rng.normal(size=(2, 6, 5)), rng.normal(size=(2, 6, 3))
    both = [np.stack(part) for part in zip(*each, strict=True)]
    a1, output = perceptron.forward(x, both)
    losses, dz2 = perceptron.squared_error(output, y)
    found = perceptron.backward(x, a1, dz2, both)
    for k, weights in enumerate(each):
        a1, output = perceptron.forward(x[k], weights)
        loss, dz2 = perceptron.squared_error(output, y[k])
        assert losses[k] == pytest.approx(loss)
        gradients = perceptron.backward(x[k], a1, dz2, weights)
        for ours, alone in zip(found, gradients, strict=True):
            assert ours[k] == pytest.approx(alone)


@pytest.mark.parametrize(
    ("first", "second"),
    [("train", "test"), ("test", "choose"), ("choose", "train"), ("test", "train")],
)
def test_a_ledger_notices_what_served_twice(first, second):
    x, y = rng.normal(size=(4, 3)), np.arange(4)
    used = Ledger()
    used(first, x[:2], y[:2])
    used(first, x[:2], y[:2])  # again, for the same: nothing to say
    used(second, x[2:], y[2:])
    with pytest.raises(
        ValueError, match=f"what served to {first} was used to {second}"
    ):
        used(second, x[1:3], y[1:3])


def test_digits_are_divided_once():
    assert sorted([*digits.pool, *digits.held_out]) == list(range(1797))
    train, choose = digits.split(np.random.default_rng(1), 300, 200)
    assert len({*train, *choose}) == 500
    assert {*train, *choose} <= set(digits.pool)
