"""A site is replaced whole or not at all, wherever it lies; what no build made stays; nothing is left behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import ROOT, Project
from patience import PATIENCE, happens
from publish.staging import OURS, Staging
from runner import SourceError

MADE = [OURS, "a.html", "old/b.html"]
OTHERS = [".git/config", ".nojekyll", "CNAME"]


def write(folder: Path, names: list[str], text: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def held(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def publish(site: Path, made: list[str] | None = None) -> list[str]:
    """Builds a new site over what is there."""
    staging = Staging(site, made, site.parent / "spare")
    write(staging.folder, [OURS, "a.html", "new.html"], "new")
    made_now = staging.keep_others()
    staging.publish()
    return made_now


NEW = {OURS: "new", "a.html": "new", "new.html": "new"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write(tmp_path / "site", MADE, "old")
    return tmp_path / "site"


def test_a_site_is_replaced(site: Path) -> None:
    assert publish(site) == sorted(NEW)
    assert held(site) == NEW
    assert [path.name for path in site.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_what_no_build_made_stays(site: Path, known: bool) -> None:
    more = ["notes/mine.txt"] if known else []
    write(site, OTHERS + more, "mine")
    made = publish(site, MADE if known else None)
    assert held(site) == NEW | dict.fromkeys(OTHERS + more, "mine")
    assert made == sorted(NEW), "the next build knows them apart, too"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "snippets", ["small.py"], "mine")
    with pytest.raises(SourceError, match=r"snippets: it holds 'small\.py', which no build made"):  # fmt: skip
        publish(tmp_path / "snippets")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SourceError, match="file: this is a file"):
        publish(tmp_path / "file")
    assert held(tmp_path) == {"file": "mine", "snippets/small.py": "mine"}


def test_a_link_stays_one_and_what_it_leads_to_is_new(
    site: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    there = site.rename(tmp_path / "elsewhere/real")
    site.symlink_to(there)
    publish(site)
    assert site.is_symlink()
    assert held(there) == NEW


def test_a_folder_that_cannot_be_replaced_is_filled(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mount: its files can be replaced, itself it cannot."""
    replace = Path.replace

    def mounted(self: Path, target: Path) -> Path:
        if site in (self, Path(target)):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", mounted)
    write(site, OTHERS, "mine")
    inode = site.stat().st_ino
    publish(site, MADE)
    assert held(site) == NEW | dict.fromkeys(OTHERS, "mine")
    assert site.stat().st_ino == inode
    assert not (site / "old").exists()
    assert not list(site.parent.glob(".site-*"))


def as_anybody(code: str) -> subprocess.CompletedProcess[str]:
    """Runs code without root's right to write anywhere."""
    command = [sys.executable, "-c", f"import test_staging\n{code}"]
    if os.geteuid() == 0:
        drop = "-dac_override,-dac_read_search,-fowner"
        command[:0] = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}"]
    paths = [ROOT / name for name in ("overrides/hooks", "tests", "tests/hooks")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run(command, env=env, capture_output=True, text=True)


def test_a_place_that_cannot_be_written(site: Path) -> None:
    """Beside the site: it is filled. The site itself: one error, and it is as it was."""
    spare = site.parent / "spare"
    spare.mkdir()
    call = f"from pathlib import Path\ntest_staging.publish(Path({str(site)!r}))"
    site.parent.chmod(0o555)
    try:
        assert as_anybody(call).returncode == 0
        assert held(site) == NEW
        for folder in (site, site / "assets"):
            folder.chmod(0o555)
        refused = as_anybody(call)
        assert refused.returncode == 1
        assert f"{site}: the site cannot be written: Permission denied." in refused.stderr  # fmt: skip
        assert held(site) == NEW
        assert not list(spare.iterdir())
    finally:
        for folder in (site.parent, site, site / "assets"):
            folder.chmod(0o755)


def test_a_web_server_can_read_it(site: Path) -> None:
    before = os.umask(0o077)
    try:
        publish(site)
    finally:
        assert os.umask(before) == 0o077
    assert {path.stat().st_mode & 0o777 for path in site.rglob("*.html")} == {0o644}
    assert site.stat().st_mode & 0o777 == 0o755


def test_two_builds_at_once_leave_one_whole_site(site: Path) -> None:
    threads = [threading.Thread(target=publish, args=(site,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held(site) == NEW
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_a_site_that_comes_between_the_two_steps_is_replaced_too(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build does not end before its own is in place, and it ends."""
    staging, turns, replace = Staging(site, MADE, site.parent / "spare"), [], Path.replace  # fmt: skip
    write(staging.folder, sorted(NEW), "new")

    def meanwhile(path: Path, target: Path) -> Path:
        turns.append(path)
        assert len(turns) <= 4, "it goes on and on"
        if turns == [site, staging.folder]:
            write(site, MADE, "of another")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", meanwhile)
    staging.publish()
    assert held(site) == NEW
    assert turns == [site, staging.folder] * 2
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_what_a_killed_build_left_goes_with_the_next(site: Path) -> None:
    """Also where it was killed between the two steps: then the old site is back until the new one is there."""
    write(site.parent / ".site-abc", ["half.html"], "half")
    (site.parent / ".site-old-abc").mkdir()
    site.rename(site.parent / ".site-old-abc/site")
    staging = Staging(site, MADE, site.parent / "spare")
    assert held(site) == dict.fromkeys(MADE, "old")
    other = Staging(site, MADE, site.parent / "spare")
    assert staging.folder.exists(), "a build that goes on is left alone"
    other.discard()
    staging.discard()
    assert [path.name for path in site.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_build_that_is_ended(project: Project, name: str) -> None:
    program = project.folder / "snippets/small.py"
    text, published = program.read_text(), project.published()
    program.write_text(text.replace('"""\n\n', '"""\n\nimport time\n\ntime.sleep(600)\n'))  # fmt: skip
    process = subprocess.Popen(
        project.command("build", "--quiet"),
        cwd=project.folder,
        env={**project.environment, "TMPDIR": str(project.folder)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert happens(lambda: bool(list(project.folder.glob("run-*/stdout"))))
    process.send_signal(getattr(signal, name))
    _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert "Traceback" not in error
    assert project.published() == published
    program.write_text(text)
    assert project.build().returncode == 0
    assert project.published() == published
    assert not list(project.folder.glob(".site*"))


def test_a_language_alone_takes_nobody_s_place(project: Project) -> None:
    published = project.published()
    assert project.build("--config-file", "mkdocs.zh.yml").returncode == 0
    assert project.published() == published
    assert "总和是" in (project.folder / "site-zh/index.html").read_text("utf-8")
