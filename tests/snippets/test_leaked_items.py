"""Leaked items by other learners, and a public test compared with its twin in plain loops."""

import warnings

import numpy as np
import pytest
from parts import until
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier

IMAGES, LABELS = load_digits(return_X_y=True)
IMAGES = IMAGES / 16


@pytest.fixture(scope="module")
def values(record):
    return record("leaked_items").values


def gap_of(model, rng, leak, own=60, leaked=40):
    """One network, one public test: its score there less that on all other items; and the latter."""
    order = rng.permutation(len(IMAGES))
    mine, others, public, fresh = np.split(
        order, [own, own + leaked, own + leaked + 199]
    )
    train = np.r_[mine, public[:leaked] if leak else others]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(IMAGES[train], LABELS[train])
    right = model.predict(IMAGES) == LABELS
    return right[public].mean() - right[fresh].mean(), right[fresh].mean()


def test_a_nearest_neighbour_which_learns_by_heart_obeys_the_arithmetic(values):
    """It gets each leaked item right by definition; with as many fresh items there is no gap."""
    for leak in (True, False):
        runs = [
            gap_of(KNeighborsClassifier(1), np.random.default_rng([n, 3]), leak)
            for n in range(60)
        ]
        gap, fresh = np.mean(runs, axis=0)
        foretold = leak * values["leaked"] / 199 * (1 - fresh)
        assert gap == pytest.approx(foretold, abs=0.008)


def test_networks_of_another_library_find_the_gap(values):
    gaps = []
    for n in range(12):
        model = MLPClassifier((32,), alpha=0, learning_rate_init=0.01, random_state=n)
        gaps.append(gap_of(model, np.random.default_rng([n, 7]), leak=True)[0])
    _, low, high = values["intervals"][-1]
    assert low - 0.01 < np.mean(gaps) < high + 0.01


def test_public_and_fresh_in_plain_loops():
    names = until("leaked_items", "train")
    rng = np.random.default_rng(5)
    right = rng.random((3, 4, 4, 199)) < 0.7  # S, turn, quarter, items
    for elsewhere in (0, 1, 2):
        public, fresh = names["public_and_fresh"](right, elsewhere)
        scores = []
        for turn in range(4):
            rest = [q for q in range(4) if q not in (turn, (turn + elsewhere) % 4)]
            scores.append([right[:, turn, turn].mean(), right[:, turn, rest].mean()])
        assert [public.mean(), fresh.mean()] == pytest.approx(np.mean(scores, axis=0))
        turns = [t for t in range(4) if t != 2 and (t + elsewhere) % 4 != 2]
        expected = right[1, turns, 2, 10].mean()  # of one digit, the 11th of quarter 2
        assert fresh[1, 2 * 199 + 10] == pytest.approx(expected)


def test_what_leaks_is_public_and_what_replaces_it_is_in_no_test():
    names = until("leaked_items", "train")
    quarters = names["quarters"]
    for turn in range(4):
        leaked, places, _ = names["draw"](1, turn, 3, True)
        instead, _, _ = names["draw"](1, turn, 3, False)
        assert set(leaked[3000:]) == set(quarters[turn, places])
        assert len(leaked) == 60 * 50 + 40 * 3
        assert not set(leaked) & set(np.delete(quarters, turn, axis=0).ravel())
        assert not set(instead) & set(quarters.ravel())
        assert set(leaked[:3000]) == set(instead[:3000])


def test_without_a_leak_nothing_differs(values):
    public, fresh, _, gap, _ = values["table"][0]
    assert public == pytest.approx(fresh) and gap == 0


def test_the_gap_is_the_leaked_share_times_their_lead(values):
    """An identity, but for what the leak does to its neighbours in the public test."""
    _, fresh, leaked, gap, _ = np.array(values["table"]).T
    assert gap == pytest.approx(40 / 199 * (leaked - fresh), abs=0.003)


def test_what_the_page_says(values):
    assert values["outcomes"] == ["does not", "holds", "holds", "holds"]
    missing = np.array(values["missing"])
    assert np.all(np.abs(missing[2:, 1:]) < values["margin"])  # the arithmetic is right
    assert np.all(missing[:2, 1] > 0)  # and too high where an item is seen less often
    public, fresh, leaked, _, _ = np.array(values["table"]).T
    assert leaked[-1] == 1
    # More than half of what the public score gains is honest.
    assert fresh[-1] - fresh[0] > (public[-1] - public[0]) / 2
