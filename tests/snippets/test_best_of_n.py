"""The best of n by enumeration, by simulation, and with variants of another kind."""

from itertools import product

import numpy as np
import pytest
from parts import until
from sklearn.datasets import load_digits
from sklearn.linear_model import RidgeClassifier


@pytest.fixture(scope="module")
def values(record):
    return record("best_of_n").values


@pytest.fixture(scope="module")
def names():
    return until("best_of_n", "variants")


def test_the_best_of_three_by_enumeration(names):
    """All 8 ** 3 outcomes of three variants on three items."""
    p, mean = 0.7, 0.0
    for outcome in product(product([0, 1], repeat=3), repeat=3):
        hits = np.array(outcome)
        chance = p ** hits.sum() * (1 - p) ** (9 - hits.sum())
        mean += chance * hits.sum(axis=1).max() / 3
    assert names["by_chance"](3, 3, p) == pytest.approx(mean - p)


def test_one_variant_is_not_lucky_and_chance_falls_with_the_root_of_the_items(names):
    assert names["by_chance"](1, 199, 0.8) == pytest.approx(0)
    few, many = (names["by_chance"](20, m, 0.8) for m in (200, 2000))
    assert few / many == pytest.approx(10**0.5, rel=0.03)  # the exercise


def independent(rng, p=0.8):
    return rng.random((20, 20, 4, 199)) < p  # S, V, quarter, items


def published(names, right, n, elsewhere=0):
    items = np.tile(names["pool"][:60], (20, 20, 1))  # what is learned does not matter
    _, public, fresh = names["publish"](items, right, n, elsewhere)
    return np.mean(public - fresh)


def test_variants_that_toss_coins_are_as_lucky_as_theory_says():
    names = until("best_of_n", "variants")
    names["pool"] = names["split"](np.random.default_rng(0), 1000, 0)[0]
    for n in (2, 20):
        gaps = [
            published(names, independent(np.random.default_rng([n, world])), n)
            for world in range(6)
        ]
        assert np.mean(gaps) == pytest.approx(
            names["by_chance"](n, 199, 0.8), abs=0.003
        )
    right = independent(np.random.default_rng(1))
    assert published(names, right, 20, elsewhere=1) == pytest.approx(0, abs=0.008)
    assert published(names, right, 1) == 0


def test_the_two_reasons_are_found_where_they_are_known(names):
    """Each answer is copied from one of all variants with a known chance; and worth is drawn."""
    rng = np.random.default_rng(2)
    shape = 40, 20, 4, 199
    common, own = rng.random((40, 1, 4, 199)) < 0.8, rng.random(shape) < 0.8
    right = np.where(rng.random(shape) < 0.7, common, own)
    alike, worth = names["reasons"](right)
    assert alike == pytest.approx(0.49, abs=0.01)  # both copied: 0.7 ** 2
    assert worth == pytest.approx(0, abs=0.02)
    p = np.clip(0.8 + 0.03 * rng.normal(size=(40, 20, 1, 1)), 0, 1)
    alike, worth = names["reasons"](rng.random(shape) < p)
    assert alike == pytest.approx(0, abs=0.01)
    assert worth == pytest.approx(0.03**2 / (0.8 * 0.2 / 199), rel=0.15)


def test_the_corrected_luck_by_simulation(names):
    """Scores with a common part, a part that lasts and one that does not; the best is taken."""
    rng, alike, worth = np.random.default_rng(3), 0.6, 0.5
    lasting = worth**0.5 * rng.normal(size=(20000, 20))
    luck = (1 - alike) ** 0.5 * rng.normal(size=(20000, 20))
    best = np.argmax(lasting + luck, axis=1)[:, None]
    found = np.take_along_axis(luck, best, axis=1).mean()
    alone = rng.normal(size=(20000, 20)).max(axis=1).mean()
    assert names["corrected"](alone, alike, worth) == pytest.approx(found, abs=0.02)


def test_variants_of_another_kind_are_lucky_and_less_than_chance_says(names, values):
    """Random features with ridge regression, on other seeds; all variants learn the same digits."""
    images, labels = load_digits(return_X_y=True)
    images, gaps, accuracy = images / 16, [], []
    for seed in range(12):
        rng = np.random.default_rng([seed, 77])
        order = rng.permutation(len(images))
        train, public, fresh = order[:60], order[60:259], order[259:]
        scores = []
        for _ in range(20):
            features = np.maximum(images @ rng.normal(size=(64, 60)), 0)
            model = RidgeClassifier(10.0).fit(features[train], labels[train])
            right = model.predict(features) == labels
            scores.append([right[public].mean(), right[fresh].mean()])
        best = max(scores)  # by the public score
        gaps.append(best[0] - best[1] - np.mean([a - b for a, b in scores]))
        accuracy.append(np.mean(scores))
    chance = names["by_chance"](20, 199, np.mean(accuracy))
    assert values["margin"] < np.mean(gaps) < chance - values["margin"]


def test_what_the_page_says(values):
    assert values["verdict"] == "holds"
    assert values["missing_outcomes"] == ["holds", "holds"]
    for (chance, corrected, alike, _), (gap, low, high) in zip(
        values["theory"], values["intervals"], strict=True
    ):
        assert low < corrected < high and abs(corrected - gap) < 0.003
        assert gap < 0.6 * chance and 0 < alike < 1
    same, own = values["theory"]
    assert same[2] > 2 * own[2] and own[3] > 2 * same[3]
    (everyone, public, fresh), _ = values["means"]
    assert everyone < fresh < public
    assert public - fresh == pytest.approx(values["intervals"][0][0])
