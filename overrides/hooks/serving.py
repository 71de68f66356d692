"""What `mkdocs serve` needs beyond a build."""

from __future__ import annotations

import ast
import fcntl
import html
import logging
import os
import re
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import TemplateSyntaxError
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.livereload import LiveReloadServer
from publish.finishing import digest
from records import Outcome, run_missing, say, this_machine
from records.parts import cost, read_costs
from runner import Snippet, SourceError
from watchdog.observers.polling import PollingObserver

log = logging.getLogger("mkdocs.hooks")
# What MkDocs' server adds at the end of a page: it reloads the page when the site has changed.
RELOADER = re.compile(rb"<script>([^<]*)</script></body>")
BODY = re.compile(rb"<body[^>]*>")
STAYS = "The last good pages stay up; the next save tries again."
PAUSE = 15  # seconds between two rebuilds for results that no open page shows
LOOK = 0.2  # seconds between two looks for edits


class Ended(Abort):
    """Ends the command. What it says goes where errors go; that of MkDocs' own goes to stdout."""

    def show(self, *args: object, **kwargs: object) -> None:
        """Says it; click gives the arguments."""
        print(f"\n{self.format_message()}", file=sys.stderr)


class Runs:
    """Programs that run while their pages are served already, those of the page that was opened last before the others.

    Args:
        missing: the programs that had no record when `serve` began.
        root: the project's folder.
        records: the folder that keeps the records.
    """

    def __init__(self, missing: Sequence[Snippet], root: Path, records: Path) -> None:
        self.missing, self.records, self.root = missing, records, root
        self.waiting = {one.name: one for one in missing}
        self.failed: dict[str, Snippet] = {}
        self.opened: set[str] = set()  # the programs of the page that was opened last
        self.news = records.parent / "arrived"  # written when pages are to be rebuilt
        self.told = 0.0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        """Starts the runs, once the first pages are served: these had the processors for themselves."""
        if self.missing:
            self.thread.start()

    def hold_port(self, host: str, port: int) -> None:
        """Says that the port is taken, also by a server of this project that is about to take it. Raises Ended."""
        self.port = (self.records.parent / f"port-{port}").open("w")
        try:
            fcntl.flock(self.port, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _refuse_port(port)
        check_port(host, port)

    def later(self, missing: Sequence[Snippet]) -> dict[str, bool]:
        """Those of the missing that wait to run, or ran, and failed, as they are now."""
        return {
            one.name: one.name in self.failed
            for one in missing
            if one.name in self.waiting or self.failed.get(one.name) == one
        }

    def tell(self) -> None:
        """Has the pages rebuilt."""
        self.told = time.monotonic()
        self.news.write_text(str(self.told), encoding="utf-8")

    def end(self) -> None:
        """Ends the runs."""
        self.stop.set()
        if self.thread.is_alive():
            self.thread.join()

    def _run(self) -> None:
        costs = read_costs(self.root)

        def priority(snippet: Snippet) -> float:
            return cost(snippet, costs) + 1e9 * (snippet.name in self.opened)

        say(
            f"Running {len(self.missing)} programs; each page has its results as soon as they are there."
        )
        with this_machine(self.root, self.records) as workers:
            run_missing(
                self.missing, self.records, workers, self._done, priority, self.stop
            )

    def _done(self, snippet: Snippet, outcome: Outcome) -> None:
        if isinstance(outcome, SourceError):
            self.failed[snippet.name] = snippet
            say(str(outcome))
        del self.waiting[snippet.name]
        left = len(self.waiting)
        took = "FAILED" if snippet.name in self.failed else "done"
        say(f"{left:4} left of {len(self.missing)}  {snippet.name:<24} {took}")
        waited = time.monotonic() - self.told > PAUSE
        if snippet.name in self.opened or waited or not left:
            self.tell()


def attentive(server: LiveReloadServer, places: Sequence[Path], config: Any) -> None:
    """Has the server watch these places, and look for edits more often than MkDocs does."""
    for place in (config.docs_dir, config.config_file_path):
        server.unwatch(place)
    server.observer, server.build_delay = PollingObserver(timeout=LOOK), LOOK / 4
    for one in places:
        server.watch(str(one))


def check_port(host: str, port: int) -> None:
    """Says that the port is taken before the snippets run, not after.

    Raises:
        Ended: with one line.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            _refuse_port(port)


def _refuse_port(port: int) -> NoReturn:
    remedy = f"choose another: make serve PORT={port + 1}"
    raise Ended(f"Port {port} is taken; {remedy}") from None


def times(hooks: Path) -> dict[Path, int]:
    """When each file of the build was last changed, in nanoseconds."""
    return {path: path.stat().st_mtime_ns for path in sorted(hooks.rglob("*.py"))}


def restart(files: dict[Path, int]) -> None:
    """Starts the command anew, on the same port: only a new process sees an edit of what Python has loaded.

    Raises:
        SourceError: a file of the build is not Python; the running process goes on.
    """
    for file in files:
        try:
            ast.parse(file.read_text(encoding="utf-8"))
        except SyntaxError as error:
            problem = f"this is not Python: {error.msg}."
            raise SourceError(file, error.lineno, problem, "mend the line.") from None
    log.info("A hook has changed: starting anew")
    os.execv(sys.executable, [sys.executable, "-m", "mkdocs", *sys.argv[1:]])


def policed(
    app: Any, opened: Callable[[str], None], failed: Callable[[], str]
) -> Callable[[Any, Callable[..., Any]], list[bytes]]:
    """The server's application; each page's policy allows the script that MkDocs adds to it as it answers, too.

    Args:
        app: the application.
        opened: is told the address of each page that a reader opens.
        failed: what the last build said that published nothing; each page shows it.
    """

    def answer(environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        opened(environ["PATH_INFO"])
        told: list[Any] = []
        body = b"".join(app(environ, lambda *answered: told.extend(answered)))
        status, headers = told
        if script := RELOADER.search(body):
            own = b"script-src 'self'"
            allowed = b"%b %b" % (own, digest(script[1]).encode())
            body = body.replace(own, allowed, 1)
            if failure := failed():
                note = f'<div role="alert" class="md-typeset"><pre>{html.escape(failure)}</pre></div>'
                body = BODY.sub(lambda tag: tag[0] + note.encode(), body, count=1)
            headers = [pair for pair in headers if pair[0] != "Content-Length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]

    return answer


def forgiving(
    builder: Callable[..., None],
    tell: Callable[[str], None],
    failed: Callable[[], str],
    root: Path,
) -> Callable[[], None]:
    """A builder that, where `builder` fails in any way, says so and lets the server go on.

    MkDocs' own server would answer no request until the error is mended.

    Args:
        builder: builds the site.
        tell: is told what a build that failed says; "" before each.
        failed: what such a build has told already.
        root: the project's folder.
    """

    def rebuild() -> None:
        tell("")
        try:
            builder()
        except (Exception, SystemExit) as error:
            known = isinstance(error, MkDocsException | SystemExit)
            said = str(error) if known else str(unforeseen(error, "", root))
            print(f"{said}\n{STAYS}", file=sys.stderr)
            tell("\n".join(filter(None, [failed(), said, STAYS])))

    return rebuild


def unforeseen(error: BaseException, page: str, root: Path) -> SourceError:
    """What is said of an error that nobody has foreseen: the page or the template, and where the whole of it stands.

    Args:
        error: it.
        page: the file of the page that was made meanwhile, "" for none.
        root: the project's folder.
    """
    trace, where = root / ".cache/traceback.txt", "run the command again with --verbose"
    with suppress(OSError):  # the disk may be full
        trace.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        where = "see the whole of it in .cache/traceback.txt"
    frames = traceback.extract_tb(error.__traceback__)
    templates = [one for one in frames if one.filename.endswith(".html")]
    if templates or isinstance(error, TemplateSyntaxError):
        last = templates[-1] if templates else None
        path = str(getattr(error, "filename", None) or (last and last.filename) or page)
        line = getattr(error, "lineno", None) or (last and last.lineno)
        problem = (
            f"this template cannot be used{' for ' + page if page else ''}: {error}."
        )
        return SourceError(path.removeprefix(f"{root}/"), line, problem, f"mend it; {where}.")  # fmt: skip
    problem = f"the build failed here: {type(error).__name__}: {error}."
    remedy = f"undo the last edit, which may be at fault; {where}."
    return SourceError(page or "mkdocs.yml", None, problem, remedy)
