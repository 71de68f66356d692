"""What stands published is taken over only whole, whatever another build does to it meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rebuilds import KEPT, Published, fingerprint

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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of a few files."""
    for name in ("docs/en/a.md", "docs/zh/a.md", "snippets/one.py", "mkdocs.yml", "LICENSE", "overrides/hooks/x.py"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("docs/en/a.md", True),
        ("docs/en/new.md", True),
        ("docs/zh/a.md", False),
        ("docs/zhuang.md", True),
        ("snippets/one.py", True),
        ("overrides/hooks/x.py", True),
        ("overrides/hooks/__pycache__/x.pyc", False),
        ("mkdocs.yml", True),
        ("mkdocs.ja.yml", True),
        ("LICENSE", True),
        ("README.md", False),
    ],
)
def test_a_site_is_made_of_its_sources(root: Path, name: str, counts: bool) -> None:
    """Those of another language do not count."""
    before = fingerprint(root, ["docs/zh"], {}, "extra")
    assert fingerprint(root, ["docs/zh"], {}, "extra") == before
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("changed")
    assert (fingerprint(root, ["docs/zh"], {}, "extra") != before) is counts


def test_a_site_is_made_of_its_records_and_its_address(root: Path) -> None:
    def made_of(identity: str, extra: str) -> str:
        record: Any = SimpleNamespace(identity=identity)
        return fingerprint(root, [], {"one": record}, extra)

    assert made_of("a", "x") == made_of("a", "x")
    assert len({made_of("a", "x"), made_of("b", "x"), made_of("a", "y")}) == 3


def test_as_many_sites_are_remembered_as_are_said(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for number in range(KEPT + 2):
        site = tmp_path / f"site{number}"
        site.mkdir()
        found = Published(site, cache)
        found.remember({"en": str(number)}, site, [f"{number}.html"])
        os.utime(found.path, (number + 1, number + 1))
    found.remember(MADE_FROM, site, [])
    assert len(list(cache.glob("published-*.json"))) == KEPT
    assert len(list(cache.iterdir())) == KEPT, "nothing else stays"
    assert found.holds(MADE_FROM) and found.files == []
    assert Published(tmp_path / "site0", cache).files is None
    assert Published(tmp_path / "site3", cache).files == ["3.html"]


def test_what_is_left_out_is_not_copied(published: Published, tmp_path: Path) -> None:
    assert published.copy("zh", "b", "zh", tmp_path / "copy", {"page1", "page2/index.html"})  # fmt: skip
    assert not (tmp_path / "copy/page1").exists()
    assert (tmp_path / "copy/page2").exists()
    assert not (tmp_path / "copy/page2/index.html").exists()
    assert (tmp_path / "copy/page3/index.html").read_text() == "page 3"


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
