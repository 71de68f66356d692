"""A chapter as a notebook: its prose, and its programs up to what it shows of them, in order."""

from __future__ import annotations

import json
from typing import Any

from copies.chapter_notebook import chapter_notebook
from copies.markdown import Site
from one_page import Reader, read

SITE = Site("A site", "", "Somebody", "en", "", Reader().edition.words, Reader().records)  # fmt: skip
SUM = '```python\n--8<-- "small.py:sum"\n```\n\n'
OUTPUT = "::: output small:sum\n\n"
FIGURE = "::: figure picture:line\n    alt: A line.\n    caption: A caption.\n\n"


def cells(markdown: str) -> list[dict[str, Any]]:
    page = read(f"# Other {{ #other }}\n\n{markdown}")
    return list(json.loads(chapter_notebook(page.text, SITE, {}))["cells"])


def told(markdown: str) -> list[str]:
    """Each cell: of prose its words, without what is said of a run; of code its id, with its outputs."""
    found = []
    for cell in cells(markdown):
        kinds = [output["output_type"] for output in cell.get("outputs", [])]
        source = "".join(cell["source"])
        lines = [
            line for line in source.split("\n\n") if line and ".py · Seed" not in line
        ]
        found.append(" / ".join(lines) if cell["cell_type"] == "markdown" else " ".join([cell["id"], *kinds]))  # fmt: skip
    return found


def test_a_program_runs_up_to_what_is_shown() -> None:
    assert told(f"Before.\n\n{SUM}{OUTPUT}Between.\n\n{FIGURE}After {{{{ small:total | .2f }}}}.\n") == [
        "# Other / Before.",
        "small-cell-0",
        "small-draw",
        "small-sum stream",
        "Between.",
        "",
        "picture-cell-0",
        "picture-line display_data",
        "A caption. / After −1.32.",
        "--- / A site. Somebody.",
    ]  # fmt: skip


def test_what_has_run_does_not_run_again() -> None:
    draw = SUM.replace(":sum", ":draw")
    assert told(f"{draw}Then.\n\n{SUM}Again.\n\n{draw}End.\n") == [
        "# Other",
        "small-cell-0",
        "small-draw",
        "Then.",
        "small-sum stream",
        "Again. / ```python\nrng = np.random.default_rng(seed)\nnumbers = rng.normal(size=5)  # (5,)\n``` / End.",
        "--- / A site. Somebody.",
    ]


def test_what_was_begun_ends_before_another_program() -> None:
    """What is shown of it later is then code without a cell of its own."""
    first = SUM.replace(":sum", ":draw")
    *before, shown, closing = told(f"{first}{FIGURE}{SUM}")
    assert before == [
        "# Other",
        "small-cell-0",
        "small-draw",
        "small-sum stream",
        "",
        "picture-cell-0",
        "picture-line display_data",
    ]
    assert shown.startswith("A caption. / ```python\ntotal = ")
    assert closing == "--- / A site. Somebody."
