"""Worlds side by side: each with a teacher network of its own, whose outputs are targets."""

import numpy as np

from . import perceptron


# --8<-- [start:worlds]
def stack(parts):
    """From one list of arrays for each world to arrays with the worlds in front."""
    return [np.stack(part) for part in zip(*parts, strict=True)]


def world(seed, N, inputs=8, width=256):
    """N examples of a wide teacher, without noise; streams of chance of their own."""
    teacher_rng, data_rng = (np.random.default_rng([seed, k]) for k in (0, 1))
    teacher = perceptron.start(teacher_rng, inputs, width, 1)
    teacher[1] = teacher_rng.normal(size=(1, width))
    x = data_rng.normal(size=(N, inputs))
    y = perceptron.forward(x, teacher)[1]
    return x.astype("float32"), y.astype("float32")


def worlds(seeds, N):
    """x: (worlds, N, inputs), y: (worlds, N, 1)."""
    return stack(world(seed, N) for seed in seeds)


# --8<-- [end:worlds]


# --8<-- [start:small]
def draw(rng):
    """Weights and biases of a 3-2-1 network."""
    return [rng.normal(size=shape) for shape in ((3, 2), (1, 2), (2, 1), (1, 1))]


def lesson(seed, N):
    """Of a 3-2-1 teacher whose units both switch: N examples, and N fresh ones."""
    teacher_rng, data_rng = (np.random.default_rng([seed, k]) for k in (0, 1))
    x, active = data_rng.random((2, 1, N, 3)), np.zeros(2)
    while not np.all((active > 0.2) & (active < 0.8)):
        a1, y = perceptron.forward(x, draw(teacher_rng))
        active = (a1[0, 0] > 0).mean(axis=0)
    return *x, *y  # each (1, N, ...), with an axis for the students


def students(seed, n):
    """The weights that they start from, from another stream than the teacher's."""
    rng = np.random.default_rng([seed, 2])
    return stack(draw(rng) for _ in range(n))


# --8<-- [end:small]
