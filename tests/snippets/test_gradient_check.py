"""The derivation's numbers and a target of the wrong shape, found a second way."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Values = dict[str, Any]


@pytest.fixture(scope="module")
def values(record: Any) -> Values:
    return {
        name: np.array(value) for name, value in record("gradient_check").values.items()
    }


def network_loss(x: Any, y: Any, W1: Any, W2: Any, b1: Any = 0.0, b2: Any = 0.0) -> Any:
    z1 = x @ W1 + b1
    y_hat = np.where(z1.real > 0, z1, 0) @ W2 + b2
    return np.sum((y_hat - y) ** 2) / len(x)


def complex_step(function: Callable[[Any], Any], parameter: Any) -> Any:
    """The gradient by an imaginary nudge: no difference of near numbers, so exact to rounding."""
    gradient = np.zeros(parameter.shape)
    for place in np.ndindex(*parameter.shape):
        nudged = parameter.astype(complex)
        nudged[place] += 1e-30j
        gradient[place] = function(nudged).imag / 1e-30
    return gradient


def test_each_line_of_the_derivation(values: Values) -> None:
    """Sums over examples and units, one number at a time."""
    x, y, W1, W2 = (values[name] for name in ("x", "y", "W1", "W2"))
    dW1, dW2 = np.zeros((3, 2)), np.zeros((2, 1))
    total = 0.0
    for n in range(8):
        z = [sum(x[n, i] * W1[i, j] for i in range(3)) for j in range(2)]
        a = [max(0.0, value) for value in z]
        error = sum(a[j] * W2[j, 0] for j in range(2)) - y[n, 0]
        total += error**2
        assert values["dy_hat"][n, 0] == pytest.approx(2 / 8 * error)
        for j in range(2):
            assert values["mask"][n, j] == (z[j] > 0)
            assert values["da1"][n, j] == pytest.approx(2 / 8 * error * W2[j, 0])
            on = 1 if z[j] > 0 else 0
            assert values["dz1"][n, j] == pytest.approx(2 / 8 * error * W2[j, 0] * on)
            dW2[j, 0] += 2 / 8 * error * a[j]
            for i in range(3):
                dW1[i, j] += 2 / 8 * error * W2[j, 0] * on * x[n, i]
    assert values["L"] == pytest.approx(total / 8)
    assert values["dW1"] == pytest.approx(dW1)
    assert values["dW2"] == pytest.approx(dW2)


def test_gradient_by_hand_is_the_complex_step_derivative(values: Values) -> None:
    x, y, W1, W2 = (values[name] for name in ("x", "y", "W1", "W2"))
    dW1 = complex_step(lambda W: network_loss(x, y, W, W2), W1)
    dW2 = complex_step(lambda W: network_loss(x, y, W1, W), W2)
    assert values["by_hand"] == pytest.approx(np.append(dW1, dW2), rel=1e-12)


def test_the_batch_has_units_on_and_off(values: Values) -> None:
    assert values["n_on"] == np.sum(values["x"] @ values["W1"] > 0)
    assert 0 < values["n_on"] < 16


def test_check_compares_all_eight_weights(values: Values, record: Any) -> None:
    assert len(values["numeric"]) == len(values["by_hand"]) == 8
    # Computed apart from each other, so never equal in every digit.
    assert np.any(values["numeric"] != values["by_hand"])
    gap = np.abs(values["numeric"] - values["by_hand"])
    scale = np.abs(values["numeric"]) + np.abs(values["by_hand"])
    assert values["largest_error"] == pytest.approx(float(np.max(gap / scale)))
    assert values["largest_error"] < 1e-8
    assert len(record("gradient_check").text("check").splitlines()) == 10


def test_finite_differences_are_exact_up_to_rounding_until_a_unit_switches(
    values: Values,
) -> None:
    """The loss is a parabola in each weight; at h = 0.1 a unit switches, at 0.001 none does."""
    h, errors = values["step_sizes"], values["step_errors"]
    distance = np.abs(values["x"] @ values["W1"])[:, None, :]  # (N, 1, 2)
    reach = np.abs(values["x"])[:, :, None]  # (N, 3, 1)
    switches = [bool(np.any(distance < size * reach)) for size in h]
    assert switches == [True, False, False, False, False, False]
    assert errors[0] > 1e-3
    assert np.argmin(errors) == 1
    assert errors[1] < 1e-10
    assert np.all(np.diff(errors[1:]) > 0)


def test_flat_target_measures_every_pair(values: Values) -> None:
    y, y_hat = values["y"][:, 0], values["y_hat"][:, 0]
    pairs = [(p - t) ** 2 for p in y_hat for t in y]
    assert values["difference"].shape == (8, 8)
    assert values["wrong_loss"] == pytest.approx(sum(pairs) / 64)
    # The wrong loss has lost what matters: the covariance of prediction and target.
    covariance = np.cov(y_hat, y, bias=True)[0, 1]
    assert values["wrong_loss"] - values["right_loss"] == pytest.approx(2 * covariance)


def test_flat_target_prefers_the_mean_to_a_perfect_prediction(values: Values) -> None:
    variance = np.var(values["y"])
    assert values["perfect_right"] == 0
    assert values["perfect_wrong"] == pytest.approx(2 * variance)
    assert values["mean_right"] == pytest.approx(variance)
    assert values["mean_wrong"] == pytest.approx(variance)


def test_exercise_gradients_of_biases(values: Values) -> None:
    """db1 is the sum of dz1 over the batch, db2 the sum of dy_hat."""
    x, y, W1, W2 = (values[name] for name in ("x", "y", "W1", "W2"))
    b1, b2 = np.array([0.3, -0.2]), np.array([0.1])
    z1 = x @ W1 + b1
    dy_hat = 2 / 8 * (np.maximum(0, z1) @ W2 + b2 - y)
    dz1 = dy_hat @ W2.T * (z1 > 0)
    db1 = complex_step(lambda b: network_loss(x, y, W1, W2, b, b2), b1)
    db2 = complex_step(lambda b: network_loss(x, y, W1, W2, b1, b), b2)
    assert dz1.sum(axis=0) == pytest.approx(db1)
    assert dy_hat.sum(axis=0) == pytest.approx(db2)
    none_1, none_2 = np.zeros(2), np.zeros(1)
    at_zero = complex_step(lambda b: network_loss(x, y, W1, W2, b, none_2), none_1)
    assert np.asarray(values["db1"]) == pytest.approx(at_zero)
    at_zero = complex_step(lambda b: network_loss(x, y, W1, W2, none_1, b), none_2)
    assert np.asarray(values["db2"]) == pytest.approx(at_zero)
