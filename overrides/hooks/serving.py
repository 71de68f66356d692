"""What `mkdocs serve` needs beyond a build."""

from __future__ import annotations

import ast
import logging
import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mkdocs.exceptions import Abort
from publish.finishing import digest
from runner import SourceError

log = logging.getLogger("mkdocs.hooks")
# What MkDocs' server adds at the end of a page: it reloads the page when the site has changed.
RELOADER = re.compile(rb"<script>([^<]*)</script></body>")


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
            remedy = f"choose another: make serve PORT={port + 1}"
            raise Abort(f"Port {port} is taken; {remedy}") from None


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
            print(f"{error}\nThe last good pages stay up; the next save tries again.", file=sys.stderr)  # fmt: skip

    return rebuild
