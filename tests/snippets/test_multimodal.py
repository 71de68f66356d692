"""Zero-shot classification from captions, without networks and on other seeds."""

import re

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge


@pytest.fixture(scope="module")
def values(record):
    return record("multimodal").values


def word_counts(rng, labels, wrong_share):
    """Captions as counts of 10 names and 13 other words, drawn all at once."""
    n = len(labels)
    spoken = np.where(
        rng.random(n) < wrong_share, (labels + rng.integers(1, 10, n)) % 10, labels
    )
    named = np.eye(10)[spoken] * (rng.random(n) > 0.2)[:, None]
    rank = rng.random((n, 13)).argsort(axis=1).argsort(axis=1)
    return np.hstack([named, rank < 4])


def zero_shot(seed, wrong_share, shuffled):
    """Ridge regression from pixels to words; the name that an image raises most."""
    rng = np.random.default_rng(seed)
    images, labels = load_digits(return_X_y=True)
    order = rng.permutation(len(images))
    train, test = order[:1297], order[1297:]
    words = word_counts(rng, labels[train], wrong_share)
    if shuffled:
        words = rng.permutation(words)
    model = Ridge(alpha=30.0).fit(images[train], words)
    scores = (model.predict(images[test]) - words.mean(axis=0))[:, :10]
    return np.mean(scores.argmax(axis=1) == labels[test])


def test_linear_regression_of_words_finds_the_same(values):
    seeds = range(70, 90)
    clean, noisy, half = (
        np.mean([zero_shot(seed, share, shuffled=False) for seed in seeds])
        for share in (0.0, 0.25, 0.5)
    )
    control = [zero_shot(seed, 0.25, shuffled=True) for seed in seeds]
    assert clean > noisy > half > 0.5
    error = np.std(control) / len(control) ** 0.5
    assert np.mean(control) == pytest.approx(0.1, abs=3 * error)


def test_more_wrong_names_leave_less(values):
    assert np.all(np.diff(values["means"]) < 0)
    # By the linear model, too, three quarters wrong are too much for half of the images.
    seeds = range(70, 80)
    lost = np.mean([zero_shot(seed, 0.75, shuffled=False) for seed in seeds])
    assert 0.15 < lost < 0.5
    assert values["outcomes"] == ["holds", "does not"]


def test_how_often_a_caption_of_the_run_tells_the_truth(record):
    """Of many captions drawn here, the share that the page states in words."""
    rng = np.random.default_rng(5)
    labels = rng.integers(10, size=100_000)
    named = word_counts(rng, labels, 0.75)[:, :10]
    right = np.mean(named[np.arange(len(labels)), labels])
    assert right == pytest.approx(0.25 * 0.8, abs=0.005)
    each_wrong = (named.sum() / len(labels) - right) / 9
    assert right > 2 * each_wrong  # three quarters wrong: the right name still leads
    shown = record("multimodal").text("captions").splitlines()
    assert len(shown) == 4 and all(4 <= len(s.split()) - 2 <= 5 for s in shown)


def test_figure_has_a_mark_for_every_run(record):
    (svg,) = record("multimodal").figures("figure")
    assert len(re.findall(r"<use ", svg)) >= 6 * 20
