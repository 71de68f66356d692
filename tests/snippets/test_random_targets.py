"""Training on targets that ignore the inputs, done again by other means."""

import re

import numpy as np
import pytest


@pytest.fixture(scope="module")
def values(record):
    return record("random_targets").values


@pytest.fixture(scope="module")
def weights(values):
    return np.array(values["final_weights"])  # (3, 20, 4, 2): W1 above W2


def network(theta, x):
    return np.maximum(x @ theta[:3], 0) @ theta[3]


@pytest.mark.parametrize(("rate", "seed"), [(0, 3), (1, 11)])
def test_training_with_numerical_gradients_ends_at_the_same_weights(
    values, weights, rate, seed
):
    rng = np.random.default_rng(seed)
    theta = np.vstack([rng.random((3, 2)), rng.random((2, 1)).T])
    for _ in range(values["steps"]):
        x, y = rng.random((1, 3)), rng.random((1, 1))
        gradient = np.zeros_like(theta)
        for index in np.ndindex(theta.shape):
            h = np.zeros_like(theta)
            h[index] = 1e-6
            up, down = (
                (network(t, x)[0] - y[0, 0]) ** 2 for t in (theta + h, theta - h)
            )
            gradient[index] = (up - down) / 2e-6
        theta -= values["learning_rates"][rate] * gradient
    np.testing.assert_allclose(weights[rate, seed], theta, atol=1e-5)


def test_losses_hold_on_another_sample_with_targets(values, weights):
    rng = np.random.default_rng(77)
    x, y = rng.random((300_000, 3)), rng.random(300_000)
    for rate in range(3):
        for seed in (0, 9, 19):
            squares = (network(weights[rate, seed], x) - y) ** 2
            error = squares.std() / np.sqrt(len(squares))
            expected = values["losses"][rate][seed]
            assert squares.mean() == pytest.approx(expected, abs=5 * error)


def test_no_run_beats_the_floors(values):
    losses = np.array(values["losses"])
    assert losses.min() > 19 / 192
    assert np.all(losses[0] > 13 / 120)
    assert values["below_linear"] == [0, int(np.sum(losses[1] < 13 / 120)), 0]


def test_step_size_one_kills(values, weights):
    losses, lengths = np.array(values["losses"][2]), np.array(values["lengths"][2])
    dead = lengths < values["steps"]
    assert values["dead_counts"] == [0, 0, int(dead.sum())]
    assert dead.sum() >= 15  # "nearly every seed"
    # A unit w.x on the cube is at most the sum of its positive weights.
    highest = np.maximum(weights[2][:, :3], 0).sum(axis=1)  # (20, 2)
    assert np.array_equal(highest.max(axis=1) == 0, dead)
    np.testing.assert_allclose(losses[dead], 1 / 3, rtol=1e-12)  # E[y^2]
    # The rest is as good as dead: a network that has learned anything ends 0.2 lower.
    np.testing.assert_allclose(losses, 1 / 3, atol=1e-3)
    assert values["last_death"] == lengths[dead].max()


def test_scatter_of_a_mean_of_100_losses(values, weights):
    rng = np.random.default_rng(8)
    y = rng.random((20_000, 100))
    constant = ((y - 0.5) ** 2).mean(axis=1).std()
    assert values["window_sd_constant"] == pytest.approx(constant, rel=0.03)
    x = rng.random((5000, 100, 3))
    windows = ((network(weights[0, 0], x) - y[:5000]) ** 2).mean(axis=1)
    assert values["window_sd"] == pytest.approx(windows.std(), rel=0.06)
    low, high = np.quantile(windows, [0.025, 0.975])
    assert values["window_low"] == pytest.approx(low, abs=0.003)
    assert values["window_high"] == pytest.approx(high, abs=0.003)


def test_figure_has_a_mark_for_every_run(record):
    (svg,) = record("random_targets").figures("spread")
    assert len(re.findall(r"<use ", svg)) >= 60
    for name in ("dead network", "any predictor", "linear, without bias"):
        assert name in svg
