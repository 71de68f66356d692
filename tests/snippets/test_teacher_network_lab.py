"""The lab's verdict again, by another program: unseen students, another teacher."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def values(record):
    return record("teacher_network").values


def draw(rng):
    return [rng.normal(size=shape) for shape in ((3, 2), (1, 2), (2, 1), (1, 1))]


def lesson(teacher_seed):
    rng = np.random.default_rng(teacher_seed)
    x = rng.random((256, 3))
    rng.random((2000, 3))  # the held-out inputs come before the teacher
    while True:
        V1, c1, V2, c2 = draw(rng)
        shares = np.mean(x @ V1 + c1 > 0, axis=0)
        if np.all((shares > 0.2) & (shares < 0.8)):
            return x, np.maximum(x @ V1 + c1, 0) @ V2 + c2


def study(x, y, students, steps):
    """Per student: the losses at a few steps, shares of the variance of y."""
    parts = zip(*(draw(np.random.default_rng(s)) for s in students), strict=True)
    W1, b1, W2, b2 = (np.stack(part) for part in parts)
    marks = {0, *np.unique(np.geomspace(1, steps, 20).astype(int))}
    kept = []
    for step in range(steps + 1):
        z1 = np.einsum("ni,sih->snh", x, W1) + b1
        a1 = z1 * (z1 > 0)
        e = np.einsum("snh,sho->sno", a1, W2) + b2 - y
        if step in marks:
            kept.append((e**2).mean(axis=(1, 2)) / y.var())
        back = 2 / len(x) * e
        dz1 = np.einsum("sno,sho->snh", back, W2) * (z1 > 0)
        W2 = W2 - 0.1 * np.einsum("snh,sno->sho", a1, back)
        b2 = b2 - 0.1 * back.sum(axis=1, keepdims=True)
        W1 = W1 - 0.1 * np.einsum("ni,snh->sih", x, dz1)
        b1 = b1 - 0.1 * dz1.sum(axis=1, keepdims=True)
    return np.array(kept)


def improves(losses):
    return np.all(losses[1:] < 1.01 * losses[:-1], axis=0) & (losses[-1] < 0.99)


def test_verdict_follows_from_the_losses(values):
    history = np.array(values["history"])
    found = np.array([improves(part) for part in history])
    assert values["improves"] == found.tolist()
    assert values["n_improves"] == found.sum(axis=1).tolist()
    assert found[1].all() and not found[0].all()
    assert values["verdict"] == "holds when"


def test_unseen_students_of_the_same_teacher():
    x, y = lesson(7)
    students = range(60, 80)
    standard = improves(study((x - 0.5) * np.sqrt(12), y, students, 2500))
    raw = improves(study(x, y, students, 2500))
    assert standard.all()
    assert not raw.all()


def test_with_another_teacher_not_every_student_improves():
    """So that the page does not make a law of it."""
    x, y = lesson(10)
    assert not improves(study((x - 0.5) * np.sqrt(12), y, range(20), 2500)).all()
