"""The lab's students again: by numerical gradients, and by another program with other teachers."""

import re

import numpy as np
import pytest
from parts import finite_differences, until
from scipy import stats

SHAPES = [(3, 2), (1, 2), (2, 1), (1, 1)]


@pytest.fixture(scope="module")
def values(record):
    return record("teacher_network").values


def network(theta, x):
    W1, b1, W2, b2 = theta
    return np.maximum(x @ W1 + b1, 0) @ W2 + b2


@pytest.mark.parametrize("k", [0, 4, 9])
def test_first_steps_with_numerical_gradients(k):
    names = until(
        "teacher_network",
        "students",
        ("seeds = range(1000, 1020)", "seeds = range(7300, 7302)"),
        ("0.1, 6000, 10", "0.1, 12, 1"),
    )
    data = [names[name] for name in ("x", "y", "x_fresh", "y_fresh")]
    losses, _ = names["train"](*data)
    x, y, x_fresh, y_fresh = (a[1, 0] for a in data)  # of the second teacher
    theta = [np.array(w[1, k]) for w in names["first"]]
    constant = np.mean((y_fresh - y.mean()) ** 2)
    for step in range(13):
        loss = np.mean((network(theta, x_fresh) - y_fresh) ** 2) / constant
        assert losses[step, 1, k] == pytest.approx(loss, rel=2e-3)
        slopes = finite_differences(
            lambda parts: np.mean((network(parts, x) - y) ** 2), theta
        )
        theta = [w - 0.1 * g for w, g in zip(theta, slopes, strict=True)]


def draw(rng):
    return [rng.normal(size=shape) for shape in SHAPES]


def lesson(rng):
    """A hundred examples to learn from, then a hundred fresh ones."""
    x = rng.random((200, 3))
    while True:
        teacher = draw(rng)
        shares = np.mean(x @ teacher[0] + teacher[1] > 0, axis=0)
        if np.all((shares > 0.2) & (shares < 0.8)):
            return x, network(teacher, x)


def study(x, y, starts, steps=2000, n=100):
    """Losses at every 20th step, (moments, learned or fresh, students); who is alive."""
    W1, b1, W2, b2 = (np.stack(part) for part in zip(*starts, strict=True))
    kept = []
    for step in range(steps + 1):
        z1 = np.einsum("ni,sih->snh", x, W1) + b1
        a1 = z1 * (z1 > 0)
        e = np.einsum("snh,sho->sno", a1, W2) + b2 - y
        if step % 20 == 0:
            unit = (y - y[:n].mean()) ** 2
            parts = slice(None, n), slice(n, None)
            kept.append([(e[:, p] ** 2).mean((1, 2)) / unit[p].mean() for p in parts])
        e, z1, a1 = (part[:, :n] for part in (e, z1, a1))
        back = 2 / n * e
        dz1 = np.einsum("sno,sho->snh", back, W2) * (z1 > 0)
        W2 = W2 - 0.1 * np.einsum("snh,sno->sho", a1, back)
        b2 = b2 - 0.1 * back.sum(axis=1, keepdims=True)
        W1 = W1 - 0.1 * np.einsum("ni,snh->sih", x[:n], dz1)
        b1 = b1 - 0.1 * dz1.sum(axis=1, keepdims=True)
    return np.array(kept), (z1 > 0).any(axis=(1, 2))


@pytest.fixture(scope="module")
def others():
    """Eight teachers that the lab does not have: losses and who is alive, by inputs."""
    rng = np.random.default_rng(78)
    found: dict[str, list[tuple[np.ndarray, ...]]] = {"raw": [], "standard": []}
    for _ in range(8):
        (x, y), starts = lesson(rng), [draw(rng) for _ in range(10)]
        found["raw"].append(study(x, y, starts))
        found["standard"].append(study((x - 0.5) * np.sqrt(12), y, starts))
    return {
        name: (
            np.concatenate([r[0] for r in runs], axis=2),
            np.concatenate([r[1] for r in runs]),
        )
        for name, runs in found.items()
    }


def test_other_teachers_students_end_the_same_way(values, others):
    """Nearly all improve when standardised, fewer when raw, and few arrive."""
    raw, standard = (others[name][0][-1, 1] for name in ("raw", "standard"))
    shares = np.mean(raw < 0.99), np.mean(standard < 0.99)
    means = np.array(values["intervals"])[:, 0]
    assert shares[1] > 0.9 > shares[0]
    assert shares == pytest.approx(means[[0, 2]], abs=0.12)
    assert np.median(standard) < np.median(raw)
    assert np.mean(standard < values["exact_below"]) < 0.25


def test_relapses_are_commoner_on_fresh_data(others):
    shares = []
    for losses, _ in others.values():
        above = losses > np.minimum.accumulate(losses, axis=0) + 0.01
        shares.append(above.any(axis=0).mean(axis=1))
    learned, fresh = np.mean(shares, axis=0)
    assert learned < fresh
    assert 0.02 < fresh < 0.25


def test_who_is_dead_says_the_mean_of_the_targets(others):
    """A closed form: the output bias is all that learns, and its limit is the constant."""
    losses, alive = others["raw"]
    assert not alive.all()
    np.testing.assert_allclose(losses[-1, 0, ~alive], 1, rtol=1e-6)


def test_intervals_follow_from_shares_of_tenths(values):
    """Whole students: each mean is a multiple of one in two hundred."""
    assert values["n_all"] == 200 == sum(values["counts"][0])
    for mean, low, high in values["intervals"]:
        assert 200 * mean == pytest.approx(round(200 * mean))
        assert mean - low == pytest.approx(high - mean)
        # By Student's t, the spread between teachers that makes such an interval; it
        # cannot exceed that of shares which are 0 or 1.
        spread = (high - low) / 2 / stats.t.ppf(0.975, 19) * 20**0.5
        assert spread <= (mean * (1 - mean) * 20 / 19) ** 0.5
    for inputs in (0, 1):  # who improves gradually, improves
        assert (
            values["intervals"][2 * inputs + 1][0] <= values["intervals"][2 * inputs][0]
        )


def test_figure_draws_ten_students_in_each_panel(record):
    (svg,) = record("teacher_network").figures("curves")
    curves = [d for d in re.findall(r'<path d="([^"]*)"', svg) if d.count("L") >= 15]
    assert len(curves) == 20
