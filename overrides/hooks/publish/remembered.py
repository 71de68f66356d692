"""What takes time to make is kept for the next build."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path


def remembered(cache: Path, name: str, key: str, make: Callable[[], bytes]) -> bytes:
    """What `make` returns, made once for a key.

    Args:
        cache: the folder where it is kept.
        name: of the file that keeps it; the next key of the same name takes its place.
        key: all that decides what is made.
        make: makes it.

    The file opens with a digest of the key and of what follows: where any byte has changed, it is made anew.
    """
    path = cache / name
    kept = path.read_bytes() if path.is_file() else b""
    if kept[:32] == _digest(key, kept[32:]):
        return kept[32:]
    data = make()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=cache, prefix=".", delete=False) as file:
        file.write(_digest(key, data) + data)
    Path(file.name).replace(path)
    return data


def _digest(key: str, data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(key.encode()).digest() + data).digest()
