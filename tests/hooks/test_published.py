"""What stands published is taken over only whole, whatever another build does to it meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rebuilds import Published

MADE_FROM = {"en": "a", "zh": "b"}
PAGES = 40


@pytest.fixture
def published(tmp_path: Path) -> Published:
    """A site of a few folders, remembered before it is put in its place."""
    site, staged = tmp_path / "site", tmp_path / "staged"
    for number in range(PAGES):
        page = staged / f"zh/page{number}/index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"page {number}")
    found = Published(site, tmp_path / "cache")
    found.remember(MADE_FROM, staged, [])
    staged.rename(site)
    return found


@contextmanager
def replaced(site: Path) -> Iterator[None]:
    """The site is taken away and put back, again and again."""
    stop = threading.Event()

    def play() -> None:
        away = site.with_name("away")
        while not stop.is_set():
            site.rename(away)
            away.rename(site)

    player = threading.Thread(target=play)
    player.start()
    try:
        yield
    finally:
        stop.set()
        player.join()


def test_what_stands_is_known_and_copied(published: Published, tmp_path: Path) -> None:
    assert published.holds(MADE_FROM)
    assert not published.holds({**MADE_FROM, "zh": "c"})
    assert published.copy("zh", "b", "zh", tmp_path / "copy")
    assert len(list((tmp_path / "copy").rglob("*.html"))) == PAGES
    assert not published.copy("zh", "a", "zh", tmp_path / "other")
    (published.site / "zh/page0/index.html").write_text("another's")
    assert not published.holds(MADE_FROM)
    assert not published.copy("zh", "b", "zh", tmp_path / "other")


def test_another_build_may_replace_it_meanwhile(
    published: Published, tmp_path: Path
) -> None:
    copied = []
    with replaced(published.site):
        for number in range(60):
            published.holds(MADE_FROM)
            target = tmp_path / f"copy{number}"
            if published.copy("zh", "b", "zh", target):
                copied.append(target)
    assert published.holds(MADE_FROM)
    for target in copied:
        assert len(list(target.rglob("*.html"))) == PAGES, "a copy is whole"
