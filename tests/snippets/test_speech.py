"""Speech: the string and the networks again in NumPy, sample by sample, and what each reach allows at best."""

import numpy as np
import pytest
from parts import until


@pytest.fixture(scope="module")
def values(record):
    return record("speech").values


@pytest.fixture(scope="module")
def names():
    return until(
        "speech",
        "fit",
        ("seeds = range(1000, 1020)", "seeds = [2000, 2001]"),
        ("[0.01, 0.03, 0.1, 0.3, 1.0]", "[0.1, 0.3]"),
    )


def string(period, length, rng):
    """One note, one sample after the other."""
    x = list(rng.normal(size=period))
    while len(x) < length:
        x.append(0.9 * x[-period] + np.sqrt(0.19) * rng.normal())
    return np.array(x)


def strings(period, count, length, seed):
    rng = np.random.default_rng(seed)
    return np.stack([string(period, length, rng) for _ in range(count)])


def predictions(x, weights, dilations):
    """The network of one seed for one note x, (T,), time by time."""
    into, into_bias, *layers, out, out_bias = weights
    h = [x[t] * into[0] + into_bias[0] for t in range(len(x))]
    for k, d in enumerate(dilations):
        weight, bias = layers[2 * k], layers[2 * k + 1][0]
        earlier = [h[t - d] if t >= d else 0 * h[t] for t in range(len(x))]
        h = [
            now + np.maximum(np.concatenate([then, now]) @ weight + bias, 0)
            for then, now in zip(earlier, h, strict=True)
        ]
    return np.array([now @ out[:, 0] + out_bias[0, 0] for now in h])


def test_notes_are_those_of_a_string_written_out(names):
    for period in names["periods"].values():
        ours = names["notes"](period, 500, 96, np.random.default_rng(3)).astype(float)
        ours = ours[:, period:] - 0.9 * ours[:, :-period]
        theirs = strings(period, 500, 96, 4)
        theirs = theirs[:, period:] - 0.9 * theirs[:, :-period]
        assert theirs.var() == pytest.approx(names["floor"], rel=0.03)
        assert ours.var() == pytest.approx(names["floor"], rel=0.03)
        neighbours = np.corrcoef(ours[:, 1:].ravel(), ours[:, :-1].ravel())[0, 1]
        assert abs(neighbours) < 0.02  # the noise is new at each sample


@pytest.mark.parametrize("name", ["undilated", "dilated"])
def test_the_network_again_time_by_time(names, name):
    d = names["dilations"][name]
    weights = names["start"]([7, 8], 8, 5)
    rng = np.random.default_rng(9)
    weights = [w + 0.1 * rng.normal(size=w.shape).astype("float32") for w in weights]
    x = strings(24, 2, 80, 10).astype("float32")
    found = names["network"](x[None].repeat(2, axis=0), weights, d).numpy()
    for seed in range(2):
        for n in range(2):
            own = [w[seed].numpy() for w in weights]
            again = predictions(x[n], own, d)
            assert found[seed, n] == pytest.approx(again, abs=1e-4)
    error = names["errors"](x[None].repeat(2, axis=0), weights, d).numpy()
    by_hand = [np.mean((found[s, :, 32:-1] - x[:, 33:]) ** 2) for s in range(2)]
    assert error == pytest.approx(by_hand, rel=1e-4)


def test_training_beside_others_is_training_alone(names):
    """Networks side by side share no gradient: one alone ends with the same weights."""
    heard = strings(4, 64, 96, 11).astype("float32")
    batches = np.random.default_rng(12).integers(64, size=(names["steps"], 1, 4))
    d = names["dilations"]["dilated"]
    rates = np.array([0.1, 0.03], "float32")[:, None, None]
    both = names["train"](
        names["start"]([5, 6], 8, 5),
        np.stack([heard, heard[::-1]]),
        batches.repeat(2, axis=1),
        rates,
        d,
    )
    alone = names["train"](
        names["start"]([6], 8, 5), heard[None, ::-1], batches, rates[1:], d
    )
    x = strings(4, 20, 96, 13).astype("float32")[None]
    second = names["errors"](x, [w[1:] for w in both], d).numpy()
    assert second == pytest.approx(names["errors"](x, alone, d).numpy(), abs=0.01)
    assert second < 0.35


def test_each_seed_gets_the_rate_with_the_least_error_on_its_own_validation_notes(
    names,
):
    """The choice of `fit`, made again with each seed and each rate on its own."""
    found_rates, found = names["fit"]("dilated", "high note")
    d = names["dilations"]["dilated"]
    for k, seed in enumerate(names["seeds"]):
        rng = np.random.default_rng([seed, 0])
        x = names["notes"](4, 364, 96, rng)
        batches = rng.integers(64, size=(names["steps"], 1, 4))
        tried = []
        for rate in (0.1, 0.3):
            weights = names["train"](
                names["start"]([seed], 8, 5),
                x[None, :64],
                batches,
                np.full((1, 1, 1), rate, "float32"),
                d,
            )
            both = [x[None, 64:164], x[None, 164:]]
            tried.append(
                [names["errors"](part, weights, d).numpy()[0] for part in both]
            )
        (near, far), chosen = sorted(tried), tried[[0.1, 0.3].index(found_rates[k])]
        assert chosen[0] == near[0] or far[0] - near[0] < 1e-3
        assert found[k] == pytest.approx(chosen[1], abs=0.01)


@pytest.mark.parametrize("note", ["low note", "high note"])
def test_least_squares_says_what_each_reach_allows(values, names, note):
    period, limits = names["periods"][note], {}
    x = strings(period, 40, 600, 77)
    for name, reach in names["reach"].items():
        windows = np.lib.stride_tricks.sliding_window_view(x, reach + 1, axis=1)
        windows = windows.reshape(-1, reach + 1)
        a, b = windows[:, :-1], windows[:, -1]
        w = np.linalg.lstsq(a[::2], b[::2])[0]
        limits[name] = np.mean((a[1::2] @ w - b[1::2]) ** 2)
    assert limits["dilated"] == pytest.approx(values["noise_floor"], rel=0.05)
    best = values["noise_floor"] if note == "high note" else 1  # 1: nothing to be had
    assert limits["undilated"] == pytest.approx(best, rel=0.1)


def test_what_the_page_says_of_the_runs(values):
    errors = np.array(values["all_errors"])  # low undilated, low dilated, high, high
    assert errors.mean(axis=1) == pytest.approx(values["means"])
    assert errors.min() > 0.9 * values["noise_floor"]
    assert np.all(np.abs(errors[0] - 1) < 0.15)  # as good as guessing the mean
    assert np.abs(errors[2:] - values["noise_floor"]).max() < 0.05  # all near the floor
    near = errors[1] < 1.2 * values["noise_floor"]
    assert 0.75 < near.mean() < 1  # "most", and others that stop on the way
    assert np.all(errors[1] < 0.9)
    assert values["solved"] == [0, np.sum(errors[1] < 0.5), 20, 20]


def test_no_rate_that_was_chosen_lies_at_an_edge(values):
    """But where there is nothing to learn, all rates are alike: the undilated on the low note."""
    for rates in values["choices"][1:]:
        at_the_edge = np.isin(rates, [min(values["grid"]), max(values["grid"])])
        assert at_the_edge.mean() <= 0.25


def test_parameters_are_equal_and_all_in_use(values, names):
    """Each network sees as far back as its reach says, and no further."""
    sizes = [8, 8, *[16 * 8, 8] * 5, 8, 1]
    assert values["n_parameters"] == sum(sizes)
    for name, d in names["dilations"].items():
        weights = [np.abs(w.numpy()[0]) for w in names["start"]([5], 8, 5)]
        x = np.abs(np.random.default_rng(6).normal(size=80))
        moved = x.copy()
        moved[30] += 1  # with weights above zero, no ReLU is off
        change = predictions(moved, weights, d) != predictions(x, weights, d)
        seen = np.flatnonzero(change) - 30
        assert (seen.min(), seen.max()) == (0, names["reach"][name] - 1)


def test_exercise_offsets_without_a_four():
    offsets = {0}
    for distance in (1, 2, 8, 16):
        offsets |= {offset + distance for offset in offsets}
    missing = [*range(4, 8), *range(12, 16), *range(20, 24), *range(28, 32)]
    assert sorted(set(range(32)) - offsets) == missing
