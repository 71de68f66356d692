"""Low-rank updates: found by alternating least squares, and by training, without the SVD."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def values(record):
    return record("low_rank").values


def alternate(change, r, rounds):
    """Solve for B, then for A, and so on: no singular values are used."""
    A = np.random.default_rng(0).normal(size=(r, change.shape[1]))
    for _ in range(rounds):
        B = np.linalg.lstsq(A.T, change.T, rcond=None)[0].T
        A = np.linalg.lstsq(B, change, rcond=None)[0]
    return np.linalg.norm(change - B @ A) / np.linalg.norm(change)


def changes(values):
    rng = np.random.default_rng(values["seed"])
    n, r = values["n"], values["true_rank"]
    return rng.normal(size=(n, r)) @ rng.normal(size=(r, n)), rng.normal(size=(n, n))


def test_least_squares_finds_the_same(values):
    simple, general = changes(values)
    for i, r in enumerate(values["ranks"][:4]):
        assert alternate(simple, r, 300) == pytest.approx(
            values["simple_left"][i], abs=2e-3
        )
        assert alternate(general, r, 300) == pytest.approx(
            values["general_left"][i], abs=2e-3
        )


def test_rank_four_is_enough_where_the_change_has_it(values):
    at = list(values["ranks"]).index(values["true_rank"])
    assert max(values["simple_left"][at:]) < 1e-12 < 0.5 < values["simple_left"][at - 1]
    assert values["general_left"][at] > 0.8


def test_gradient_descent_learns_the_product():
    """As it is trained: B starts at zero, so the first output is the old one."""
    rng = np.random.default_rng(8)
    goal = rng.normal(size=(12, 2)) @ rng.normal(size=(2, 12)) / 3
    B, A = np.zeros((12, 2)), rng.normal(size=(2, 12)) / 3
    for _ in range(4000):
        e = B @ A - goal
        B, A = B - 0.02 * e @ A.T, A - 0.02 * B.T @ e
    assert np.linalg.norm(B @ A - goal) < 1e-6 * np.linalg.norm(goal)


def test_the_counts_of_the_paper(values):
    """arXiv:2106.09685: 10,000 times fewer, 35 MB of 350 GB."""
    two_matrices = [np.empty((12288, 4)).size, np.empty((4, 12288)).size]
    assert values["rank"] == 4
    assert values["trained"] == 96 * 2 * sum(two_matrices)
    assert 9_000 < values["times_fewer"] < 10_000
    assert 35 < values["trained"] * 2 / 2**20 < 37
    assert values["merge_error"] < 1e-10
