"""The bound on the article's table, added up by other means."""

import math

import numpy as np
import pytest


@pytest.fixture(scope="module")
def values(record):
    return record("printed_table").values


def test_no_prediction_does_better_than_the_bound_of_a_line(values):
    y = (np.arange(200_000) + 0.5) / 200_000
    for limit, bound in zip(values["limits"], values["line_bounds"], strict=True):
        shares = [np.mean((y - p) ** 2 <= limit) for p in np.linspace(-0.2, 1.2, 57)]
        assert max(shares) <= bound + 2e-5
        assert max(shares) == pytest.approx(bound, abs=2e-5)  # p = 1/2 attains it


def test_product_against_a_sum_of_logarithms(values):
    # 2 sqrt(l) for eleven lines, from the printed digits as whole millionths.
    printed = [8243, 2364, 1462, 911, 667, 514, 403, 327, 269, 224, 181]
    assert values["printed"] == [digits / 1e6 for digits in printed]
    log10 = 11 * math.log10(2) + sum(math.log10((d + 0.5) / 1e6) for d in printed) / 2
    assert values["log10_bound"] == pytest.approx(log10, abs=1e-9)
    assert values["bound"] == pytest.approx(10**log10, rel=1e-9)
    assert values["bound"] < 1e-14
    per_year = 1000 * 365.25 * 86400
    assert values["years"] == pytest.approx(10**-log10 / per_year, rel=1e-6)


def test_simulation_agrees_where_it_can_see(values):
    errors = np.array(values["standard_errors"])
    bounds = np.array(values["bounds"][:3])
    np.testing.assert_array_less(
        np.abs(values["constant_rate"] - bounds), 4 * errors
    )  # attained
    network = np.array(values["network_rate"])
    np.testing.assert_array_less(network, bounds + 4 * errors)
    assert np.all(network > 0)
    assert network[0] < bounds[0] - 4 * errors[0]  # a strict gap


def test_untrained_first_line_against_a_direct_count(values):
    rng = np.random.default_rng(55)
    M = 400_000
    W1, W2 = rng.random((M, 3, 2)), rng.random((M, 2))
    x, y = rng.random((M, 3)), rng.random(M)
    # All is positive at the start: the network is the product of its matrices.
    prediction = (x * (W1 * W2[:, None, :]).sum(axis=2)).sum(axis=1)
    share = np.mean((prediction - y) ** 2 <= values["limits"][0])
    assert values["network_rate"][0] == pytest.approx(share, abs=0.006)


def test_a_real_table_jumps(values, record):
    real = values["real"]
    assert len(real) == len(values["printed"])
    assert values["rises"] == sum(b > a for a, b in zip(real, real[1:], strict=False))
    assert values["rises"] >= 3
    assert max(real) > 0.1
    shown = [
        float(line.split()[-1])
        for line in record("printed_table").text("real").splitlines()
    ]
    assert shown == [round(loss, 6) for loss in real]


def test_chance_that_draws_come_in_falling_order(values):
    assert values["falling_chance"] == pytest.approx(1 / 39_916_800)
    # The same rule where it can be counted: four draws, 1 in 24.
    draws = np.random.default_rng(4).random((200_000, 4))
    falling = np.mean(np.all(np.diff(draws, axis=1) < 0, axis=1))
    assert falling == pytest.approx(1 / math.factorial(4), rel=0.05)
