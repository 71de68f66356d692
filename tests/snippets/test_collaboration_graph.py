"""The counted arrows are the drawn ones in each language; each count holds twice."""

import re
import runpy
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Values = dict[str, Any]
Arrows = list[tuple[str, str]]

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(ROOT.glob("docs/*/core-concepts.md"))
FENCE = re.compile(r"^```mermaid\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)
NODE = r"(\w+)(?:[\[{(].*?[\]})]+)?(?::::\w+)?"
ARROW = re.compile(rf"^\s*{NODE} (-->|==>)(?:\|(.*?)\|)? {NODE}$", re.MULTILINE)
SUBGRAPH = re.compile(
    r"^  subgraph (\w+)\[.*?\]\n(.*?)^  end$", re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def values(record: Any) -> Values:
    values: Values = record("collaboration_graph").values
    return values


@pytest.fixture(scope="module")
def program() -> Values:
    return runpy.run_path(str(ROOT / "snippets" / "collaboration_graph.py"))


def diagrams(chapter: Path) -> tuple[str, str]:
    corrected, article = FENCE.findall(chapter.read_text(encoding="utf-8"))
    return corrected, article


def drawn_arrows(source: str) -> Arrows:
    return [(start, end) for start, _, _, end in ARROW.findall(source)]


def closed(arrows: Arrows) -> Any:
    """Which node reaches which: powers of the adjacency matrix, summed."""
    names = sorted({name for arrow in arrows for name in arrow})
    step = np.zeros((len(names), len(names)), dtype=int)
    for a, b in arrows:
        step[names.index(a), names.index(b)] = 1
    reach = sum(np.linalg.matrix_power(step, n) for n in range(1, len(names) + 1))
    return names, reach > 0


def loops_by_trial(arrows: Arrows) -> int:
    """Every order of every choice of nodes, tried; smallest first: each loop once."""
    names = sorted({name for arrow in arrows for name in arrow})
    return sum(
        all(arrow in arrows for arrow in zip(path, path[1:] + path[:1], strict=True))
        for size in range(1, len(names) + 1)
        for path in permutations(names, size)
        if path[0] == min(path)
    )


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.parent.name)
def test_arrows_of_the_program_are_those_of_the_diagrams(
    chapter: Path, program: Values
) -> None:
    corrected, article = diagrams(chapter)
    assert sorted(drawn_arrows(corrected)) == sorted(program["corrected_arrows"])
    assert sorted(drawn_arrows(article)) == sorted(program["article_arrows"])


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.parent.name)
def test_parts_of_the_program_are_those_of_the_diagram(
    chapter: Path, program: Values
) -> None:
    corrected, article = diagrams(chapter)
    drawn = {
        name: sorted(
            re.match(r"\s*(\w+)", line)[1]  # type: ignore[index]
            for line in body.splitlines()
            if ":::risk" not in line
        )
        for name, body in SUBGRAPH.findall(corrected)
    }
    assert drawn == {k: sorted(nodes) for k, nodes in program["corrected"].items()}
    in_trees = {name for arrow in drawn_arrows(article) for name in arrow}
    assert in_trees == {name for nodes in program["article"].values() for name in nodes}
    assert article.count("{") == 8, "eight activities, drawn as decisions"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.parent.name)
def test_thick_arrows_close_one_loop_through_all_three_parts(
    chapter: Path, program: Values
) -> None:
    corrected, _ = diagrams(chapter)
    following = {a: b for a, kind, _, b in ARROW.findall(corrected) if kind == "==>"}
    path = ["research"]
    while following[path[-1]] != "research":
        path.append(following[path[-1]])
    assert sorted(path) == sorted(following)
    assert all(set(path) & set(nodes) for nodes in program["corrected"].values())


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.parent.name)
def test_every_arrow_of_the_corrected_diagram_says_what_flows(chapter: Path) -> None:
    corrected, _ = diagrams(chapter)
    assert all(label for _, _, label, _ in ARROW.findall(corrected))


def test_article_draws_two_separate_trees(values: Values, program: Values) -> None:
    names, reach = closed(program["article_arrows"])
    assert not np.diag(reach).any(), "no node reaches itself"
    sides = [set(nodes) for nodes in program["article"].values()]
    assert all(
        any({names[i], names[j]} <= side for side in sides)
        for i, j in np.argwhere(reach)
    )
    assert (values["article_nodes"], values["article_edges"]) == (10, 8)
    assert values["article_crossing"] == values["article_loops"] == 0
    assert values["article_shared"] == 0


def test_corrected_diagram_returns_to_all_nodes_but_the_graduates(
    values: Values, program: Values
) -> None:
    names, reach = closed(program["corrected_arrows"])
    on_a_loop = {names[i] for i in np.flatnonzero(np.diag(reach))}
    assert set(names) - on_a_loop == {"graduates"}
    assert values["nodes_on_a_loop"] == len(on_a_loop)
    assert values["corrected_crossing"] == values["corrected_edges"] - 1
    assert values["corrected_loops"] == loops_by_trial(program["corrected_arrows"])


def test_cut_from_consortia_to_labs_costs_most_loops(
    values: Values, program: Values
) -> None:
    arrows = program["corrected_arrows"]
    left = [loops_by_trial([a for a in arrows if a != cut]) for cut in arrows]
    assert list(values["loops_left"]) == left
    assert left.count(min(left)) == 1
    assert arrows[int(np.argmin(left))] == ("consortia", "labs")
    assert values["fewest_loops_left"] == 1, "the exercise says 'is left'"


def test_way_back_for_people_closes_a_loop(values: Values, program: Values) -> None:
    arrows = [*program["corrected_arrows"], ("labs", "graduates")]
    assert loops_by_trial(arrows) == values["corrected_loops"] + 1
