"""What each program costs, and how all of them are divided into parts of about the same cost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from runner import Place, Snippet, read_text, read_yaml

COSTS = "snippets/costs.yml"


def read_costs(root: Path) -> dict[str, float]:
    """Seconds of processor time by program, as `snippets/costs.yml` has them; none where there is no such file.

    Raises:
        SourceError: it is not a list of names with a number above 0 each.
    """
    if not (root / COSTS).is_file():
        return {}
    costs = read_yaml(read_text(root / COSTS, COSTS), Place(COSTS)) or {}
    for name, cost in costs.items() if isinstance(costs, dict) else [(costs, 0)]:
        if type(cost) not in (int, float) or not cost > 0:
            remedy = "write one line for each program, 'numpy_network: 0.9'."
            Place(COSTS).fail(f"'{name}' has no number of seconds.", remedy)
    return dict(costs)


def cost(snippet: Snippet, costs: dict[str, float]) -> float:
    """What `costs` says of a program; of one that is not yet there, the time that it may take at most."""
    return costs.get(snippet.name, snippet.limits.time)


def divide(
    snippets: Sequence[Snippet], costs: dict[str, float], count: int
) -> list[list[Snippet]]:
    """The programs in `count` parts: the most expensive first, each to the part that costs least so far."""
    parts: list[list[Snippet]] = [[] for _ in range(count)]
    load = [0.0] * count
    for snippet in sorted(snippets, key=lambda s: (-cost(s, costs), s.name)):
        least = load.index(min(load))
        parts[least].append(snippet)
        load[least] += cost(snippet, costs)
    return parts


def read_part(text: str) -> tuple[int, int]:
    """The two numbers of PART, "2/4". Raises SourceError where there can be no such part."""
    found = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text)
    if not found or int(found[1]) > int(found[2]):
        remedy = "write PART=2/4 for the second of four parts; the first is 1/4, the last 4/4."
        Place("PART").fail(f"there is no part '{text}'.", remedy)
    return int(found[1]), int(found[2])
