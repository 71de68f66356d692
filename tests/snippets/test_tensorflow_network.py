"""TensorFlow's losses, found again without TensorFlow."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Values = dict[str, Any]


@pytest.fixture(scope="module")
def values(record: Any) -> Values:
    return {
        name: np.array(value)
        for name, value in record("tensorflow_network").values.items()
        if name != "weights"  # of two shapes
    }


def replay(values: Values, update: Callable[[int, Any], Any]) -> list[float]:
    """The losses of 501 steps; with every unit on, the network is the map W1 W2."""
    x, y = values["x"], values["y"]
    W1, W2 = values["W1_start"], values["W2_start"]
    losses = []
    for step in range(501):
        assert np.all(x @ W1 > 0)
        residual = x @ (W1 @ W2) - y
        losses.append(float(np.sum(residual**2)) / 200)
        slope = 2 * x.T @ residual / 200
        gradients = np.append(slope @ W2.T, W1.T @ slope)
        change = update(step + 1, gradients)
        W1, W2 = W1 - change[:6].reshape(3, 2), W2 - change[6:].reshape(2, 1)
    return losses


def test_same_data_and_weights_as_the_program_in_numpy(
    values: Values, record: Any
) -> None:
    numpy_values = record("numpy_network").values
    assert np.array_equal(values["x"], numpy_values["x"])
    # Drawn numbers are the same everywhere; of what is computed from them, the last digits hang on the processor.
    np.testing.assert_allclose(values["y_test"], numpy_values["y_test"], rtol=1e-12)
    assert np.array_equal(values["W1_start"], numpy_values["W1_history"][0])
    assert np.array_equal(values["W2_start"], numpy_values["W2_history"][0])
    assert values["losses"] == pytest.approx(numpy_values["losses"], abs=1e-13)
    assert values["test_loss_64"] == pytest.approx(numpy_values["test_loss"], abs=1e-13)


def test_float64_agrees_step_by_step_with_descent_on_the_product(
    values: Values,
) -> None:
    assert len(values["losses_64"]) == values["n_steps"] + 1 == 501
    expected = replay(values, lambda step, gradients: 0.1 * gradients)
    assert values["losses_64"] == pytest.approx(np.array(expected), abs=1e-12)


def test_stated_differences_are_the_largest_of_all_steps(values: Values) -> None:
    for bits in (64, 32):
        gaps = [
            abs(a - b)
            for a, b in zip(values[f"losses_{bits}"], values["losses"], strict=True)
        ]
        assert len(gaps) == 501
        assert values[f"largest_difference_{bits}"] == max(gaps)


def test_float64_differs_by_no_more_than_rounding(values: Values) -> None:
    assert values["largest_difference_64"] < 1e-13
    assert values["weight_difference_64"] < 1e-12
    assert values["W1_64"] == pytest.approx(values["W1"], abs=1e-12)


def test_float32_was_really_float32(values: Values) -> None:
    for name in ("W1_32", "W2_32", "losses_32"):
        assert np.array_equal(values[name], values[name].astype(np.float32))
    assert 1e-10 < values["largest_difference_32"] < 1e-5
    assert values["largest_difference_32"] > 1e4 * values["largest_difference_64"]
    assert values["test_loss_32"] == pytest.approx(
        float(values["test_loss_64"]), rel=1e-5
    )


def test_tensorflow_is_float32_unless_told(record: Any) -> None:
    text = record("tensorflow_network").text("data")
    assert text == "NumPy: float64\nTensorFlow's default: float32\n"


def test_adam_by_its_own_formula(values: Values) -> None:
    mean: Any = np.zeros(8)
    square: Any = np.zeros(8)

    def update(step: int, gradients: Any) -> Any:
        nonlocal mean, square
        mean = 0.9 * mean + 0.1 * gradients
        square = 0.999 * square + 0.001 * gradients**2
        scale = np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        return 0.001 * scale * mean / (np.sqrt(square) + 1e-7)

    # Keras keeps Adam's constants as float32.
    assert values["adam_losses"] == pytest.approx(
        np.array(replay(values, update)), rel=1e-4
    )


def test_adam_at_its_default_rate_has_not_arrived(values: Values) -> None:
    assert 0 < values["adam_travel"] < 501 * 0.001 * 1.05
    assert values["adam_losses"][-1] > 2 * values["losses"][-1]


def test_the_python_that_tensorflow_asks_for() -> None:
    """The correction quotes the metadata of TensorFlow 2.21."""
    from importlib.metadata import metadata, packages_distributions

    found = metadata(packages_distributions()["tensorflow"][0])  # or tensorflow-cpu
    assert found["Version"].startswith("2.21"), "read the correction again"
    assert found["Requires-Python"] == ">=3.10"
