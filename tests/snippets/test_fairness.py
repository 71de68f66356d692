"""Rare groups again: weights instead of copies, other learners of scikit-learn, other seeds."""

import warnings

import numpy as np
import pytest
from parts import until
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier

from shared import digits
from shared.groups import measure, mirrored


@pytest.fixture(scope="module")
def values(record):
    return record("fairness").values


@pytest.fixture(scope="module")
def names():
    return until("fairness", "learners")


def two_groups(seed, n_a, n_b, mirror=True):
    """Pixels, labels, and which of them are B's."""
    items = np.random.default_rng(seed).permutation(digits.pool)[: n_a + n_b]
    x = 2 * digits.images[items].reshape(-1, 8, 8) - 1
    if mirror:
        x[n_a:] = np.flip(x[n_a:], axis=2)
    return x.reshape(-1, 64), digits.labels[items], np.arange(n_a + n_b) >= n_a


def wrong(predict, mirror=True):
    """The shares of wrong held-out digits, of A and of B."""
    x = 2 * digits.images[digits.held_out].reshape(-1, 8, 8) - 1
    seen = x, np.flip(x, axis=2) if mirror else x
    y = digits.labels[digits.held_out]
    return np.array([np.mean(predict(each.reshape(-1, 64)) != y) for each in seen])


@pytest.mark.parametrize("penalty", [0.003, 0.3])
def test_copies_of_b_are_the_weights_of_scikit_learn(names, penalty):
    x, y, is_b = two_groups(40, 570, 30)
    y = np.eye(10)[y]
    copies = np.concatenate([np.flatnonzero(~is_b), np.tile(np.flatnonzero(is_b), 19)])
    ours = names["linear"](x[None, copies], y[None, copies], None, penalty)
    weights = np.where(is_b, 19.0, 1.0)
    theirs = Ridge(alpha=penalty * 1140).fit(x, y, sample_weight=weights)
    assert ours(x[None])[0] == pytest.approx(theirs.predict(x), abs=1e-6)


def test_what_a_learner_is_given():
    """570 digits as they are, 30 mirrored ones 19 times; and to predict, both groups in turn."""
    seen = []

    def learner(x, y, rngs):
        seen.append((x, y))

        def predict(x):
            seen.append(x)
            return np.eye(10)[np.zeros(x.shape[:-1], int)]  # always a nought

        return predict

    choosing, testing = measure(learner, [7], "mirrored", 570, 30, True)
    (x, y), *others = seen
    assert x.shape == (1, 1140, 64)
    as_images = x[0].reshape(-1, 8, 8)
    known = {image.tobytes(): n for n, image in enumerate((2 * digits.images - 1).astype("float32"))}  # fmt: skip
    a = [known[image.tobytes()] for image in as_images[:570]]
    b = [known[image[:, ::-1].tobytes()] for image in as_images[570:]]
    assert len(set(a)) == 570 and len(set(b)) == 30 and not set(a) & set(b)
    assert set(a + b) <= set(digits.pool)
    assert np.array_equal(y[0].argmax(axis=1), digits.labels[a + b])
    straight, turned = others[2:]
    expected = 2 * digits.images[digits.held_out] - 1
    assert straight[0] == pytest.approx(expected)
    assert turned[0].reshape(-1, 8, 8) == pytest.approx(
        np.flip(expected.reshape(-1, 8, 8), axis=2)
    )
    not_a_nought = digits.labels[digits.held_out] != 0
    assert np.array_equal(testing, [not_a_nought[None]] * 2)
    assert choosing.shape == (2, 1, 400)


def test_where_groups_are_alike_the_share_changes_nothing(names):
    """The very same digits are learned from, so the control needs another comparison."""
    learner = names["models"]["linear"][1]
    found = [measure(learner, [3], "alike", *arm)[1] for arm in [(300, 300, False), (588, 12, False)]]  # fmt: skip
    assert np.array_equal(*found)
    assert np.array_equal(found[0][0], found[0][1])


def test_a_mirrored_digit_is_flipped_from_left_to_right():
    image = np.arange(64.0)
    assert mirrored(image)[:8].tolist() == [7, 6, 5, 4, 3, 2, 1, 0]
    assert np.array_equal(mirrored(mirrored(image)), image)


def logistic(seed, n_a, n_b, weight=1.0, mirror=True):
    x, y, is_b = two_groups(seed, n_a, n_b, mirror)
    model = LogisticRegression(C=0.1, max_iter=200)
    model.fit(x, y, sample_weight=np.where(is_b, weight, 1.0))
    return wrong(model.predict, mirror)


def test_logistic_regression_on_other_seeds_finds_the_same(values):
    def mean(*arm, **options):
        return np.mean([logistic(seed, *arm, **options) for seed in range(60, 64)], axis=0)  # fmt: skip

    even, rare, few = mean(300, 300), mean(570, 30), mean(30, 30)
    weighted = mean(570, 30, weight=19.0)
    assert rare[1] > even[1] + 0.2
    assert rare[1] > few[1] + 0.1
    assert weighted[1] < rare[1] - 0.1
    assert weighted[0] > rare[0] + values["margin"]
    alike = mean(570, 30, mirror=False)
    assert alike[1] < mean(30, 30, mirror=False)[1] - 0.05
    # Part of the cost is there without a conflict: fewer digits count.
    cost = mean(570, 30, weight=19.0, mirror=False)[0] - alike[0]
    assert 0 < cost < weighted[0] - rare[0]


def test_perceptrons_of_scikit_learn_on_other_seeds_find_the_same():
    def mean(n_a, n_b, copies=1):
        found = []
        for seed in range(80, 83):
            x, y, is_b = two_groups(seed, n_a, n_b)
            items = np.concatenate([np.flatnonzero(~is_b), np.tile(np.flatnonzero(is_b), copies)])  # fmt: skip
            epochs = 300 * 50 // len(items)
            model = MLPClassifier((64,), alpha=0, batch_size=50, learning_rate_init=0.01, max_iter=epochs, random_state=seed)  # fmt: skip
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.fit(x[items], y[items])
            found.append(wrong(model.predict))
        return np.mean(found, axis=0)

    even, rare, weighted = mean(300, 300), mean(570, 30), mean(570, 30, copies=19)
    assert rare[1] > even[1] + 0.15
    assert weighted[1] < rare[1]
    assert weighted[1] > even[1] + 0.1  # what is missing is digits, not weight


def test_overall_error_falls_while_that_of_the_rare_group_rises(values):
    """As the page says of the column "all"."""
    share = np.array(values["shares"])
    for drawn in np.array(values["mean_errors"])[:, :, 0]:  # (shares, groups)
        overall = (1 - share) * drawn[:, 0] + share * drawn[:, 1]
        assert np.all(np.diff(overall) < 0)
        assert np.all(np.diff(drawn[:, 1]) > 0)


def test_b_is_better_off_alone_than_beside_many_of_a(values):
    assert np.all(np.array(values["joined"])[:, 1] > 0)


def test_an_exercise_how_many_digits_count():
    """The effective number of 570 and 30 with weights that make both count the same."""
    w = np.r_[np.full(570, 1.0), np.full(30, 19.0)]
    effective = w.sum() ** 2 / np.sum(w**2)
    assert effective == pytest.approx(114)
    assert effective == pytest.approx(4 / (1 / 570 + 1 / 30))
