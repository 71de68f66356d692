"""Builds into a folder of its own and puts it in the site's place only when all of it is there."""

from __future__ import annotations

import atexit
import errno
import fcntl
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from runner import Place

OURS = "assets/site.css"  # by which a site is known of which nothing is remembered
MEANWHILE = (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST)  # another build was faster


class Staging:
    """The folder that a build writes to, and the site that it will become.

    Args:
        site: the published folder, or a link to it; it stays as it was until `publish`.
        made: what an earlier build put there, by path; None where nothing is known.
        spare: where to build if not beside the site.

    Raises:
        SourceError: the site's folder holds what no build made, or there is no place to build.
    """

    def __init__(self, site: Path, made: Collection[str] | None, spare: Path) -> None:
        self.site = site.resolve()
        self.others = self._others(made)
        self.umask = os.umask(0o022)  # a web server reads what is published
        self.held: list[int] = []
        try:
            self.site.parent.mkdir(parents=True, exist_ok=True)
            self._clear()
            self.folder = self._new("", self.site.parent)
        except OSError:
            try:
                spare.mkdir(parents=True, exist_ok=True)
                self.folder = self._new("", spare)
            except OSError as error:
                self._refuse(error)
        atexit.register(self.discard)  # also after Ctrl-C

    def _others(self, made: Collection[str] | None) -> list[str]:
        """What lies in the site's folder and no build made; without memory, what is hidden or names a host in a site of ours."""
        place, site = Place(self.site), self.site
        if site.exists() and not site.is_dir():
            place.fail("this is a file.", "name a folder for the site.")
        names = sorted(below(site))
        if made is not None:
            return [name for name in names if name not in made]
        kept = [n for n in names if n.startswith(".") or n == "CNAME"]
        if len(kept) < len(names) and OURS not in names:
            if names != sorted(below(site)):  # another build replaces it just now
                return self._others(made)
            name = next(name for name in names if name not in kept)
            place.fail(
                f"it holds '{name}', which no build made.",
                "name another folder for the site, or empty this one.",
            )
        return kept

    def _new(self, kind: str, parent: Path) -> Path:
        """A folder that no other build takes for one that was left behind."""
        while True:
            name = f".{self.site.name}-{kind}"
            folder = Path(tempfile.mkdtemp(prefix=name, dir=parent))
            if _hold(folder, self.held):
                folder.chmod(0o755)
                return folder

    def _clear(self) -> None:
        """Removes what builds have left that were killed, and puts back what one of them had taken away."""
        for left in self.site.parent.glob(f".{self.site.name}-*"):
            held: list[int] = []
            if _hold(left, held):
                if (left / "site").is_dir() and not self.site.exists():
                    (left / "site").replace(self.site)
                shutil.rmtree(left, ignore_errors=True)
            _release(held)

    def fill(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Writes these files, by their path, instead of all that the folder holds."""
        held = dict(files)
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, data in held.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def keep_others(self) -> list[str]:
        """Adds what lies in the site and no build made, where this one did not make the same; returns what it made."""
        made = sorted(below(self.folder))
        for name in self.others:
            old, new = self.site / name, self.folder / name
            if not new.exists() and os.path.lexists(old):
                new.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(old, new, follow_symlinks=False)
        return made

    def publish(self, wait: bool = True) -> None:
        """Puts the finished build in the site's place; of two builds that end together the later one stays.

        Args:
            wait: whether what was there before is removed by then; that takes longer than all the rest of this.

        Raises:
            SourceError: nothing can be written there.
        """
        try:
            old = self._new("old-", self.site.parent)
            try:
                while not self._swapped(old):
                    pass
            finally:
                if (old / "site").exists():  # nobody takes it for one that is whole
                    (old / "site").rename(old / "gone")
                removal = threading.Thread(target=shutil.rmtree, args=(old, True))
                removal.start()
                if wait:
                    removal.join()
        except OSError:  # a mount, a folder of somebody else's
            try:
                self._fill_site()
            except OSError as error:
                self._refuse(error)
        self.discard()

    def _swapped(self, old: Path) -> bool:
        """Whether the site is in place; not if another build came between the two steps."""
        try:
            if self.site.exists():
                # What an earlier turn took away is older than what came into its place.
                shutil.rmtree(old / "site", ignore_errors=True)
                self.site.replace(old / "site")
            self.folder.replace(self.site)
        except OSError as error:
            if error.errno in MEANWHILE:
                return False
            if (old / "site").exists() and not self.site.exists():
                (old / "site").replace(self.site)
            raise
        return True

    def _fill_site(self) -> None:
        """Replaces the files of a site one by one, where its folder cannot be."""
        new = below(self.folder)
        for name in sorted(new):
            target = self.site / name
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            shutil.copy2(self.folder / name, part, follow_symlinks=False)
            part.replace(target)
        for path in sorted(self.site.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(self.site).as_posix() not in new:
                path.unlink()

    def discard(self) -> None:
        """Removes what an unfinished build has written."""
        atexit.unregister(self.discard)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.held:
            os.umask(self.umask)
        _release(self.held)

    def _refuse(self, error: OSError) -> None:
        self.discard() if self.held else os.umask(self.umask)
        Place(self.site).fail(
            f"the site cannot be written: {error.strerror or error}.",
            "make the folder writable, or name another: mkdocs build -d FOLDER.",
        )


def below(folder: Path) -> dict[str, os.DirEntry[str]]:
    """What is no folder, at any depth, by its path below this one; nothing where there is none.

    Ten times as fast as `Path.rglob`, and all files of a site are looked at several times in a build.
    """
    found, todo, start = {}, [str(folder)], len(str(folder)) + 1
    while todo:
        with suppress(FileNotFoundError), os.scandir(todo.pop()) as entries:
            for one in entries:
                if one.is_dir(follow_symlinks=False):
                    todo.append(one.path)
                else:
                    found[one.path[start:]] = one
    return found


def _hold(folder: Path, held: list[int]) -> bool:
    """Whether no other process holds a folder; this one does from now on, until `_release`, or until it ends in any way."""
    try:
        held.append(os.open(folder, os.O_RDONLY))
        fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return folder.exists()


def _release(held: list[int]) -> None:
    while held:
        os.close(held.pop())


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
