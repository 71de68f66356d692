"""The facts that the chapters state of the network in NumPy, found a second way."""

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Values = dict[str, Any]

SNIPPET = Path(__file__).parents[2] / "snippets" / "numpy_network.py"


@pytest.fixture(scope="module")
def values(record: Any) -> Values:
    return {
        name: np.array(value) for name, value in record("numpy_network").values.items()
    }


@pytest.fixture(scope="module")
def program() -> Values:
    return runpy.run_path(str(SNIPPET))


def loss_of(W1: Any, W2: Any, x: Any, y: Any) -> float:
    """The loss, one example and one unit at a time."""
    total = 0.0
    for row, target in zip(x, y[:, 0], strict=True):
        prediction = sum(max(0.0, float(row @ W1[:, j])) * W2[j, 0] for j in range(2))
        total += (prediction - target) ** 2
    return total / len(x)


def test_target_is_the_linear_map_plus_noise_of_the_stated_variance(
    values: Values,
) -> None:
    noise = values["y"] - values["x"] @ np.array([[0.5], [1.0], [1.5]])
    assert values["noise_variance"] == pytest.approx(0.01)
    # The variance of N draws scatters by sqrt(2 / N) of itself, which is a tenth here.
    assert np.mean(noise**2) == pytest.approx(0.01, rel=0.4)
    assert abs(np.corrcoef(noise[:, 0], values["x"][:, 0])[0, 1]) < 0.25


def test_network_has_eight_weights(values: Values) -> None:
    assert values["W1"].shape == (3, 2)
    assert values["W2"].shape == (2, 1)
    assert values["n_weights"] == 8


def test_gradient_agrees_with_finite_differences_where_the_mask_matters(
    program: Values,
) -> None:
    rng = np.random.default_rng(11)
    x, y = rng.normal(size=(9, 3)), rng.normal(size=(9, 1))
    W1, W2 = rng.normal(size=(3, 2)), rng.normal(size=(2, 1))
    z1, a1, y_hat = program["forward"](x, W1, W2)
    assert 0 < np.sum(z1 > 0) < z1.size
    for which, by_hand in enumerate(program["backward"](x, y, z1, a1, y_hat, W2)):
        for place in np.ndindex(*by_hand.shape):
            above: Any = [W1.copy(), W2.copy()]
            below: Any = [W1.copy(), W2.copy()]
            above[which][place] += 1e-4
            below[which][place] -= 1e-4
            change = loss_of(above[0], above[1], x, y) - loss_of(
                below[0], below[1], x, y
            )
            slope = change / 2e-4
            assert by_hand[place] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_losses_are_those_of_descent_on_the_product_of_the_matrices(
    values: Values,
) -> None:
    """With every unit on, the network is the map W1 W2, whose gradient needs no chain of layers."""
    x, y = values["x"], values["y"]
    W1, W2 = values["W1_history"][0], values["W2_history"][0]
    assert (values["history_steps"][0], values["smallest_active_share"]) == (0, 1)
    for recorded in values["losses"]:
        residual = x @ (W1 @ W2) - y
        assert recorded == pytest.approx(float(np.sum(residual**2)) / 200, abs=1e-12)
        slope = 2 * x.T @ residual / 200
        W1, W2 = W1 - 0.1 * slope @ W2.T, W2 - 0.1 * W1.T @ slope


def test_loss_falls_at_every_step_until_it_rests(values: Values) -> None:
    assert len(values["losses"]) == values["n_steps"] + 1
    assert np.all(np.diff(values["losses"]) < 1e-12)
    assert values["losses"][0] > 100 * values["losses"][-1]


def test_no_unit_is_ever_off(values: Values) -> None:
    for W1 in values["W1_history"]:
        assert np.all(values["x"] @ W1 > 0)
    assert np.all(values["active_shares"] == 1)


def test_network_ends_at_the_least_squares_map(values: Values) -> None:
    x, y = values["x"], values["y"]
    best = np.linalg.solve(x.T @ x, x.T @ y)  # the normal equations
    assert values["w_network"] == pytest.approx(best, abs=1e-4)
    assert values["w_linear"] == pytest.approx(best, abs=1e-9)
    gap = float(np.max(np.abs(values["W1"] @ values["W2"] - best)))
    assert values["map_difference"] == pytest.approx(gap, abs=1e-9)
    assert values["losses"][-1] == pytest.approx(
        float(np.mean((x @ best - y) ** 2)), rel=1e-6
    )


def test_held_out_losses_are_of_examples_that_training_never_saw(
    values: Values, program: Values
) -> None:
    x_test, y_test = program["x_test"], values["y_test"]
    assert len(x_test) == 1000
    assert not set(map(tuple, x_test)) & set(map(tuple, values["x"]))
    for name, w in (
        ("test_loss", values["w_network"]),
        ("linear_test_loss", values["w_linear"]),
        ("truth_test_loss", np.array([[0.5], [1.0], [1.5]])),
    ):
        error = np.einsum("ni,ij->nj", x_test, w) - y_test
        assert values[name] == pytest.approx(
            float(np.vdot(error, error)) / 1000, rel=1e-9
        )


def test_held_out_loss_is_what_theory_expects(values: Values) -> None:
    """E (x w - y)^2 = variance of noise + (w - w_true)' E[x x'] (w - w_true)."""
    moments = np.eye(3) / 12 + 1 / 4  # of three independent uniforms on (0, 1)
    off = values["w_network"] - np.array([[0.5], [1.0], [1.5]])
    expected = 0.01 + float((off.T @ moments @ off).item())
    assert expected > 0.01
    assert values["test_loss"] == pytest.approx(
        expected, abs=4 * 0.01 * np.sqrt(2 / 1000)
    )


def test_fit_beats_the_truth_in_training_and_loses_held_out(values: Values) -> None:
    assert values["linear_loss"] < values["truth_loss"]
    assert values["linear_test_loss"] > values["truth_test_loss"]


def test_history_holds_the_run(values: Values) -> None:
    steps = values["history_steps"].astype(int)
    assert 40 <= len(steps) <= 60
    assert np.all(np.diff(steps) > 0)
    assert steps[-1] == values["n_steps"]
    for step, W1, W2, loss in zip(
        steps,
        values["W1_history"],
        values["W2_history"],
        values["history_losses"],
        strict=True,
    ):
        assert loss == values["losses"][step]
        assert loss == pytest.approx(
            loss_of(W1, W2, values["x"], values["y"]), rel=1e-9
        )
    assert np.array_equal(values["W1_history"][-1], values["W1"])


def test_the_three_phases_of_the_run(values: Values) -> None:
    """What the reader is told to look at when stepping through: the phases, and why they come."""
    x, y, W1, W2 = (values[name] for name in ("x", "y", "W1_history", "W2_history"))
    assert np.array_equal(values["history_steps"][:12], np.arange(12))
    predictions = x @ W1 @ W2  # (T, N, 1); no unit is ever off
    assert np.all(predictions[0] < y)
    assert np.all(np.diff(W1[:8], axis=0) > 0) and np.all(np.diff(W2[:8], axis=0) > 0)
    assert np.all((x @ W1[0])[:, 1] > (x @ W1[0])[:, 0]) and W2[0, 1] > W2[0, 0]
    assert np.all(W1[7, :, 1] - W1[0, :, 1] > W1[7, :, 0] - W1[0, :, 0])
    assert W2[7, 1] - W2[0, 1] > W2[7, 0] - W2[0, 0]

    shift = W1[-1] - W1[9]
    assert np.all(shift[1] < 0) and np.all(shift[[0, 2]] > 0)
    # The map has about its final sum at step 7, but the second input has too large a part of it.
    maps = (W1 @ W2)[:, :, 0]
    assert maps[7].sum() == pytest.approx(maps[-1].sum(), rel=0.05)
    assert maps[7, 1] / maps[7].sum() > 1.1 * maps[-1, 1] / maps[-1].sum()
    losses = values["losses"]
    assert losses[100] - losses[-1] > 1e-5, "hundreds of steps for the rest"

    late = values["history_steps"] >= values["n_steps"] - 100
    for weights in (W1, W2):
        assert np.all(np.round(weights[late], 2) == np.round(weights[-1], 2))


def test_the_first_example_comes_near_its_target_and_leaves_it_for_the_truth(
    values: Values,
) -> None:
    x, target = values["x"][0], values["y"][0, 0]
    course = (x @ (values["W1_history"] @ values["W2_history"]))[:, 0]  # (T,)
    nearest = int(np.argmin(np.abs(course - target)))
    assert 8 <= values["history_steps"][nearest] <= 15, "about ten steps"
    assert abs(course[nearest] - target) < 0.02
    assert abs(course[-1] - target) > 2 * abs(course[nearest] - target)
    truth = float(x @ [0.5, 1.0, 1.5])
    assert 3 * abs(course[-1] - truth) < abs(target - truth)
    assert course[-1] == pytest.approx(values["y_hat"][0, 0])


def test_mse_refuses_a_target_of_another_shape(program: Values) -> None:
    with pytest.raises(AssertionError):
        program["mse"](np.zeros(8), np.zeros((8, 1)))


def test_exercise_flat_target_stops_the_backward_pass(program: Values) -> None:
    x, W1, W2 = np.ones((8, 3)), np.ones((3, 2)), np.ones((2, 1))
    z1, a1, y_hat = program["forward"](x, W1, W2)
    dW1, dW2 = program["backward"](x, np.zeros((8, 1)), z1, a1, y_hat, W2)
    assert (dW1.shape, dW2.shape) == (W1.shape, W2.shape)
    with pytest.raises(ValueError, match="matmul"):
        program["backward"](x, np.zeros(8), z1, a1, y_hat, W2)


def test_fitting_three_numbers_costs_three_parts_of_the_noise_in_200(
    values: Values,
) -> None:
    """Least squares on 2,000 fresh training sets: how far from the truth on average."""
    rng = np.random.default_rng(13)
    moments = np.eye(3) / 12 + 1 / 4
    excess, optimism = [], []
    for _ in range(2000):
        x, noise = rng.random((200, 3)), 0.1 * rng.standard_normal((200, 1))
        off = np.linalg.solve(x.T @ x, x.T @ noise)  # the fit minus the truth
        excess.append(float((off.T @ moments @ off).item()))
        optimism.append(float(np.mean(noise**2) - np.mean((noise - x @ off) ** 2)))
    assert values["expected_excess"] == pytest.approx(np.mean(excess), rel=0.1)
    assert values["expected_excess"] == pytest.approx(np.mean(optimism), rel=0.1)
    assert values["excess"] == values["test_loss"] - values["truth_test_loss"]
    assert values["optimism"] == values["truth_loss"] - values["linear_loss"]


def test_scatter_is_that_of_a_mean_of_a_thousand_squared_normal_numbers(
    values: Values,
) -> None:
    rng = np.random.default_rng(13)
    means = np.mean((0.1 * rng.standard_normal((2000, 1000))) ** 2, axis=1)
    assert values["scatter"] == pytest.approx(np.std(means), rel=0.1)
    assert abs(values["test_loss"] - values["noise_variance"]) < values["scatter"]


def test_curve_has_the_floor_as_a_line(record: Any) -> None:
    (figure,) = record("numpy_network").figures("curve")
    assert "variance of noise" in figure
