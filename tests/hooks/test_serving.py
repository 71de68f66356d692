"""What `mkdocs serve` needs beyond a build, piece by piece, without a server."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serving
from jinja2 import Environment, FileSystemLoader, TemplateError
from many import Many
from mkdocs.exceptions import Abort, BuildError
from publish.finishing import digest
from records import read_programs
from runner import SourceError
from serving import STAYS, Ended, Runs


@pytest.fixture
def many(tmp_path: Path) -> Many:
    return Many(tmp_path / "project")


@pytest.fixture
def runs(many: Many) -> Runs:
    """Of two programs that have not run, "a" and "b"."""
    many.write("a", "b")
    found = Runs(read_programs(many.root), many.root, many.cache)
    many.cache.mkdir(parents=True, exist_ok=True)
    return found


def test_programs_wait_until_they_have_run(runs: Runs) -> None:
    a, b = runs.missing
    assert runs.later([a, b]) == {"a": False, "b": False}
    runs._done(a, SourceError(a.path, 1, "it fails.", "mend it."))
    assert runs.later([a, b]) == {"a": True, "b": False}
    runs._done(b, SourceError(b.path, 1, "it fails.", "mend it."))
    assert runs.later([b]) == {"b": True}
    assert runs.waiting == {}


def test_a_program_that_failed_and_was_edited_is_not_waited_for(
    runs: Runs, many: Many
) -> None:
    a, b = runs.missing
    runs._done(a, SourceError(a.path, 1, "it fails.", "mend it."))
    many.write(a="print('mended')")
    edited = next(one for one in read_programs(many.root) if one.name == "a")
    assert runs.later([edited, b]) == {"b": False}


def test_it_is_told_what_has_run_and_what_is_left(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = runs.missing
    runs.told = float("inf")  # just now
    runs._done(a, SourceError(a.path, 1, "it fails.", "mend it."))
    assert not runs.news.exists(), "no open page shows it, and another is to come"
    runs._done(b, SourceError(b.path, 1, "it fails.", "mend it."))
    assert runs.news.exists(), "it was the last one"
    said = "".join(capsys.readouterr())
    assert "it fails." in said and "FAILED" in said
    assert "1 left of 2" in said and "0 left of 2" in said


def test_what_an_open_page_shows_is_told_at_once(runs: Runs) -> None:
    a, _ = runs.missing
    runs.told, runs.opened = float("inf"), {"a"}
    runs._done(a, SourceError(a.path, 1, "it fails.", "mend it."))
    assert runs.news.exists()


def test_runs_come_in_the_order_of_their_cost_those_of_the_open_page_first(
    runs: Runs, many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    (many.root / "snippets/costs.yml").write_text("a: 3\nb: 5\n", encoding="utf-8")
    order: list[list[str]] = []

    def run_missing(missing: Any, *given: Any) -> None:
        priority = given[3]
        for opened in (set[str](), {"a"}):
            runs.opened = opened
            order.append([one.name for one in sorted(missing, key=priority)])

    monkeypatch.setattr(serving, "run_missing", run_missing)
    runs.begin()
    runs.thread.join()
    assert order == [["a", "b"], ["b", "a"]]  # the dearest last


def test_without_a_missing_program_nothing_begins(many: Many) -> None:
    runs = Runs([], many.root, many.cache)
    runs.begin()
    assert not runs.thread.is_alive()
    runs.end()
    assert runs.stop.is_set()


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody has taken."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_named_with_another(taken: int, runs: Runs) -> None:
    said = f"Port {taken} is taken; choose another: make serve PORT={taken + 1}"
    with pytest.raises(Ended, match=said):
        serving.check_port("127.0.0.1", taken)
    with pytest.raises(Ended, match=said):
        runs.hold_port("127.0.0.1", taken)


def test_a_port_is_held_against_another_of_this_project(runs: Runs, many: Many) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    runs.hold_port("127.0.0.1", port)
    with pytest.raises(Ended):
        Runs([], many.root, many.cache).hold_port("127.0.0.1", port)


def test_what_ends_a_command_goes_where_errors_go(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Ended("So it ends.").show()
    assert capsys.readouterr() == ("", "\nSo it ends.\n")
    assert isinstance(Ended(""), Abort)


def test_an_edited_hook_starts_the_command_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(os, "execv", lambda *words: began.append(words))
    monkeypatch.setattr(sys, "argv", ["mkdocs", "serve", "-a", "x"])
    hook = tmp_path / "a/hook.py"
    hook.parent.mkdir()
    hook.write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "a/notes.txt").write_text("no Python", encoding="utf-8")
    files = serving.times(tmp_path)
    assert files == {hook: hook.stat().st_mtime_ns}
    serving.restart(files)
    command = [sys.executable, "-m", "mkdocs", "serve", "-a", "x"]
    assert began == [(sys.executable, command)]
    hook.write_text("x = 1\nx = (\n", encoding="utf-8")
    with pytest.raises(SourceError) as error:
        serving.restart(files)
    assert (error.value.path, error.value.line) == (hook, 2)
    assert len(began) == 1, "the running process goes on"


PAGE = b"<html><head><meta content=\"script-src 'self' 'sha256-a'\"></head><body class=\"x\"><p>T</p><script>reload()</script></body></html>"


def answered(body: bytes, failure: str = "", path: str = "/a/") -> tuple[bytes, dict[str, str], list[str]]:  # fmt: skip
    """The body, the headers, and which pages were told of."""

    def app(environ: Any, start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [("Content-Length", str(len(body))), ("X", "y")])
        return [body[:10], body[10:]]

    opened: list[str] = []
    sent: list[Any] = []
    policed = serving.policed(app, opened.append, lambda: failure)
    (data,) = policed({"PATH_INFO": path}, lambda *given: sent.extend(given))
    assert sent[0] == "200 OK"
    assert len(dict(sent[1])) == len(sent[1])
    return data, dict(sent[1]), opened


def test_the_policy_allows_the_script_that_reloads() -> None:
    data, headers, opened = answered(PAGE)
    own = f"script-src 'self' {digest(b'reload()')} 'sha256-a'".encode()
    assert data == PAGE.replace(b"script-src 'self' 'sha256-a'", own)
    assert headers == {"X": "y", "Content-Length": str(len(data))}
    assert opened == ["/a/"]


def test_what_failed_stands_on_the_page() -> None:
    data, headers, _ = answered(PAGE, "a.md:3: <b>")
    note = b'<div role="alert" class="md-typeset"><pre>a.md:3: &lt;b&gt;</pre></div>'
    assert b'<body class="x">' + note + b"<p>T</p>" in data
    assert headers["Content-Length"] == str(len(data))


def test_what_is_no_page_is_sent_as_it_is() -> None:
    data, headers, _ = answered(b"body { color: red; }", "a.md:3: x")
    assert data == b"body { color: red; }" and headers["Content-Length"] == "20"


@pytest.mark.parametrize(
    ("error", "known", "said"),
    [
        (BuildError("no such page"), "", "no such page"),
        (SystemExit("gone"), "told before", "told before\ngone"),
        (ValueError("oh"), "", "mkdocs.yml: the build failed here: ValueError: oh."),
    ],
)
def test_a_build_that_fails_lets_the_server_go_on(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    known: str,
    said: str,
) -> None:
    told: list[str] = []

    def builder() -> None:
        raise error

    (tmp_path / ".cache").mkdir()
    serving.forgiving(builder, told.append, lambda: known, tmp_path)()
    first, last = told
    assert first == "" and last.startswith(said) and last.endswith(f"\n{STAYS}")
    assert STAYS in capsys.readouterr().err


def test_a_build_that_succeeds_tells_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    serving.forgiving(lambda: None, told.append, lambda: "", tmp_path)()
    assert told == [""]


def test_what_nobody_foresaw_names_the_page_and_where_the_whole_of_it_is(
    tmp_path: Path,
) -> None:
    def caught() -> ValueError:
        try:
            raise ValueError("oh")
        except ValueError as error:
            return error

    told = serving.unforeseen(caught(), "docs/en/a.md", tmp_path)
    assert told.path == "docs/en/a.md" and told.line is None
    assert "run the command again with --verbose" in told.remedy, "there is no .cache"
    (tmp_path / ".cache").mkdir()
    told = serving.unforeseen(caught(), "", tmp_path)
    assert told.path == "mkdocs.yml"
    assert "see the whole of it in .cache/traceback.txt" in told.remedy
    whole = (tmp_path / ".cache/traceback.txt").read_text(encoding="utf-8")
    assert whole.startswith("Traceback") and "ValueError: oh" in whole


def test_what_is_wrong_in_a_template_names_it(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    templates = Environment(loader=FileSystemLoader(tmp_path))
    for text, line in (("a\n{% if %}", 2), ("a\nb\n{{ x.y.z }}", 3)):
        (tmp_path / "a.html").write_text(text, encoding="utf-8")
        with pytest.raises((TemplateError, AttributeError)) as raised:
            templates.get_template("a.html").render(x=1)
        told = serving.unforeseen(raised.value, "docs/en/a.md", tmp_path)
        assert (told.path, told.line) == ("a.html", line)
        assert told.problem.startswith("this template cannot be used for docs/en/a.md:")
