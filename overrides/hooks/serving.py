"""What `mkdocs serve` needs beyond a build."""

from __future__ import annotations

import ast
import functools
import logging
import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer
from publish.finishing import digest
from runner import SourceError

log = logging.getLogger("mkdocs.hooks")
# What MkDocs' server adds at the end of a page: it reloads the page when the site has changed.
RELOADER = re.compile(rb"<script>([^<]*)</script></body>")


def taken(port: int) -> Abort:
    """The one line that a taken port is worth."""
    return Abort(f"Port {port} is taken; choose another: make serve PORT={port + 1}")


@functools.cache  # once a process: from then on the port is our own
def check_port(host: str, port: int) -> None:
    """Says that the port is taken before the snippets run, not after.

    Raises:
        Abort: with one line.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise taken(port) from None


def bind_or_say(server: LiveReloadServer) -> None:
    """Says the same where the port was taken while the site was being built."""
    bind = server.server_bind

    def server_bind() -> None:
        try:
            bind()
        except OSError:
            raise taken(int(server.server_address[1])) from None

    server.server_bind = server_bind  # type: ignore[method-assign]


def restart_if_changed(hooks: Path) -> None:
    """Starts the command anew, on the same port, once a hook has been edited.

    Python keeps a module that it has loaded; only a new process sees the edit.

    Raises:
        SourceError: the edited hook is not Python; the running process goes on.
    """
    files = sorted(hooks.rglob("*.py"))
    if not _changed(hooks, tuple(file.stat().st_mtime_ns for file in files)):
        return
    for file in files:
        try:
            ast.parse(file.read_text(encoding="utf-8"))
        except SyntaxError as error:
            problem = f"this is not Python: {error.msg}."
            remedy = "mend the line."
            raise SourceError(file, error.lineno, problem, remedy) from None
    log.info("A hook has changed: starting anew")
    os.execv(sys.executable, [sys.executable, "-m", "mkdocs", *sys.argv[1:]])


_loaded: dict[Path, tuple[int, ...]] = {}


def _changed(hooks: Path, times: tuple[int, ...]) -> bool:
    return _loaded.setdefault(hooks, times) != times


def policed(app: Any) -> Callable[[Any, Callable[..., Any]], list[bytes]]:
    """The server's application; each page's policy allows the script that MkDocs adds to it as it answers, too."""

    def answer(environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        told: list[Any] = []
        body = b"".join(app(environ, lambda *answered: told.extend(answered)))
        status, headers = told
        if script := RELOADER.search(body):
            own = b"script-src 'self'"
            allowed = b"%b %b" % (own, digest(script[1]).encode())
            body = body.replace(own, allowed, 1)
            headers = [pair for pair in headers if pair[0] != "Content-Length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]

    return answer


def forgiving(builder: Callable[..., None]) -> Callable[[], None]:
    """A builder that, where `builder` fails, says so and lets the server go on.

    MkDocs' own server would answer no request until the error is mended.
    """

    def rebuild() -> None:
        try:
            builder()
        except (Abort, SystemExit) as error:
            message = (
                f"{error}\nThe last good pages stay up; the next save tries again."
            )
            print(message, file=sys.stderr)

    return rebuild
