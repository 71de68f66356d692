"""What a reader can take along (temporary)."""

from __future__ import annotations

from typing import Any


def write(*args: Any) -> None: ...


def ways(edition: Any, page: Any, config: Any) -> dict[str, str]:
    return {}
