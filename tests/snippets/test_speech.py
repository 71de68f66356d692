"""Speech: the string, the floor and a trained network, all done again in NumPy."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def values(record):
    return record("speech").values


def strings(period, count, length, rng):
    """As in the snippet, one sample after the other."""
    x = rng.normal(size=(count, 1, period)).reshape(count, period)
    while x.shape[1] < length:
        noise = rng.normal(0, np.sqrt(0.19), size=(count, 1, period))[:, 0]
        x = np.hstack([x, 0.9 * x[:, -period:] + noise])
    return x[:, :length]


def network(x, theta, dilation, channels):
    """The causal network, its taps written out."""
    theta = list(theta)

    def take(*shape):
        size = int(np.prod(shape))
        part = np.array(theta[:size]).reshape(shape)
        del theta[:size]
        return part

    h = x[:, :, None] @ take(1, channels) + take(channels)
    for d in dilation:
        earlier_weight, now_weight = take(2, channels, channels)
        bias = take(channels)
        z = h @ now_weight + bias
        z[:, d:] += h[:, :-d] @ earlier_weight
        h = h + np.maximum(z, 0)
    y_hat = (h @ take(channels, 1) + take(1))[:, :, 0]
    assert not theta
    return y_hat


def test_trained_network_gives_the_same_error_in_numpy(values):
    rng = np.random.default_rng(values["seeds"][0])
    for count, length in ((64, 160), (32, 500)):
        strings(values["low_period"], count, length, rng)
    test = strings(values["low_period"], 32, 500, rng)
    y_hat = network(test, values["kept"], [1, 2, 4, 8, 16], values["channels"])
    error = np.mean((y_hat[:, 32:-1] - test[:, 33:]) ** 2)
    assert error == pytest.approx(values["errors"][0][1][0], rel=1e-4)


@pytest.mark.parametrize("note", ["low_period", "high_period"])
def test_least_squares_says_what_each_reach_allows(values, note):
    rng = np.random.default_rng(77)
    x = strings(values[note], 40, 600, rng)
    limits = {}
    for reach in (values["reach_undilated"], values["reach_dilated"]):
        windows = np.lib.stride_tricks.sliding_window_view(x, reach + 1, axis=1)
        windows = windows.reshape(-1, reach + 1)
        a, b = windows[:, :-1], windows[:, -1]
        w = np.linalg.lstsq(a[::2], b[::2])[0]
        limits[reach] = np.mean((a[1::2] @ w - b[1::2]) ** 2)
    near, far = limits.values()
    assert far == pytest.approx(values["floor"], rel=0.05)
    if values[note] > values["reach_undilated"]:
        assert near == pytest.approx(1, abs=0.1)  # nothing to be had
    else:
        assert near == pytest.approx(values["floor"], rel=0.05)


def test_no_run_beats_the_floor_and_the_page_counts_right(values):
    errors = np.array(values["errors"])  # note, network, seed
    assert errors.min() > 0.95 * values["floor"]
    assert np.all(np.abs(errors[0, 0] - 1) < 0.1)  # undilated, low note: as good as 1
    assert np.abs(errors[1] - values["floor"]).max() < 0.05  # high note: all near
    near = errors[0, 1] < 2 * values["floor"]
    assert values["near_floor"] == near.sum() == 4  # "the remaining one"
    assert np.all(errors[0, 1][~near] > 0.9)  # "never found the period"
    assert values["verdict"] == "holds when"


def test_parameters_are_equal_and_all_in_use(values):
    assert values["n_parameters"] == len(values["kept"])
    for dilation, reach in (
        ([1] * 5, values["reach_undilated"]),
        ([1, 2, 4, 8, 16], values["reach_dilated"]),
    ):
        theta = np.random.default_rng(5).normal(size=len(values["kept"]))
        x = np.random.default_rng(6).normal(size=(1, 80))
        moved = x.copy()
        moved[0, 40] += 1
        change = network(moved, theta, dilation, 8) != network(x, theta, dilation, 8)
        seen = np.flatnonzero(change[0]) - 40
        assert seen.min() == 0
        assert seen.max() <= reach - 1
        assert seen.max() > reach - 4


def test_exercise_offsets_without_a_four():
    offsets = {0}
    for distance in (1, 2, 8, 16):
        offsets |= {offset + distance for offset in offsets}
    missing = [*range(4, 8), *range(12, 16), *range(20, 24), *range(28, 32)]
    assert sorted(set(range(32)) - offsets) == missing
