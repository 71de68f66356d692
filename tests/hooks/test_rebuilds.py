"""A rebuild does nothing twice, and never leaves out what has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Project


def inode(project: Project, name: str) -> int:
    return (project.folder / "site" / name).stat().st_ino


def test_nothing_changed_nothing_done(project: Project) -> None:
    assert project.build().returncode == 0
    before = project.published(), inode(project, "index.html")
    again = project.build()
    assert again.returncode == 0
    assert (project.published(), inode(project, "index.html")) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "page", "words"),
    [
        ("docs/en/index.md", "The sum is", "Now the sum is", ".", "Now the sum is"),
        ("docs/zh/index.md", "总和是", "现在总和是", "zh", "现在总和是"),
        ("snippets/small.py", "size=5", "size=6", "zh", "total"),
        ("snippets/titles.yml", "求和", "加法", "zh/notebooks/small", "加法"),
        ("overrides/main.html", "{% block", "<!-- new -->{% block", ".", ""),
        ("mkdocs.zh.yml", "site_name: ", "site_name: 新", "zh", "<title>新"),
        ("pyproject.toml", 'version = "', 'version = "9', ".", "Version 9"),
        ("LICENSE", "(c) 2026", "(c) 2027", "zh", "year = {2027}"),
        ("mkdocs.yml", 'site_name: "', 'site_name: "New ', ".", "<title>New "),
    ],
)
def test_every_change_is_seen(
    project: Project, file: str, old: str, new: str, page: str, words: str
) -> None:
    assert project.build().returncode == 0
    before = inode(project, f"{page}/index.html")
    project.replace(file, old, new)
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert inode(project, f"{page}/index.html") != before
    assert words in project.page(page)


def test_a_touched_site_is_built_again(project: Project) -> None:
    assert project.build().returncode == 0
    page = project.folder / "site/index.html"
    page.unlink()
    page.write_text("something else")
    assert project.build().returncode == 0
    assert "The sum is" in page.read_text(encoding="utf-8")


def test_the_other_language_is_not_built_again(project: Project) -> None:
    assert project.build().returncode == 0
    before = inode(project, "zh/index.html")
    project.replace("docs/en/index.md", "The sum is", "Now the sum is")
    assert project.build().returncode == 0
    assert "Now the sum is" in project.page(".")
    assert inode(project, "zh/index.html") == before, "linked, not made again"


def test_another_address_is_another_site(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.build().returncode == 0
    monkeypatch.setenv("SITE_URL", "https://example.org/site/")
    assert project.build().returncode == 0
    assert "https://example.org/site/" in project.page(".")
    sitemap = (project.folder / "site/zh/sitemap.xml").read_text(encoding="utf-8")
    assert "<loc>https://example.org/site/zh/other/</loc>" in sitemap
    assert 'hreflang="en" href="https://example.org/site/other/"' in sitemap


def test_each_language_by_itself(project: Project, tmp_path: Path) -> None:
    """The Chinese configuration alone builds the Chinese pages alone."""
    result = project.build(
        "--config-file", "mkdocs.zh.yml", "--site-dir", str(tmp_path / "zh")
    )
    assert result.returncode == 0, result.stderr
    assert "总和是" in (tmp_path / "zh/index.html").read_text(encoding="utf-8")
    assert not (tmp_path / "zh/zh").exists()


def test_the_site_as_files_is_built_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands there is made for files; a language that has not changed cannot be taken from it."""
    monkeypatch.setenv("OFFLINE", "1")
    for said in ("The total is", "Once more the sum is"):
        project.replace("docs/en/index.md", "The sum is", said)
        result = project.build()
        assert result.returncode == 0, result.stderr
        assert said in project.page(".")
        assert 'href="zh/index.html"' in project.page(".")
        project.replace("docs/en/index.md", said, "The sum is")
    assert (project.folder / "site/zh/search/titles.js").exists()
