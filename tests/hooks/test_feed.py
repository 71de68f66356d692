"""What a page says of its age, and the feed of what has changed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from conftest import ROOT, Project
from describing import changes_in
from publish.metadata import changes_of, feed_of, written

ATOM = "{http://www.w3.org/2005/Atom}"
TIME = re.compile(r"\d{4}-\d\d-\d\dT00:00:00Z")
PAGE = """<h1 id="vision">Vision<a class="headerlink" href="#vision">¶</a></h1>
<h2 id="changes">What changed</h2><p>{first}: two is <a href="../x/">three</a>, a &lt; b.</p><p>{second}. Older.</p><p>A pilot.</p>
<h2 id="exercises">Exercises</h2><p>{second}: no change.</p>"""


def words(language: str) -> dict[str, Any]:
    """Of a language of the site."""
    file = "mkdocs.yml" if language == "en" else f"mkdocs.{language}.yml"
    text = re.sub(r"!ENV .*", "0", (ROOT / file).read_text(encoding="utf-8"))
    found: dict[str, Any] = yaml.safe_load(text)["extra"]["words"]
    return found


def page(language: str, days: tuple[str, str] = ("2026-11-27", "2026-01-05")) -> str:
    first, second = (written(day, words(language)) for day in days)
    return PAGE.format(first=first, second=second)


def config(language: str, address: str = "") -> Any:
    return SimpleNamespace(
        extra={"words": {"maintainers": "{site}", "colon": ": "} | words(language)},
        theme={"language": language},
        site_name="The site",
        site_url=address,
    )


@pytest.mark.parametrize(
    ("language", "day"), [("en", "5 January 2026"), ("zh", "2026 年 1 月 5 日")]
)
def test_days_are_written_and_read_in_each_language(language: str, day: str) -> None:
    assert written("2026-01-05", words(language)) == day
    assert changes_of(page(language), words(language)) == [
        ("2026-11-27", "two is three, a < b."),
        ("2026-01-05", "Older."),
    ]


def check(feed: bytes) -> ElementTree.Element:
    """What RFC 4287 asks of a feed."""
    root = ElementTree.fromstring(feed)
    assert root.tag == f"{ATOM}feed"
    ids = []
    for one in [root, *root.findall(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            (element,) = one.findall(ATOM + name)
            assert element.text, name
        ids.append(one.findtext(f"{ATOM}id", ""))
        assert TIME.fullmatch(one.findtext(f"{ATOM}updated", ""))
        kinds = [link.get("rel", "alternate") for link in one.findall(f"{ATOM}link")]
        assert kinds.count("alternate") == 1
        assert len(set(kinds)) == len(kinds)
    assert all(urlsplit(id_).scheme for id_ in ids)
    assert len(set(ids)) == len(ids)
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    return root


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("address", ["", "https://example.org/book/"])
def test_the_feed_is_one(language: str, address: str) -> None:
    pages = {"": "<h1>Home</h1>", "labs/vision/": page(language)}
    root = check(feed_of(pages, "book", config(language, address)))
    entries = root.findall(f"{ATOM}entry")
    days = [entry.findtext(f"{ATOM}updated", "")[:10] for entry in entries]
    assert days == ["2026-11-27", "2026-01-05"], "the latest first"
    assert root.findtext(f"{ATOM}updated") == "2026-11-27T00:00:00Z"
    assert entries[0].findtext(f"{ATOM}title") == "Vision"
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{address}labs/vision/#changes"
    assert entries[0].findtext(f"{ATOM}content") == "two is three, a < b."
    assert bool(address) == (root.find(f"{ATOM}link[@rel='self']") is not None)


def test_an_entry_keeps_its_id() -> None:
    """When another one comes above it, and when the site moves."""

    def ids(html: str, address: str) -> list[str]:
        root = check(feed_of({"labs/vision/": html}, "book", config("en", address)))
        return [one.findtext(f"{ATOM}id", "") for one in root.findall(f"{ATOM}entry")]

    before = ids(page("en"), "")
    newer = page("en").replace("</h2><p>", "</h2><p>28 November 2026: new.</p><p>", 1)
    after = ids(newer, "https://example.org/")
    assert after[1:] == before
    assert after[0] not in before


def test_a_site_without_changes_has_a_feed() -> None:
    check(feed_of({"": "<h1>Home</h1>"}, "book", config("en")))


def git(folder: Path, *arguments: str, day: str = "2026-03-04") -> None:
    when = f"{day}T12:00:00Z"
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin", "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "HOME": str(folder)},
    )  # fmt: skip


def commit(folder: Path, day: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", day, day=day)


def test_days_of_change_come_from_whole_histories(tmp_path: Path) -> None:
    project = tmp_path / "outer/project"
    (project / "docs/en").mkdir(parents=True)
    git(tmp_path / "outer", "init", "--quiet")
    assert changes_in(project, tmp_path / "a") == {}, "nothing is committed yet"
    for name in ("a.md", "ü b.md"):
        (project / "docs/en" / name).write_text("one")
    commit(tmp_path / "outer", "2026-03-04")
    (project / "docs/en/a.md").write_text("two")
    commit(tmp_path / "outer", "2026-05-06")
    found = changes_in(project, tmp_path / "a")
    assert found["docs/en/a.md"] == found["docs/en"] == "2026-05-06"
    assert found["docs/en/ü b.md"] == "2026-03-04"
    assert changes_in(project, tmp_path / "a") == found, "as it is remembered"
    url = (tmp_path / "outer").as_uri()
    git(tmp_path, "clone", "--quiet", "--depth", "1", url, "shallow")
    assert changes_in(tmp_path / "shallow/project", tmp_path / "b") == {}
    (tmp_path / "none").mkdir()
    assert changes_in(tmp_path / "none", tmp_path / "c") == {}


def test_a_page_tells_when_it_was_changed_and_run(project: Project) -> None:
    """A commit changes the day on the pages that it touches, and no other byte; the feed is linked."""
    assert project.build().returncode == 0
    first = project.page(".")
    assert "Last changed" not in first, "there is no history"
    assert re.search(r"programs last run on \d+ \w+ 20\d\d", first)
    assert "last run" not in project.page("other"), "it shows none"
    assert first.count('href="./changes.xml"') + first.count('href="changes.xml"') == 2
    check((project.folder / "site/changes.xml").read_bytes())
    check((project.folder / "site/zh/changes.xml").read_bytes())

    project.write(".gitignore", "site\n.cache\n")
    git(project.folder, "init", "--quiet")
    commit(project.folder, "2026-03-04")
    assert project.build().returncode == 0
    assert "Last changed on 4 March 2026" in project.page("other")
    assert "最近更改于 2026 年 3 月 4 日" in project.page("zh/other")
    project.replace("docs/en/other.md", "Text.", "Other text.")
    assert project.build().returncode == 0
    commit(project.folder, "2026-05-06")
    assert project.build().returncode == 0
    assert "Last changed on 6 May 2026" in project.page("other")
    assert "Last changed on 4 March 2026" in project.page(".")
    project.replace("snippets/small.py", "size=5", "size=6")
    commit(project.folder, "2026-07-08")
    assert project.build().returncode == 0
    assert "Last changed on 8 July 2026" in project.page("."), "it shows that program"
    assert "Last changed on 6 May 2026" in project.page("other")
    found = project.published()
    cold = Project(project.folder)
    for kept in ("pages", "search", "changed.json"):
        place = project.folder / ".cache" / kept
        subprocess.run(["rm", "-rf", str(place)], check=True)
    for old in (project.folder / ".cache").glob("published-*"):
        old.unlink()
    assert cold.build().returncode == 0
    assert {n: d for n, d in cold.published().items() if found[n] != d and not n.endswith((".gz", ".zip"))} == {}  # fmt: skip
