"""`mkdocs serve`: every kind of edit shows in both languages; an error leaves the last good pages up."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Project, assemble
from patience import PATIENCE, happens
from publish.finishing import digest
from serving import RELOADER

POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')
FAILED = "The last good pages stay up"  # what a build that failed says at its end


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`mkdocs serve` in a project, with what it prints."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.port = free_port()
        self.log = project.folder / "serve.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                project.command("serve", "--dev-addr", f"127.0.0.1:{self.port}"),
                cwd=project.folder,
                env=project.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def get(self, path: str = "") -> str:
        url = f"http://127.0.0.1:{self.port}/{path}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, OSError):
            return ""

    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def runs(self) -> bool:
        return self.process.poll() is None

    def shows(self, words: str, path: str = "") -> bool:
        """Whether the page comes to say `words`."""
        return happens(lambda: words in self.get(path), self.runs)

    def prints(self, words: str, times: int = 1) -> bool:
        return happens(lambda: self.printed().count(words) >= times, self.runs)

    def stop(self) -> None:
        if self.runs():
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=PATIENCE)


@pytest.fixture
def server(project: Project) -> Iterator[Server]:
    server = Server(project)
    while not (started := server.shows("The sum is")) and "taken" in server.printed():
        server = Server(project)  # another program was faster to that port
    try:
        assert started, server.printed()
        yield server
    finally:
        server.stop()


def test_every_kind_of_edit_shows_in_both_languages(server: Server) -> None:
    project = server.project

    project.replace("docs/en/index.md", "The sum is", "Now the sum is")
    assert server.shows("Now the sum is"), server.printed()

    project.replace("docs/zh/index.md", "总和是", "现在总和是")
    assert server.shows("现在总和是", "zh/"), server.printed()

    project.replace("snippets/small.py", 'print(f"total', 'print(f"new total')
    assert server.shows("new total"), server.printed()
    assert server.shows("new total", "zh/")
    assert "new total" in server.get("notebooks/small/")

    project.replace(
        "overrides/main.html",
        "{% block extrahead %}",
        "{% block extrahead %}<!-- theme -->",
    )
    assert server.shows("<!-- theme -->"), server.printed()
    assert server.shows("<!-- theme -->", "zh/")

    project.replace("mkdocs.zh.yml", "site_name: ", "site_name: 新")
    assert server.shows("<title>新", "zh/"), server.printed()

    project.replace("mkdocs.yml", 'site_name: "', 'site_name: "New ')
    assert server.shows("<title>New "), server.printed()

    project.replace(
        "overrides/hooks/drawing/output.py", 'class="output"', 'class="output edited"'
    )
    assert server.shows('class="output edited"'), server.printed()
    assert server.shows('class="output edited"', "zh/")


def test_what_is_served_is_what_is_published(server: Server) -> None:
    """The policy allows MkDocs' reload script beside the page's own, and that is all the difference."""
    published = server.project.folder / "site"
    for path in ("", "other/", "zh/", "notebooks/small/", "404.html"):
        file = published / path
        file = file / "index.html" if path.endswith("/") or not path else file
        served, page = server.get(path), file.read_text(encoding="utf-8")
        reloader = RELOADER.search(served.encode())
        assert reloader, path
        (policy,), (own,) = POLICY.findall(served), POLICY.findall(page)
        allowed = digest(reloader[1])
        assert allowed in policy and allowed not in own
        assert policy.replace(f"{allowed} ", "") == own
    style = (published / "assets/site.css").read_text(encoding="utf-8")
    assert server.get("assets/site.css") == style
    assert len(style) < 130_000


def test_an_error_leaves_the_last_good_pages_up(server: Server) -> None:
    project = server.project

    project.replace("docs/zh/index.md", "small:total", "small:totl")
    assert server.prints("docs/zh/index.md:2: 'small' leaves no value 'totl'"), (
        server.printed()
    )
    assert "总和是" in server.get("zh/")
    assert "The sum is" in server.get()
    assert "另一页" in server.get("zh/other/")
    project.replace("docs/zh/index.md", "small:totl", "small:total")
    project.replace("docs/en/index.md", "The sum is", "Mended, the sum is")
    assert server.shows("Mended, the sum is"), server.printed()

    # A page with a warning is not remembered as good: the second build warns again.
    failed = server.printed().count(FAILED)
    project.replace("docs/en/other.md", "Text.", "[Text](nowhere.md).")
    assert server.prints(FAILED, failed + 1), server.printed()
    warnings = server.printed().count("contains a link 'nowhere.md'")
    assert warnings
    project.replace("docs/en/index.md", "Mended, the", "Mended, and the")
    assert server.prints(FAILED, failed + 2), server.printed()
    assert server.printed().count("contains a link 'nowhere.md'") > warnings
    assert "Mended, and" not in server.get()
    project.replace("docs/en/other.md", "[Text](nowhere.md).", "Text.")
    assert server.shows("Mended, and the sum is"), server.printed()
    project.replace("docs/en/index.md", "Mended, and the", "Mended, the")
    assert server.shows("Mended, the sum is"), server.printed()

    project.replace("snippets/small.py", "numbers.sum()", "numbers.smu()")
    assert server.prints("snippets/small.py:13: section 'sum' raised AttributeError"), (
        server.printed()
    )
    assert "Mended, the sum is" in server.get()
    project.replace("snippets/small.py", "numbers.smu()", "numbers.sum() * 0 + 1000")
    assert server.shows("total 1000."), server.printed()

    project.replace("overrides/hooks/events.py", "def on_files(", "def on_files((")
    assert server.prints("this is not Python"), server.printed()
    assert "Mended, the sum is" in server.get()
    project.replace("overrides/hooks/events.py", "def on_files((", "def on_files(")
    project.replace("docs/en/index.md", "Mended, the", "Mended again, the")
    assert server.shows("Mended again, the sum is"), server.printed()

    assert server.printed().count("Traceback") == 1, "only the snippet's own"


def test_what_nobody_foresaw_leaves_the_last_good_pages_up(server: Server) -> None:
    """The terminal says what happened, and so does each page, until it is mended."""
    project = server.project
    failures = {
        "overrides/main.html:": (
            "overrides/main.html",
            "{% block extrahead %}",
            "{% block extrahead %}{% if page and page.url == 'other/' %}{{ {}['gone'].there }}{% endif %}",
        ),
        "mkdocs.yml": ("mkdocs.yml", "docs_dir: docs/en", "docs_dir: [docs/en"),
        "docs/en/other.md:1: the page has no title": ("docs/en/other.md", "# O", "O"),
    }
    for n, (words, (name, old, new)) in enumerate(failures.items(), 1):
        project.replace(name, old, new)
        assert server.prints(FAILED, n), server.printed()
        assert words in server.printed()
        page = server.get("other/")
        assert 'role="alert"' in page and words in page and FAILED in page
        assert "Text." in page, "the last good page"
        assert server.get("assets/site.css")
        project.replace(name, new, old)
        assert happens(lambda: 'role="alert"' not in server.get(), server.runs)
    assert "Traceback" not in server.printed()


def git(project: Project, *words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *words], cwd=project.folder, check=True, capture_output=True)  # fmt: skip


def test_whatever_happens_to_the_files_it_ends_in_the_right_page(
    server: Server,
) -> None:
    """A hundred edits in thirty seconds, half a file, a chapter that moves, another branch, a disk without room."""
    project, pages = server.project, ("docs/en/other.md", "docs/zh/other.md")
    texts = {name: (project.folder / name).read_text("utf-8") for name in pages}
    for n in range(100):
        name = pages[n % 2]
        text = f"{texts[name]}\nEdit {n}.\n"
        project.write(name, text[: len(text) // 2] if n % 10 == 3 else text)
        time.sleep(0.3)
    assert server.shows("Edit 98.", "other/"), server.printed()
    assert server.shows("Edit 99.", "zh/other/"), server.printed()

    for language in ("en", "zh"):
        old = project.folder / f"docs/{language}/other.md"
        old.rename(project.folder / f"docs/{language}/moved.md")
        time.sleep(0.5)
    assert server.shows("Edit 98.", "moved/"), server.printed()
    assert happens(lambda: "Edit 98." not in server.get("other/"), server.runs)

    project.write(".gitignore", ".cache\nsite\nserve.log\n")
    git(project, "init", "--initial-branch", "one")
    git(project, "add", ".")
    git(project, "commit", "--message", "one")
    git(project, "switch", "--create", "two")
    for language in ("en", "zh"):
        path = project.folder / f"docs/{language}/moved.md"
        path.rename(path.with_name("other.md"))
        project.replace("docs/en/index.md", "sum is", "sum of two is") if language == "en" else None  # fmt: skip
    git(project, "add", ".")
    git(project, "commit", "--message", "two")
    assert server.shows("The sum of two is") and server.shows("Edit 98.", "other/")
    git(project, "switch", "one")
    assert server.shows("The sum is"), server.printed()
    assert server.shows("Edit 98.", "moved/")

    limit = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    failed = server.printed().count(FAILED)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (60_000, limit[1]))
    project.replace("docs/en/index.md", "The sum is", "Without room the sum is")
    assert server.prints(FAILED, failed + 1), server.printed()
    assert "The sum is" in server.get()
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limit)
    project.replace("docs/en/index.md", "Without room", "With room")
    assert server.shows("With room the sum is"), server.printed()
    assert "Traceback" not in server.printed()


def test_pages_are_served_before_their_programs_have_run(tmp_path: Path) -> None:
    """Each says what it waits for, and has the results as soon as they are there, the page that is open first."""
    project = assemble(tmp_path / "project")
    slow = "import time\n\ntime.sleep(4)\n"
    for name in ("small", "picture"):
        project.replace(f"snippets/{name}.py", '"""\n\n', f'"""\n\n{slow}\n')
    project.replace("docs/en/other.md", "Text.", "[Its sum](notebooks/small.md#sum).")
    server = Server(project)
    try:
        waits = "small.py has not run yet"
        assert server.shows(waits), server.printed()
        first = server.get()
        assert "The sum is" in first and ">…</a>" in first
        assert "picture.py has not run yet" in first
        assert "small.py 还没有运行" in server.get("zh/")
        page = server.get("notebooks/small/")
        assert waits in page and 'id="sum"' in page and "numbers" in page
        assert "Running 2 programs; each page" in server.printed()
        assert server.shows("total"), server.printed()
        assert server.prints("   0 left of 2"), server.printed()
        assert happens(lambda: "has not run" not in server.get(), server.runs)
        assert "total" in server.get("zh/")
        page = server.get("notebooks/small/")
        assert waits not in page
        assert 'href="../small.ipynb"' in page
        assert "total" in server.get("index.md") and waits not in server.get("index.md")
        project.replace("docs/en/other.md", "Its sum", "The sum of it")
        assert server.shows("The sum of it", "other/"), "anchors are there by now"
        project.replace("docs/en/other.md", "small.md#sum", "small.md#none")
        assert server.prints("does not contain an anchor '#none'"), server.printed()
        assert "Traceback" not in server.printed()
    finally:
        server.stop()
    # What waited is not taken for what is published.
    assert project.build().returncode == 1, "that anchor is still none"
    project.replace("docs/en/other.md", "small.md#none", "small.md#sum")
    built = project.build()
    assert built.returncode == 0, built.stderr
    assert "has not run yet" not in project.page(".")


def test_ctrl_c_waits_for_no_program(tmp_path: Path) -> None:
    """The programs sleep longer than the test has patience."""
    project = assemble(tmp_path / "project")
    asleep = f"import time\n\ntime.sleep({2 * PATIENCE})\n"
    project.replace("snippets/small.py", '"""\n\n', f'"""\n\n{asleep}\n')
    server = Server(project)
    try:
        assert server.shows("small.py has not run yet"), server.printed()
        assert server.prints("left of 2  picture"), server.printed()  # one is left
    finally:
        server.stop()
    assert server.process.returncode == 0, server.printed()
    assert "Traceback" not in server.printed()
    assert "FAILED" not in server.printed(), "it was ended, and has not failed"
    for noise in ("Converting notebook", "Template skipped"):
        assert noise not in server.printed()


def test_a_program_that_fails_while_pages_are_served(tmp_path: Path) -> None:
    project = assemble(tmp_path / "project")
    project.replace("snippets/small.py", "numbers.sum()", "numbers.smu()")
    server = Server(project)
    try:
        assert server.shows("small.py has failed"), server.printed()
        assert "snippets/small.py:13: section 'sum' raised AttributeError" in server.printed()  # fmt: skip
        assert server.prints("small                    FAILED")
        project.replace("docs/en/other.md", "Text.", "Another text.")
        assert server.shows("Another text.", "other/"), server.printed()
        project.replace("snippets/small.py", "numbers.smu()", "numbers.sum()")
        assert server.shows("total"), server.printed()
    finally:
        server.stop()


def test_a_port_taken_during_the_build_is_one_line(project: Project) -> None:
    """Two servers start together: one of them finds its port taken only at the end."""
    port = free_port()
    command = project.command("serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}")
    both = [
        subprocess.Popen(
            command,
            cwd=project.folder,
            env=project.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        assert happens(lambda: any(one.poll() is not None for one in both))
        loser = min(both, key=lambda one: one.poll() is None)
        message, _ = loser.communicate()
    finally:
        for process in both:
            process.kill()
            process.wait()
    assert loser.returncode != 0
    assert (
        message.strip()
        == f"Port {port} is taken; choose another: make serve PORT={port + 1}"
    )


def test_a_taken_port_is_one_line(project: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            project.command("serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}"),
            cwd=project.folder,
            env=project.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    assert result.returncode != 0
    assert result.stdout == ""
    message = result.stderr.strip()
    assert (
        message == f"Port {port} is taken; choose another: make serve PORT={port + 1}"
    )
