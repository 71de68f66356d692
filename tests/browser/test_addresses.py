"""Addresses stay alive: what the first edition (0b33e3a) published still leads to its content.

addresses.txt has a line for each page: its address, and the anchors of its headings, corrections, terms, labs and sections.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

LINES = Path(__file__).with_name("addresses.txt").read_text(encoding="utf-8")
ADDRESSES = {page: anchors for page, *anchors in map(str.split, LINES.splitlines())}


@pytest.mark.parametrize("page", ADDRESSES)
def test_an_address_leads_to_its_content(site: Path, page: str) -> None:
    text = (site / page.strip("/") / "index.html").read_text(encoding="utf-8")
    article = BeautifulSoup(text, "html.parser").article
    assert article is not None
    here = {str(element["id"]) for element in article.find_all(id=True)}
    assert set(ADDRESSES[page]) <= here


def test_all_of_the_first_edition_is_listed() -> None:
    assert len(ADDRESSES) == 112
    assert sum(map(len, ADDRESSES.values())) > 1800
