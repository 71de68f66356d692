"""What takes long and comes out the same as long as nothing that decides it has changed, kept in `.cache`."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from runner import remembered
from runner.record import processor

Make = Callable[[list[str]], Mapping[str, Any]]


class Unknown(Exception):
    """Nothing is kept under this key."""


def kept(
    folder: Path,
    keys: Mapping[str, object],
    make: Make,
    good: Callable[[Any], bool] = lambda made: True,
) -> dict[str, Any]:
    """What `make` makes of each name.

    Args:
        folder: where it is kept, one file for each name.
        keys: of each name all that decides what is made of it; what is installed here counts besides.
        make: makes, all together, what is not kept under its key. What it raises leaves nothing behind.
        good: whether it is worth keeping: what finds a fault is made again.
    """
    texts = {name: json.dumps([key, surroundings()]) for name, key in keys.items()}
    found, missing = {}, []
    for name, key in texts.items():
        try:
            found[name] = json.loads(remembered(folder, name, key, _unknown))
        except Unknown:
            missing.append(name)
    if missing:
        made = make(missing)
        for name in missing:
            found[name] = made[name]
            data = json.dumps(made[name]).encode()
            if good(made[name]):
                remembered(folder, name, texts[name], partial(bytes, data))
    return found


def _unknown() -> bytes:
    raise Unknown


@functools.cache
def surroundings() -> list[str]:
    """Python, the system, the kind of processor, and the version of everything that is installed."""
    installed = {f"{one.name} {one.version}" for one in distributions()}
    return [sys.version, sys.platform, processor(), *sorted(installed)]
