"""Two mistakes in a gradient, found a second way."""

from typing import Any

import numpy as np
import pytest

Values = dict[str, Any]


@pytest.fixture(scope="module")
def values(record: Any) -> Values:
    return {
        name: np.array(value)
        for name, value in record("gradient_mistakes").values.items()
    }


def test_missing_mask_is_noticed_exactly_where_a_unit_is_off(values: Values) -> None:
    for i, w_low in enumerate((-1, 0)):
        for j, x_low in enumerate((-1, 0)):
            some_off = 0
            for seed in range(20):
                rng = np.random.default_rng(seed)
                W1 = rng.uniform(w_low, 1, 8)[:6].reshape(3, 2)
                some_off += bool(np.any(rng.uniform(x_low, 1, (8, 3)) @ W1 <= 0))
            assert values["n_found"][i, j] == some_off
    assert values["n_found"][0, 0] == values["n_seeds"] == 20
    assert values["n_found"][1, 1] == 0


def test_correct_gradient_passes_in_every_seed_and_the_maskless_one_fails_badly(
    values: Values,
) -> None:
    assert values["correct_errors"].shape == (2, 2, 20)
    assert values["worst_correct"].max() < 1e-6
    assert values["worst_no_mask"][0, 0] > 0.5
    assert values["worst_no_mask"][1, 1] < 1e-6
    # No seed lies near the threshold that tells the two apart.
    both = np.append(values["correct_errors"], values["no_mask_errors"])
    assert not np.any((both > 1e-7) & (both < 1e-4))


def test_missing_mean_is_off_by_the_size_of_the_batch(values: Values) -> None:
    assert values["batch_sizes"].tolist() == [1, 8, 200]
    for n, row in zip(values["batch_sizes"], values["ratios"], strict=True):
        assert row == pytest.approx(np.full(8, n), rel=1e-6)


def test_without_the_mean_the_network_explodes_then_dies(values: Values) -> None:
    x, y = values["x_train"], values["y_train"]
    with_mean, without = values["mean_losses"], values["sum_losses"]
    assert np.all(np.diff(with_mean) < 0)
    assert without[0] == with_mean[0]
    assert without[1] > 1e4
    assert without[2:] == pytest.approx(np.full(4, np.mean(y**2)))  # the output is 0
    assert not np.any(x @ values["w_sum"][:6].reshape(3, 2) > 0)
