"""The decoder block one position and one head at a time, and its count from the tensors."""

import runpy

import numpy as np
import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def values(record):
    return record("decoder_block").values


@pytest.fixture(scope="module")
def program():
    return runpy.run_path(str(ROOT / "snippets/decoder_block.py"))


def turned(v, position):
    """The rotation as a product of complex numbers."""
    d = len(v)
    z = (v[0::2] + 1j * v[1::2]) * np.exp(
        1j * position * 10000.0 ** (-np.arange(0, d, 2) / d)
    )
    return np.concatenate([z.real, z.imag])


def slow_block(x, g1, Wq, Wk, Wv, Wo, g2, gate, up, down):
    out = []
    n = [g1 * row / np.sqrt(np.mean(row**2) + 1e-6) for row in x]
    for t in range(len(x)):
        row = x[t].copy()
        for h in range(Wq.shape[1]):
            k = h * Wk.shape[1] // Wq.shape[1]
            q = turned(n[t] @ Wq[:, h], t)
            keys = [turned(n[s] @ Wk[:, k], s) for s in range(t + 1)]
            powers = np.exp(np.array([q @ key for key in keys]) / len(q) ** 0.5)
            mixed = sum(
                p * (n[s] @ Wv[:, k]) for s, p in enumerate(powers / powers.sum())
            )
            row += mixed @ Wo[h]
        m = g2 * row / np.sqrt(np.mean(row**2) + 1e-6)
        row += ((m @ gate) * (m @ up) / (1 + np.exp(-(m @ gate)))) @ down
        out.append(row)
    return np.array(out)


def test_the_block_is_what_its_parts_say(program):
    slow = slow_block(program["x"], *program["weights"])
    fast = program["decoder_block"](program["x"], *program["weights"])
    assert np.abs(slow - fast).max() < 1e-12


def test_a_later_token_changes_nothing_before_it(values):
    move, at = np.array(values["move"]), values["changed_at"]
    assert np.all(move[:at] == 0) and np.all(move[at:] > 1e-6)
    assert 0 < at < len(move) - 1


def test_a_score_depends_on_the_distance_alone(program):
    rng = np.random.default_rng(4)
    q, k = rng.normal(size=(2, 1, 8))
    x = np.stack([q, k] * 4)  # (8, 1, 8): the same pair again and again
    y = program["rotate"](x)[:, 0]
    pairs = [float(y[t] @ y[t + 1]) for t in (0, 2, 4, 6)]
    assert pairs == pytest.approx([pairs[0]] * 4)
    assert float(y[0] @ y[3]) != pytest.approx(pairs[0])


def test_the_count_is_that_of_the_tensors(values):
    """Tensor by tensor, in the order of the released file: it holds 16,060,522,496 bytes of 2 a weight."""
    one_layer: list[tuple[int, ...]] = [
        (4096, 4096),
        (1024, 4096),
        (1024, 4096),
        (4096, 4096),
    ]
    one_layer += [(14336, 4096), (14336, 4096), (4096, 14336), (4096,), (4096,)]
    tensors: list[tuple[int, ...]] = [
        (128256, 4096),
        *one_layer * 32,
        (4096,),
        (128256, 4096),
    ]
    assert sum(int(np.prod(shape)) for shape in tensors) == values["total"]
    assert sum(int(np.prod(shape)) for shape in one_layer) == values["block"]
    assert 2 * values["total"] == 16_060_522_496
    assert 0.8 < values["mlp_share"] < 0.82
