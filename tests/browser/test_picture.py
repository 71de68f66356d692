"""The picture in README.md is that of the first page, in both schemes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from picture import DESCRIPTION, SCHEMES, SIZE, path_of, taken
from PIL import Image
from playwright.sync_api import Browser
from runner import Record

ANEW = "make it anew: .venv/bin/python tests/picture.py"


def coarse(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Its light and dark, in 40 by 20 fields: the page as one sees it from afar, whatever the fonts."""
    return np.asarray(picture.convert("L").resize((40, 20)), float)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_shows_what_the_page_shows(
    browser: Browser, address: str, scheme: str
) -> None:
    picture, _ = taken(browser, address, scheme)
    with Image.open(path_of(scheme)) as shown:
        assert shown.size == SIZE
        assert np.abs(coarse(shown) - coarse(picture)).mean() < 10, ANEW
        other = SCHEMES[scheme == SCHEMES[0]]
        with Image.open(path_of(other)) as wrong:
            assert np.abs(coarse(wrong) - coarse(picture)).mean() > 100


@pytest.mark.parametrize("scheme", SCHEMES)
def test_its_numbers_are_those_of_the_record(
    record: Callable[[str], Record], scheme: str
) -> None:
    """Those of the first paragraph."""
    v = record("numpy_network").values
    said = f"{v['losses'][0]:.3f} {v['losses'][-1]:.4f} {v['n_steps']} {v['test_loss']:.4f} {v['noise_variance']:.4f}"
    with Image.open(path_of(scheme)) as shown:
        assert shown.getexif()[DESCRIPTION] == said, ANEW


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_is_small(scheme: str) -> None:
    assert path_of(scheme).stat().st_size < 60_000
