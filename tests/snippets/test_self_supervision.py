"""The learned code and what it saves, by other programs and on other seeds."""

import warnings

import numpy as np
import pytest
from parts import until
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegressionCV, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor


@pytest.fixture(scope="module")
def values(record):
    return record("self_supervision").values


@pytest.fixture(scope="module")
def digits(record):
    return record("masked_digits").values


def observations(rng, n, centres, directions, decoys):
    label = rng.integers(4, size=n)
    z = centres[label] + rng.normal(size=(n, 5))
    loud = 5 * decoys * rng.normal(size=(n, 5))
    return np.hstack([z, loud]) @ directions + rng.normal(size=(n, 200)), label


def logistic(x, label, x_test, label_test):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its coming defaults, of slow convergence
        model = LogisticRegressionCV(Cs=[1e-4, 1e-3, 1e-2, 1e-1], cv=5, max_iter=200)
        return model.fit(x, label).score(x_test, label_test)


def test_logistic_regression_on_principal_components_finds_the_same(values):
    for seed in (201, 202):
        for decoys in (False, True):
            rng = np.random.default_rng([seed, decoys])
            directions = np.linalg.qr(rng.normal(size=(200, 200)))[0][:10]
            world = 1.5 * rng.normal(size=(4, 5)), directions, decoys
            code = PCA(5).fit(observations(rng, 5000, *world)[0]).transform
            x, label = observations(rng, 40, *world)
            x_test, label_test = observations(rng, 3000, *world)
            plain = logistic(x, label, x_test, label_test)
            coded = logistic(code(x), label, code(x_test), label_test)
            if decoys:
                assert coded == pytest.approx(0.25, abs=0.05)  # the code holds no class
                assert plain > 0.35
            else:
                assert coded > plain + 0.03
    assert values["verdict"] == "holds when"


def test_a_linear_autoencoder_trained_by_gradient_descent_finds_the_components():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(3000, 40)) * np.r_[3.0, 2.5, 2.0, np.ones(37)]
    x -= x.mean(axis=0)
    covariance = x.T @ x / len(x)
    encoder, decoder = 0.1 * rng.normal(size=(40, 3)), 0.1 * rng.normal(size=(3, 40))
    for _ in range(3000):  # mean of |x - x E D|^2, through the covariance alone
        slope = covariance @ (encoder @ decoder - np.eye(40))
        encoder, decoder = (
            encoder - 0.02 * slope @ decoder.T,
            decoder - 0.02 * encoder.T @ slope,
        )
    components = PCA(3).fit(x).components_
    plane = np.linalg.qr(encoder)[0]
    angles = np.linalg.svd(components @ plane)[1]  # cosines between the two planes
    np.testing.assert_allclose(angles, 1, atol=1e-3)


def test_the_classifier_is_the_ridge_regression_of_another_library():
    names = until("self_supervision", "learners")
    rng = np.random.default_rng(6)
    x, label = rng.normal(size=(12, 30)), np.arange(12) % 4
    for (W, mean), penalty in zip(
        names["fits"](x, label), names["penalties"], strict=True
    ):
        theirs = Ridge(alpha=penalty).fit(x, np.eye(4)[label])
        assert pytest.approx(theirs.coef_.T, abs=1e-8) == W
        assert mean == pytest.approx(x.mean(axis=0))


def test_what_the_page_says_of_the_scores(values):
    scores = np.array(values["scores"])  # decoys?, code?, labels, seed
    gain = (scores[0, 1] - scores[0, 0]).mean(axis=1)
    assert gain[0] > 5 * gain[-1] > 0  # it shrinks as labels come in
    # With decoys the code is at chance whatever the labels, the plain inputs are not.
    np.testing.assert_allclose(scores[1, 1].mean(axis=1), 0.25, atol=0.01)
    assert scores[1, 0, -1].min() > 0.6


def test_what_the_page_says_of_masked_digits(digits):
    assert digits["outcomes"] == ["does not", "cannot tell", "does not"]


def test_pretraining_on_masked_digits_worked_and_gained_little(digits):
    assert digits["network_error"] < 0.8 * digits["linear_error"]
    assert digits["network_error"] < 0.7 * digits["mean_error"]
    assert np.all(np.abs(np.array(digits["intervals"])[:, 0]) < 0.02)


def test_what_restores_without_a_network_with_another_library(digits):
    """The mean image and the linear map, on other images and other masks."""
    images = load_digits().data / 16
    rng = np.random.default_rng(8)
    kept = rng.random(images.shape) > 0.5
    order = rng.permutation(len(images))
    train, test = order[:1000], order[1000:]
    model = LinearRegression(fit_intercept=False).fit(
        (images * kept)[train], images[train]
    )
    linear = model.predict((images * kept)[test]) - images[test]
    mean = images[train].mean(axis=0) - images[test]
    for name, error in (("linear_error", linear), ("mean_error", mean)):
        assert np.mean(error[~kept[test]] ** 2) == pytest.approx(digits[name], rel=0.1)


def test_masked_digits_with_another_library(digits):
    images, labels = load_digits(return_X_y=True)
    images = images / 16
    gains = []
    for seed in (31, 32, 33):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(images))
        train, test = order[:1000], order[1200:]
        few = np.concatenate([train[labels[train] == k][:10] for k in range(10)])
        clean = np.tile(images[train], (20, 1))
        shown = clean * (rng.random(clean.shape) > 0.5)
        shape = {"hidden_layer_sizes": (128,), "learning_rate_init": 0.003}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            restorer = MLPRegressor(**shape, max_iter=10, random_state=seed)
            restorer.fit(shown, clean)
        accuracy = []
        for pretrained in (False, True):
            model = MLPClassifier(**shape, alpha=0, random_state=seed)
            model.partial_fit(images[few], labels[few], classes=np.arange(10))
            if pretrained:
                model.coefs_[0][:] = restorer.coefs_[0]
                model.intercepts_[0][:] = restorer.intercepts_[0]
            for _ in range(100):
                model.partial_fit(images[few], labels[few])
            accuracy.append(model.score(images[test], labels[test]))
        gains.append(accuracy[1] - accuracy[0])
    assert abs(np.mean(gains)) < 0.04
