"""How long the tests wait for what has to happen, in one place."""

from __future__ import annotations

import time
from collections.abc import Callable

# Seconds. Who waits goes on as soon as it happens, so this is long only where something is broken: a busy machine is slow.
PATIENCE = 300


def happens(
    event: Callable[[], bool], possible: Callable[[], bool] = lambda: True
) -> bool:
    """Whether `event` comes before the patience ends, or before it is no longer possible."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        still_possible = (
            possible()
        )  # asked first: the event may be the last thing to come
        if event():
            return True
        if not still_possible:
            return False
        time.sleep(0.1)
    return False
