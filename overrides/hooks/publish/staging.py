"""Builds into a folder of its own and puts it in the site's place only when all of it is there."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path


class Staging:
    """The folder that a build writes to, and the site that it will become.

    Args:
        site: the published folder; it stays as it was until `publish`.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        site.parent.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f".{site.name}-", dir=site.parent))
        self.folder.chmod(0o755)
        atexit.register(self.discard)  # also after Ctrl-C

    def fill(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Writes these files, by their path, instead of all that the folder holds."""
        held = dict(files)
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        self.folder.chmod(0o755)
        for name, data in held.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def publish(self) -> None:
        """Puts the finished build in the site's place; of two builds that end together the later one stays."""
        old = Path(
            tempfile.mkdtemp(prefix=f".{self.site.name}-old-", dir=self.site.parent)
        )
        try:
            while True:
                try:
                    if self.site.exists():
                        self.site.replace(old / "site")
                    self.folder.replace(self.site)
                    break
                except FileNotFoundError:
                    continue  # another build took the old site away between our two steps
                except OSError:
                    if not self.site.exists():
                        raise
        finally:
            shutil.rmtree(old, ignore_errors=True)

    def discard(self) -> None:
        """Removes what an unfinished build has written."""
        shutil.rmtree(self.folder, ignore_errors=True)


class WarningCount(logging.Handler):
    """Counts the warnings of MkDocs and its plugins, so that a strict build can refuse before it publishes."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0
        log = logging.getLogger("mkdocs")
        log.addHandler(self)
        log.setLevel(min(log.level, logging.WARNING))  # --quiet would hide them from us

    def emit(self, record: logging.LogRecord) -> None:
        """Counts one."""
        self.count += 1

    def remove(self) -> None:
        """Stops counting."""
        logging.getLogger("mkdocs").removeHandler(self)
