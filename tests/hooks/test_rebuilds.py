"""A rebuild does nothing twice, and never leaves out what has changed."""

from __future__ import annotations

import random
import shutil
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


MAKES: tuple[tuple[str, str, str, set[str]], ...] = (  # an edit, and the pages that it makes anew
    ("docs/en/other.md", "Text.", "More text.", {"en/other"}),
    ("docs/references.bib", "A Small Thing", "A Little One", {"en/index", "zh/index"}),
    ("snippets/titles.yml", "求和", "加法", {"zh/index", "zh/other", "zh/notebooks+small", "zh/notebooks+picture"}),
    ("overrides/assets/style/runs.css", "style: dotted", "style: dashed", set()),
)  # fmt: skip


def test_an_edit_makes_the_pages_that_show_it(project: Project) -> None:
    """Any other page is taken as it was."""

    def kept() -> dict[str, int]:
        files = (project.folder / ".cache/pages").glob("*/*.json")
        names = {path: path.name.removesuffix(".md.json") for path in files}
        return {f"{path.parent.name[:2]}/{names[path]}": path.stat().st_ino for path in names}  # fmt: skip

    assert project.build().returncode == 0
    for file, old, new, made in MAKES:
        before = kept()
        project.replace(file, old, new)
        assert project.build().returncode == 0
        after = kept()
        assert {name for name in after if after[name] != before[name]} == made, file


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


GLOSSARY = """sum:
  en: {term: sum, definition: "What is added up, here {{ small:total | .2f }}."}
  zh: {term: 总和, definition: "加起来的数，这里是 {{ small:total | .2f }}。"}
"""
CORRECTION = """addition:
  section: "1"
  verdict: wrong
  en: {title: Addition, claim: It adds up., holds: "The sum is {{ small:total | .3f }} [@someone2020small]."}
  zh: {title: 加法, claim: 对得上。, holds: "总和是 {{ small:total | .3f }}[@someone2020small]。"}
"""
MORE = """
# {title} {{ #{id} }}

::: {what}
"""
# Each is a word that stands once in its file, and what may take its place; a later edit may undo an earlier one.
EDITS = {
    "docs/en/index.md": (["The sum is {{ small:total | .4f", "So the sum is {{ small:total | .3f"], ["It rises to the", "It climbs to the"]),
    "docs/zh/index.md": (["总和是 {{ small:total | .4f", "所以总和是 {{ small:total | .3f"], ["一条上升的直线", "一条升高的直线"]),
    "docs/en/other.md": (["# Other", "# Another"], ["Text.", "Text, [linked](index.md#small)."], ["#other }", "#other }\n\n{{ small:total }}."]),
    "docs/references.bib": (["A Small Thing", "A Little Thing"],),
    "docs/glossary.yml": (["What is added", "All that is added"], ["加起来的数", "加在一起的数"]),
    "docs/corrections/other.yml": (["It adds up.", "It does add up."], ["verdict: wrong", "verdict: imprecise"]),
    "snippets/small.py": (["size=5", "size=6"],),
    "snippets/picture.py": (["[0, 1])", "[0, 2])"],),
    "snippets/titles.yml": (["A line, summary", "A straight line, summary"], ["求和", "加法"]),
    "overrides/main.html": (["{% block extrahead %}", "{% block extrahead %}<!-- a template -->"],),
    "overrides/assets/style/runs.css": (["style: dotted", "style: dashed"],),
    "mkdocs.zh.yml": (["site_name: ", "site_name: 新"],),
}  # fmt: skip


def test_a_warm_build_is_a_cold_one(project: Project) -> None:
    """Whatever was edited before: byte for byte what a build makes that remembers nothing."""
    project.write("docs/glossary.yml", GLOSSARY)
    project.write("docs/corrections/other.yml", CORRECTION)
    for language in ("en", "zh"):
        for id_, what in (("glossary", "glossary"), ("corrections", "corrections")):
            text = MORE.format(title=id_.title(), id=id_, what=what)
            project.write(f"docs/{language}/{id_}.md", text)
        other = project.folder / f"docs/{language}/other.md"
        other.write_text(f"{other.read_text()}\n::: correction addition\n", "utf-8")
    assert project.build().returncode == 0
    draw = random.Random(7)
    waiting = [(name, pair) for name, pairs in EDITS.items() for pair in pairs]
    draw.shuffle(waiting)
    while waiting:
        edits, waiting = waiting[:4], waiting[4:]
        for name, (old, new) in edits:
            project.replace(name, old, new)
            if draw.random() < 0.3:  # it is undone later
                waiting.append((name, [new, old]))
        result = project.build()
        assert result.returncode == 0, (edits, result.stderr)
        cold = project.cold(project.folder.parent / "cold")
        result = cold.build()
        assert result.returncode == 0, (edits, result.stderr)
        differing = [
            name
            for name in _files(project) | _files(cold)
            if _files(project).get(name) != _files(cold).get(name)
        ]
        assert not differing, edits
        shutil.rmtree(cold.folder)


def _files(project: Project) -> dict[str, bytes]:
    site = project.folder / "site"
    return {
        str(f.relative_to(site)): f.read_bytes() for f in site.rglob("*") if f.is_file()
    }
