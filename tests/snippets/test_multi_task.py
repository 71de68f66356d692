"""Sharing between tasks, fitted by other means and on other seeds."""

import numpy as np
import pytest
from parts import finite_differences, until
from scipy.optimize import minimize
from sklearn.linear_model import Ridge

NOISE = 0.5
PENALTIES = (1.0, 3.0, 10.0, 30.0)


@pytest.fixture(scope="module")
def values(record):
    return record("multi_task").values


@pytest.fixture(scope="module")
def perceptron(record):
    return record("multi_task_perceptron").values


def draw(rng, W, n):
    x = [rng.normal(size=(n, 30)) for _ in W.T]
    return x, [a @ w + NOISE * rng.normal(size=n) for a, w in zip(x, W.T, strict=True)]


def apart(x, y, penalty):
    fits = [
        Ridge(alpha=penalty, fit_intercept=False).fit(a, b).coef_
        for a, b in zip(x, y, strict=True)
    ]
    return np.stack(fits, axis=1)


def together(x, y, penalty, width=4):
    """Descends the penalised squared error of W = U V in both factors at once."""
    left, _, right = np.linalg.svd(apart(x, y, penalty))
    start = np.concatenate([left[:, :width].ravel(), right[:width].ravel()])

    def objective(theta):
        U, V = theta[: 30 * width].reshape(30, width), theta[30 * width :]
        V = V.reshape(width, -1)
        loss, dU, dV = penalty * np.sum(theta**2) / 2, penalty * U, penalty * V
        for t, (a, b) in enumerate(zip(x, y, strict=True)):
            e = a @ U @ V[:, t] - b
            loss += e @ e / 2
            dU = dU + np.outer(a.T @ e, V[:, t])
            dV[:, t] += U.T @ (a.T @ e)
        return loss, np.concatenate([dU.ravel(), dV.ravel()])

    theta = minimize(objective, start, jac=True, options={"maxiter": 200}).x
    return theta[: 30 * width].reshape(30, width) @ theta[30 * width :].reshape(
        width, -1
    )


def error(learner, data, validation, W):
    def loss(fit):
        pairs = zip(*validation, fit.T, strict=True)
        return np.mean([np.mean((a @ w - b) ** 2) for a, b, w in pairs])

    fits = [learner(*data, penalty) for penalty in PENALTIES]
    return np.mean(np.sum((min(fits, key=loss) - W) ** 2, axis=0))


def test_another_optimiser_on_other_seeds_finds_the_same(values):
    """At both ends of the dial, with a trunk of four that cannot be declined."""
    gains: dict[bool, list[float]] = {True: [], False: []}
    for seed in (101, 102):
        for related in gains:
            rng = np.random.default_rng([seed, 10])
            rank = 3 if related else 20
            W = rng.normal(size=(30, rank)) @ rng.normal(size=(rank, 20))
            W = W if related else rng.normal(size=(30, 20))
            W /= np.linalg.norm(W, axis=0)
            data, validation = draw(rng, W, 10), draw(rng, W, 10)
            gains[related].append(
                error(apart, data, validation, W) - error(together, data, validation, W)
            )
    assert min(gains[True]) > values["margin"]
    assert max(gains[False]) < 0  # the harm of having to share, which the page tells
    assert values["forced_harm"] > 0


def test_the_more_in_common_the_more_is_gained_and_shared(values):
    apart, _, chosen = np.array(values["mean_errors"])  # (dial,)
    assert np.argmax(apart - chosen) == len(values["dial"]) - 1
    shared = np.sum(np.array(values["choices"]) > 0, axis=1)
    assert shared[0] <= 2 and shared[-1] == values["n_seeds"]
    assert np.all(np.diff(shared) >= 0)
    # Having to share costs where nothing is common.
    assert np.all(np.array(values["errors"])[1, 0] > np.array(values["errors"])[2, 0])


def test_the_gradients_of_the_perceptrons(perceptron):
    names = until("multi_task_perceptron", "train")
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(10, 5, 10)), rng.normal(size=(10, 5, 1))
    for joint in (True, False):
        weights = names["first_weights"](rng, joint)

        def loss(weights):
            a1 = np.maximum(x @ weights[0] + weights[1], 0)
            return np.mean((a1 @ weights[2] + weights[3] - y) ** 2, axis=(1, 2)).sum()

        found = names["gradients"](x, y, weights)
        expected = finite_differences(loss, weights)
        for ours, theirs in zip(found, expected, strict=True):
            assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_trunk_of_four_cannot_hold_unrelated_tasks(values):
    """Even the best rank-4 approximation of the truth keeps most of the error."""
    W = np.random.default_rng(3).normal(size=(30, 20))
    W /= np.linalg.norm(W, axis=0)
    floor = np.sum(np.linalg.svd(W)[1][4:] ** 2) / 20
    assert np.array(values["errors"])[1, 0].min() > floor - 0.1


def test_an_exercise_a_trunk_as_wide_as_the_tasks_changes_nothing():
    """Width 20 for 20 tasks: U V can be any matrix, so nothing needs to be shared."""
    rng = np.random.default_rng(8)
    W = rng.normal(size=(30, 20))
    U, s, V = np.linalg.svd(W, full_matrices=False)
    np.testing.assert_allclose((U * s) @ V, W)
    assert U.shape == (30, 20)


def fit_perceptron(rng, x, task, y, heads):
    """L-BFGS on one perceptron of 16 units with `heads` outputs, by task number."""
    shapes = [(10, 16), (16,), (16, heads), (heads,)]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    scale = np.repeat([0.45, 0.0, 0.25, 0.0], np.diff([0, *ends]))
    chosen = np.eye(heads)[task]

    def unpack(theta):
        return [
            p.reshape(s)
            for p, s in zip(np.split(theta, ends[:-1]), shapes, strict=True)
        ]

    def objective(theta):
        W1, b1, W2, b2 = unpack(theta)
        a = np.maximum(x @ W1 + b1, 0)
        e = np.sum((a @ W2 + b2) * chosen, axis=1) - y
        d2 = chosen * e[:, None]
        d1 = d2 @ W2.T * (a > 0)
        parts = [x.T @ d1, d1.sum(0), a.T @ d2, d2.sum(0)]
        gradient = np.concatenate([p.ravel() for p in parts]) + theta
        return e @ e / 2 + theta @ theta / 2, gradient

    start = scale * rng.normal(size=ends[-1])
    weights = unpack(minimize(objective, start, jac=True, options={"maxiter": 300}).x)
    return lambda x, t: (
        (np.maximum(x @ weights[0] + weights[1], 0) @ weights[2])[:, t]
        + (weights[3][t])
    )


def test_perceptrons_trained_another_way_agree_at_100_samples(perceptron):
    ratio = {}
    for related in (True, False):
        rng = np.random.default_rng(55)
        W1 = rng.normal(size=(10, 10, 4))
        W1 = np.repeat(W1[:1], 10, axis=0) if related else W1
        W2 = rng.normal(size=(10, 4))

        def truth(x, t, W1=W1, W2=W2):
            return np.maximum(x @ W1[t], 0) @ W2[t] / np.linalg.norm(W2[t])

        x = rng.normal(size=(10, 100, 10))
        y = np.stack([truth(x[t], t) for t in range(10)])
        y = y + 0.3 * rng.normal(size=y.shape)
        test = rng.normal(size=(1000, 10))
        task = np.repeat(np.arange(10), 100)
        joint = fit_perceptron(rng, x.reshape(-1, 10), task, y.ravel(), 10)
        alone = [
            fit_perceptron(rng, x[t], np.zeros(100, int), y[t], 1) for t in range(10)
        ]
        errors = np.array(
            [
                [np.mean((f(test, k) - truth(test, t)) ** 2) for f, k in pair]
                for t in range(10)
                for pair in [((joint, t), (alone[t], 0))]
            ]
        ).mean(axis=0)
        ratio[related] = errors[0] / errors[1]
    assert ratio[True] < 0.7
    assert ratio[False] > 1
    intervals = np.array(perceptron["intervals"])  # related?, samples, 3
    assert intervals[1, -1, 1] > 0 > intervals[0, -1, 2]


def test_with_few_samples_the_perceptron_gains_nothing(perceptron):
    intervals = np.array(perceptron["intervals"])
    assert intervals[1, 0, 1] < 0 < intervals[1, 0, 2]  # related tasks, 10 samples
    assert np.all(intervals[1, 1:, 1] > 0)
    assert np.all(intervals[0, :, 2] < 0)  # unrelated ones lose at every size
