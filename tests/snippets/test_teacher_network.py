"""Fates of the students, checked from their weights and by numerical gradients."""

import re

import numpy as np
import pytest

SHAPES = [(3, 2), (1, 2), (2, 1), (1, 1)]
CHANGES = [lambda x: x, lambda x: (x - 0.5) * np.sqrt(12)]


@pytest.fixture(scope="module")
def values(record):
    return record("teacher_network").values


def network(theta, x):
    W1, b1, W2, b2 = theta
    return np.maximum(x @ W1 + b1, 0) @ W2 + b2


def test_teacher_is_what_the_targets_come_from(values):
    teacher = [np.array(values[name]) for name in ("V1", "c1", "V2", "c2")]
    x = np.array(values["x"])
    np.testing.assert_allclose(network(teacher, x), values["y"], rtol=1e-12)
    shares = np.mean(x @ teacher[0] + teacher[1] > 0, axis=0)
    assert np.all((shares > 0.2) & (shares < 0.8))


@pytest.mark.parametrize("inputs", [0, 1])
@pytest.mark.parametrize("student", [0, 3, 11])
def test_first_steps_with_numerical_gradients(values, inputs, student):
    x, y = CHANGES[inputs](np.array(values["x"])), np.array(values["y"])
    rng = np.random.default_rng(student)
    theta = [rng.normal(size=shape) for shape in SHAPES]
    losses = []
    for _ in range(11):
        losses.append(np.mean((network(theta, x) - y) ** 2))
        gradient = [np.zeros_like(part) for part in theta]
        for part, slot in zip(theta, gradient, strict=True):
            for index in np.ndindex(part.shape):
                keep = part[index]
                sides = []
                for h in (1e-6, -1e-6):
                    part[index] = keep + h
                    sides.append(np.mean((network(theta, x) - y) ** 2))
                part[index] = keep
                slot[index] = (sides[0] - sides[1]) / 2e-6
        for part, slot in zip(theta, gradient, strict=True):
            part -= values["learning_rate"] * slot
    kept = [step for step in values["history_steps"] if step <= 10]
    assert len(kept) >= 5
    history = np.array(values["history"])[inputs, : len(kept), student]
    expected = np.array(losses)[kept] / np.var(y)
    np.testing.assert_allclose(history, expected, rtol=2e-3)


def test_counts_follow_from_losses_and_units(values):
    losses, units = np.array(values["losses"]), np.array(values["units"])
    dead = units == 0
    exact = ~dead & (losses < values["exact_below"])
    counts = [
        [int(e.sum()), int((~e & ~d).sum()), int(d.sum())]
        for e, d in zip(exact, dead, strict=True)
    ]
    assert values["counts"] == counts
    assert all(sum(row) == 20 for row in counts)
    # A dead student says one number; the best one leaves the variance.
    np.testing.assert_allclose(losses[dead], 1, rtol=1e-9)
    # Raw: none exact, some dead. Standardised: some exact, none dead.
    assert counts[0][0] == 0 < counts[0][2]
    assert counts[1][2] == 0 < counts[1][0]
    assert values["one_unit"] == np.sum(units == 1, axis=1).tolist()
    near = np.abs(losses / losses[0].min() - 1) < 0.01
    assert values["same_minimum"] == near.sum(axis=1).tolist()
    assert near.sum() >= 4
    assert np.median(losses[1]) < np.median(losses[0])
    # No loss lies near the border, so that where it was drawn does not matter.
    assert not np.any((losses > 1e-12) & (losses < 1e-3))


def test_exact_student_is_the_teacher_unit_by_unit(values):
    teacher = [np.array(values[name]) for name in ("V1", "c1", "V2", "c2")]
    exact = [
        s for s, loss in enumerate(values["losses"][1]) if loss < values["exact_below"]
    ]
    x = np.random.default_rng(31).random((5000, 3))
    for student in exact:
        theta = [np.array(part)[student] for part in values["weights"]]
        np.testing.assert_allclose(
            network(theta, CHANGES[1](x)), network(teacher, x), atol=1e-6
        )
        # In terms of the raw inputs, weights in times weight out agree.
        mine = np.sort(np.sqrt(12) * theta[0] * np.abs(theta[2].T), axis=1)
        theirs = np.sort(teacher[0] * np.abs(teacher[2].T), axis=1)
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_held_out_losses_tell_the_same_story(values):
    teacher = [np.array(values[name]) for name in ("V1", "c1", "V2", "c2")]
    x = np.random.default_rng(32).random((20_000, 3))
    y = network(teacher, x)
    for student in range(20):
        theta = [np.array(part)[student] for part in values["weights"]]
        loss = np.mean((network(theta, CHANGES[1](x)) - y) ** 2) / y.var()
        held_out = values["test_losses"][1][student]
        assert held_out == pytest.approx(loss, rel=0.2, abs=1e-12)


def test_figure_draws_every_student_twice_ten(record):
    (svg,) = record("teacher_network").figures("curves")
    for colour in ("2e8b62", "2f6fb0", "c8502e"):
        assert colour in svg
    # A curve of a student is a long path without a fill.
    curves = [d for d in re.findall(r'<path d="([^"]*)"', svg) if d.count("L") >= 15]
    assert len(curves) == 40
