"""Vision: the same question put to other libraries' models, and to filters that nobody trained."""

import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from shared.digits import framed, held_out, images, labels, pool

FILTERS = np.random.default_rng(9).normal(size=(24, 3, 3))


@pytest.fixture(scope="module")
def values(record):
    return record("vision").values


def random_convolution(x, side):
    """What filters that nobody trains make of images, by windows instead of a library's convolution."""
    padded = np.pad(x.reshape(-1, side, side), ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    h = np.maximum(np.einsum("nijab,fab->nijf", windows, FILTERS), 0)
    half = side // 2
    return h.reshape(len(x), half, 2, half, 2, -1).max(axis=(2, 4)).reshape(len(x), -1)


def accuracy(model, x, train):
    return model.fit(x[train], labels[train]).score(x[held_out], labels[held_out])


@pytest.mark.parametrize("anywhere", [False, True])
def test_other_libraries_find_the_same_order(values, anywhere):
    """A dense network of scikit-learn against random filters with a logistic regression."""
    dense, filters = [], []
    for seed in (31, 32, 33):
        rng = np.random.default_rng(seed)
        train = rng.permutation(pool)[:400]
        x = framed(rng, values["side"], anywhere)
        network = MLPClassifier(
            (57,), learning_rate_init=0.01, max_iter=60, random_state=seed
        )
        dense.append(accuracy(network, x, train))
        linear = LogisticRegression(max_iter=300)
        filters.append(accuracy(linear, random_convolution(x, values["side"]), train))
    assert np.mean(filters) > np.mean(dense)
    place = values["places"].index("anywhere" if anywhere else "centred")
    assert values["means"][2 * place] == pytest.approx(np.mean(dense), abs=0.08)


def test_to_a_linear_model_shuffling_is_nothing(values):
    rng = np.random.default_rng(4)
    x, train = framed(rng, values["side"]), pool[:400]
    shuffled = x[:, rng.permutation(x.shape[1])]
    first, second = (
        accuracy(LogisticRegression(max_iter=500), each, train)
        for each in (x, shuffled)
    )
    assert first == pytest.approx(second, abs=0.005)


def test_frames_hold_the_images_whole(values):
    side = values["side"]
    for anywhere in (False, True):
        x = framed(np.random.default_rng(1), side, anywhere)
        assert x.shape == (1797, side**2)
        assert np.sum(x, axis=1) == pytest.approx(np.sum(images, axis=1), rel=1e-5)
    inner = framed(np.random.default_rng(1), side).reshape(-1, side, side)[
        :, 2:10, 2:10
    ]
    assert np.array_equal(inner.reshape(-1, 64), images.astype("float32"))


def test_sizes_are_alike_and_no_rate_lies_at_the_edge(values):
    side = values["side"]
    dense = (side**2 + 1) * 57 + (57 + 1) * 10
    convolution = (9 + 1) * 24 + (24 * (side // 2) ** 2 + 1) * 10
    assert abs(dense - convolution) / convolution < 0.02
    assert min(values["rates"]) < min(values["choices"])
    assert max(values["choices"]) < max(values["rates"])


def test_figure_has_a_mark_for_every_run(record):
    (svg,) = record("vision").figures("figure")
    assert len(re.findall(r"<use ", svg)) >= 7 * 20
