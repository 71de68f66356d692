"""The key-value cache, counted from arrays that a small decoder would really keep."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def values(record):
    return record("kv_cache").values


SHAPES = [(96, 96, 96), (32, 32, 8), (80, 64, 8), (126, 128, 8)]


def test_bytes_of_real_arrays(values):
    for (layers, heads, key_heads), kept, full in zip(
        SHAPES, values["shared"], values["full"], strict=True
    ):
        for n, counted in ((key_heads, kept), (heads, full)):
            keys = np.empty((layers, 3, n, 128), dtype="float16")  # three tokens
            assert keys.nbytes + np.empty_like(keys).nbytes == 3 * counted


def test_sharing_saves_what_the_heads_say(values):
    saved = np.array(values["full"]) / np.array(values["shared"])
    assert saved.tolist() == [1, 4, 8, 16]


def test_a_full_context_outweighs_the_small_model(values):
    assert values["shared_gb"][1] > values["weights_gb"]
    assert values["shared_gb"][1] == pytest.approx(2**17 * 2**17 / 1e9)  # 128 KiB each


def test_what_fits_beside_the_weights(values):
    """By filling: one more token would be too much."""
    used = 2 * 8_030_261_248 + values["free_tokens"] * values["shared"][1]
    assert used <= 80e9 < used + values["shared"][1]
    assert values["free_tokens"] // values["context"] == 3


def test_the_latent_vector_is_shorter_than_eight_heads(values):
    assert values["latent_token"] == 61 * 576 * 2
    assert values["latent_token"] < min(values["shared"])
