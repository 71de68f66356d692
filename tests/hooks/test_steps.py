"""What a reader steps through: signs, units that are off, moves; and nothing written down that never changes."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from drawing.steps import Run, steps_html

WORDS = {
    "state": "{step}/{last} {loss} {prediction} {target}",
    "play": "Play",
    "steps_table": "Table",
    "prediction_and_target": "ŷ, y",
    "training_loss": "L",
} | {word: word for word in ("step", "back", "forward", "pause")}
RUN = Run(
    steps=np.array([0.0, 1.0, 12.0]),
    losses=np.array([1.0, 0.1, 0.01]),
    W1=np.array([[[1.0, -1.0]], [[0.5, -1.0]], [[-0.5, -1.0]]]),
    W2=np.array([[[1.0], [0.25]], [[1.0], [0.5]], [[-1.0], [0.75]]]),
    x=np.array([[1.0], [-1.0]]),
    y=np.array([[0.5], [1.0]]),
    floor=np.array(0.01),
)


@pytest.fixture
def drawn() -> tuple[str, str]:
    return steps_html(RUN, "steps", {"alt": "A & <run>", "every": 1}, WORDS)


def frames(drawn: str, pattern: str) -> list[object]:
    """The column of the element that `pattern` finds by its mark."""
    columns = json.loads(
        drawn.partition('<script type="application/json">')[2].partition("</script>")[0]
    )
    mark = re.search(pattern, drawn)
    assert mark, pattern
    return list(columns[int(mark[1])])


def test_a_weight_that_changes_its_sign_changes_its_kind(
    drawn: tuple[str, str],
) -> None:
    line = r'<line [^>]*class="negative" data-class="(\d+)"'
    assert frames(drawn[0], line) == ["positive", "positive", "negative"]
    widths = r'<line [^>]*data-class="\d+" stroke-width="[\d.]+" data-stroke-width="(\d+)"'  # fmt: skip
    assert frames(drawn[0], widths) == [9.0, 5.0, 5.0]
    assert frames(drawn[0], r'data-text="(\d+)">−0.500<') == [
        "1.000",
        "0.500",
        "−0.500",
    ]


def test_arrows_say_which_way_a_weight_has_moved(drawn: tuple[str, str]) -> None:
    assert frames(drawn[0], r'class="move" data-text="(\d+)">↓<') == ["", "↓", "↓"]
    assert frames(drawn[0], r'class="move" data-text="(\d+)">↑<') == ["", "↑", "↑"]


def test_a_unit_that_is_off_is_drawn_so(drawn: tuple[str, str]) -> None:
    circle = r'<circle [^>]*class="off" data-class="(\d+)"'
    assert frames(drawn[0], circle) == ["on", "on", "off"]
    assert drawn[0].count('class="off"/>') == 1, "the second unit is always off"


def test_what_never_changes_has_no_column(drawn: tuple[str, str]) -> None:
    columns = json.loads(
        drawn[0].split("application/json")[1].split(">", 1)[1].split("<")[0]
    )
    assert all(len(set(column)) > 1 for column in columns)
    assert ">−1.000</text>" in drawn[0], "the weight that stays"


def test_the_table_holds_the_recorded_steps_nearest_to_round_ones(
    drawn: tuple[str, str],
) -> None:
    rows = re.findall(r'<tr><th scope="row">(\d+)</th>(.*?)</tr>', drawn[1])
    assert [int(step) for step, _ in rows] == [0, 1, 12]
    assert re.findall(r"<td>(.*?)</td>", rows[1][1]) == [
        "0.500", "−1.000", "1.000", "0.500", "0.500", "0.10000",
    ]  # fmt: skip


def test_a_prediction_of_another_sign_has_its_place() -> None:
    """The axes reach as far as the numbers do."""
    low = replace(RUN, W2=np.array([[[-1.0], [0.0]], [[-2.0], [0.0]], [[-4.0], [0.0]]]))
    html, _ = steps_html(low, "steps", {"alt": "A run.", "every": 1}, WORDS)
    heights = [float(y) for y in re.findall(r'<circle [^>]*cy="([\d.]+)"', html)]
    assert all(0 <= y <= 294 for y in heights)
    assert ">−1</text>" in html


def test_texts_are_escaped(drawn: tuple[str, str]) -> None:
    assert 'aria-label="A &amp; &lt;run&gt;"' in drawn[0]
