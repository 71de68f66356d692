"""The floors in closed form, against samples of the cube and other searches."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize

M = 1_000_000


@pytest.fixture(scope="module")
def values(record):
    return record("noise_floor").values


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(2024)
    return rng.random((M, 3)), rng.random(M)


def loss_and_error(squares):
    return squares.mean(), squares.std() / np.sqrt(len(squares))


def test_variance_splits_off_for_any_predictor(sample):
    x, y = sample
    for f in (x[:, 0], np.sin(5 * x[:, 1]), np.zeros(M)):
        measured, error = loss_and_error((y - f) ** 2)
        assert measured == pytest.approx(
            1 / 12 + np.mean((f - 0.5) ** 2), abs=5 * error
        )


def test_linear_floor_is_what_least_squares_finds(values, sample):
    x, y = sample
    w = np.linalg.lstsq(x, y)[0]
    np.testing.assert_allclose(values["w"], w, atol=0.005)
    measured, error = loss_and_error((y - x @ w) ** 2)
    assert values["linear_floor"] == pytest.approx(measured, abs=5 * error)
    assert values["linear_floor"] == pytest.approx(float(Fraction(13, 120)), rel=1e-12)


def test_best_slope_is_the_same_on_every_ray():
    rng = np.random.default_rng(5)
    for _ in range(5):
        u = rng.random(3)
        u /= np.linalg.norm(u)
        end = 1 / u.max()
        r = (np.arange(20_000) + 0.5) / 20_000 * end
        weight = r**2 / np.sum(r**2)  # density of the length of x along the ray
        g = np.sum(weight * r / 2) / np.sum(weight * r**2)
        assert g == pytest.approx(5 / 8 * u.max(), rel=1e-6)
        excess = np.sum(weight * (g * r - 0.5) ** 2)
        assert excess == pytest.approx(1 / 64, rel=1e-6)


def test_homogeneous_floor_and_rivals(values, sample):
    x, y = sample
    top = x.max(axis=1)
    measured, error = loss_and_error((y - values["slope"] * top) ** 2)
    floor = values["homogeneous_floor"]
    assert floor == pytest.approx(measured, abs=5 * error)
    assert floor == pytest.approx(float(Fraction(19, 192)), rel=1e-12)
    for rival in (top, np.linalg.norm(x, axis=1), np.median(x, axis=1), x.sum(axis=1)):
        scaled = rival * np.mean(rival / 2) / np.mean(rival**2)  # at its best scale
        own_best = np.mean((scaled - 0.5) ** 2) + 1 / 12
        assert own_best > floor - 1e-4
        if rival is not top:
            assert own_best > floor + 0.001


def test_network_floor_holds_on_the_whole_cube(values, sample):
    x, y = sample
    W1, W2 = np.array(values["W1_best"]), np.array(values["W2_best"])
    f = np.maximum(x @ W1, 0) @ W2
    measured, error = loss_and_error((y - f[:, 0]) ** 2)
    assert values["network_floor"] == pytest.approx(measured, abs=5 * error)
    exact_in_y = 1 / 12 + np.mean((f - 0.5) ** 2)
    assert values["network_floor"] == pytest.approx(exact_in_y, abs=2e-4)


def test_another_search_finds_the_same_network_floor(values):
    rng = np.random.default_rng(99)
    x = rng.random((20_000, 3))

    def loss(theta):
        W1, W2 = theta[:6].reshape(3, 2), theta[6:]
        a1 = np.maximum(x @ W1, 0)
        e = a1 @ W2 - 0.5
        dz1 = e[:, None] * W2 * (a1 > 0)
        gradient = np.concatenate([(x.T @ dz1).ravel(), a1.T @ e]) * 2 / len(x)
        return 1 / 12 + np.mean(e**2), gradient

    found = min(
        minimize(loss, rng.normal(size=8), jac=True, method="BFGS").fun
        for _ in range(25)
    )
    assert found == pytest.approx(values["network_floor"], abs=5e-4)


def test_best_network_is_the_larger_of_two_sums(values, sample):
    x = sample[0][:100_000]
    W1, W2 = np.array(values["W1_best"]), np.array(values["W2_best"])[:, 0]
    assert np.all(W2 > 0)
    always = int(np.mean(x @ W1 > 0, axis=0).argmax())
    first = W1[:, always] * W2[always]
    second = first + W1[:, 1 - always] * W2[1 - always]
    larger = np.maximum(x @ first, x @ second)
    np.testing.assert_allclose(np.maximum(x @ W1, 0) @ W2, larger, atol=1e-3)
    one, two = sorted((first, second), key=np.max, reverse=True)
    order = np.argsort(-one)  # the lone input first
    assert one[order[0]] > 5 * np.abs(one[order[1:]]).max()
    assert two[order[1:]].min() > 5 * abs(two[order[0]])


def test_what_the_other_restarts_are(values, sample):
    x = sample[0][:100_000]
    losses = np.array(values["restart_losses"])
    for W1, loss in zip(np.array(values["W1"]), losses, strict=True):
        shares = np.mean(x @ W1 > 0, axis=0)
        off, on = shares < 0.02, shares > 0.98
        if loss > 0.3:
            assert np.all(shares < 0.001)
        elif loss > 0.106:
            assert np.all(off | on) and np.any(on)
        else:
            assert not np.all(off | on)


def test_ladder_and_restarts(values, record):
    ladder = [
        values[name]
        for name in (
            "variance",
            "homogeneous_floor",
            "network_floor",
            "linear_floor",
            "dead_loss",
        )
    ]
    assert all(b - a > 0.004 for a, b in zip(ladder, ladder[1:], strict=False))
    shown = [
        float(line.split()[-1])
        for line in record("noise_floor").text("ladder").splitlines()
    ]
    assert shown == [round(rung, 4) for rung in ladder]
    # Three groups of restarts: the best, the linear map, the dead network.
    assert sum(values["counts"]) == values["restarts"]
    for level, rung in zip(values["levels"], ladder[2:], strict=True):
        assert level == pytest.approx(rung, abs=1e-4)
    assert values["counts"][1] > values["counts"][0]


@pytest.mark.parametrize("n", [1, 3, 10])
def test_exercise_floor_for_n_inputs(n):
    top = np.random.default_rng(n).random((200_000, n)).max(axis=1)
    best = top * np.mean(top / 2) / np.mean(top**2)
    assert np.mean((best - 0.5) ** 2) == pytest.approx(1 / (4 * (n + 1) ** 2), rel=0.03)
