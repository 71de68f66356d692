"""A training run to step through: its last step drawn, some of its steps in a table, and what changes from one to the next.

All that a reader sees at any step is worked out here, from the record. assets/steps.js only puts it in its place.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from runner import Record, nearest

# The values that a run must leave behind, by their axes. T: recorded steps, N: examples, I: inputs, J: hidden units.
AXES = {
    "history_steps": "T",
    "history_losses": "T",
    "W1_history": "T I J",
    "W2_history": "T J 1",
    "x": "N I",
    "y": "N 1",
    "noise_variance": "",
}
IN_TABLE = (0, *(digit * 10**power for power in range(6) for digit in (1, 2, 5)))
WIDEST = 9  # the line of the largest weight
ACROSS, UP = (30, 166), (126, 20)  # the axes of the two small drawings
Row = Sequence[float]


@dataclass(frozen=True)
class Run:
    """A recorded run of a network with one hidden layer of ReLUs and no biases."""

    steps: list[int]
    losses: list[float]
    W1: list[list[list[float]]]  # (T, I, J)
    W2: list[list[float]]  # (T, J)
    x: list[list[float]]  # (N, I)
    y: list[float]  # (N)
    floor: float

    def hidden(self, step: int, example: int) -> list[float]:
        """The outputs of the hidden units for one example."""
        columns = zip(*self.W1[step], strict=True)
        return [max(0.0, _dot(self.x[example], column)) for column in columns]

    def prediction(self, step: int, example: int) -> float:
        return _dot(self.hidden(step, example), self.W2[step])


def read_run(record: Record, fail: Callable[[str, str], NoReturn]) -> Run:
    """The run that a record holds.

    Args:
        record: the record of a snippet that leaves the values of `AXES`.
        fail: raises an error from a problem and its remedy.
    """
    sizes = {"1": 1}
    for name, letters in AXES.items():
        if name not in record.values:
            fail(
                f"'{record.name}' leaves no value '{name}', which steps are drawn from.",
                nearest(name, record.values, "its values"),
            )
        shape, axes = _shape(record.values[name]), letters.split()
        wanted = [sizes.get(axis, axis) for axis in axes]
        if len(shape) != len(axes) or any(
            sizes.setdefault(axis, size) != size
            for axis, size in zip(axes, shape, strict=True)
        ):
            fail(
                f"'{name}' of {record.name}.py has the shape {_tuple(shape)}, where steps need {_tuple(wanted)}.",
                f"keep its values with the axes ({', '.join(axes)}) as snippets/numpy_network.py does.",
            )
    values = record.values
    run = Run(
        [int(step) for step in values["history_steps"]],
        values["history_losses"],
        values["W1_history"],
        [[row[0] for row in rows] for rows in values["W2_history"]],
        values["x"],
        [row[0] for row in values["y"]],
        values["noise_variance"],
    )
    if run.steps[-1] <= run.steps[0] or min(*run.losses, run.floor) <= 0:
        fail(
            f"the run of {record.name}.py cannot be drawn on logarithmic axes.",
            "steps need two recorded steps or more, and losses and a noise variance above 0.",
        )
    errors = [run.prediction(-1, n) - y for n, y in enumerate(run.y)]
    loss = sum(error**2 for error in errors) / len(errors)
    if not math.isclose(loss, run.losses[-1], rel_tol=1e-6):
        fail(
            f"the last weights of {record.name}.py have the loss {loss:.6g} on x and y, its last loss is {run.losses[-1]:.6g}.",
            "steps draw max(0, x @ W1) @ W2 and its mean squared error; another network needs a drawing of its own.",
        )
    return run


def steps_html(
    run: Run, id_: str, options: Mapping[str, Any], words: Mapping[str, str]
) -> tuple[str, str]:
    """What stands in the figure above its caption, and the table below it.

    Args:
        run: what is shown.
        id_: unique in the page.
        options: `alt`; `every`: which examples the predictions are drawn of, every n-th.
        words: the page's words (`extra.words`).
    """
    film = Film()
    drawings = (
        _network(run, film)
        + _predictions(run, film, int(options["every"]), words)
        + _losses(run, film, words)
    )
    states = [_state(run, t, words) for t in range(len(run.steps))]
    # One element a line, so that an error of the page names a line one can read.
    parts = (
        f'<div class="steps-drawing" role="img" aria-label="{html.escape(options["alt"])}">{drawings}</div>',
        f'<p class="steps-state"{film.column("text", states)}>{states[-1]}</p>',
        _controls(len(run.steps) - 1, id_, words),
        f'<script type="application/json">{film.json()}</script>',
    )
    return "\n".join(parts), _table(run, words)


class Film:
    """What changes from step to step: a column for each thing, with its value at every step."""

    def __init__(self) -> None:
        self.columns: list[Sequence[str | float]] = []

    def column(self, name: str, values: Sequence[str | float]) -> str:
        """The mark of an element whose `name` changes; '' where it never does."""
        if len(set(values)) == 1:
            return ""
        self.columns.append(values)
        return f' data-{name}="{len(self.columns) - 1}"'

    def attribute(self, name: str, values: Sequence[str | float]) -> str:
        """The attribute `name` as it is at the last step, and its mark."""
        return f' {name}="{values[-1]}"{self.column(name, values)}'

    def text(self, x: float, y: float, values: Sequence[str], kind: str = "") -> str:
        """A text and its mark."""
        class_ = f' class="{kind}"' if kind else ""
        mark = self.column("text", values)
        return f'<text x="{x:g}" y="{y:g}"{class_}{mark}>{values[-1]}</text>'

    def json(self) -> str:
        """The columns, fit to stand inside a script element."""
        text = json.dumps(self.columns, ensure_ascii=False, separators=(",", ":"))
        return text.replace("<", "\\u003c")


# The three drawings


def _network(run: Run, film: Film) -> str:
    """Weights as lines, and the first example on its way through the units."""
    steps, left, middle, right = range(len(run.steps)), 30.0, 192.0, 324.0
    inputs = _spread(len(run.x[0]))
    units = _spread(len(run.W2[0]))
    (output,) = _spread(1)
    largest = max(abs(w) for t in steps for row in [*run.W1[t], run.W2[t]] for w in row)
    lines, labels, circles = [], [], []

    def edge(
        start: tuple[float, float],
        end: tuple[float, float],
        weights: Row,
        along: float,
    ) -> None:
        widths = [_half(1 + (WIDEST - 1) * abs(w) / largest) for w in weights]
        kinds = ["positive" if w >= 0 else "negative" for w in weights]
        (x1, y1), (x2, y2) = start, end
        lines.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
            f"{film.attribute('class', kinds)}{film.attribute('stroke-width', widths)}/>"
        )
        x = x1 + (x2 - x1) * along
        y = round(y1 + (y2 - y1) * along, 1)
        labels.append(
            f'<rect x="{x - 20:g}" y="{y - 8:g}" width="40" height="16"/>'
            + film.text(x, y + 4, [_number(w, 3) for w in weights])
            + film.text(x + 25, y + 4, _moves(weights), "move")
        )

    def circle(x: float, y: float, numbers: Row, unit: bool = False) -> None:
        kinds = ["off" if unit and not number else "on" for number in numbers]
        circles.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="25"{film.attribute("class", kinds)}/>'
            + film.text(x, y + 4, [_number(number, 3) for number in numbers])
        )

    for i, height in enumerate(inputs):
        circle(left, height, [run.x[0][i]])
        for j, unit in enumerate(units):
            weights = [run.W1[t][i][j] for t in steps]
            edge((left, height), (middle, unit), weights, 0.3)
    hidden = [run.hidden(t, 0) for t in steps]
    for j, unit in enumerate(units):
        circle(middle, unit, [hidden[t][j] for t in steps], unit=True)
        weights = [run.W2[t][j] for t in steps]
        edge((middle, unit), (right, output), weights, 0.48)
    circle(right, output, [run.prediction(t, 0) for t in steps])
    letters = zip(
        (left, 80, middle, 255, right), ("x", "W₁", "a₁", "W₂", "ŷ"), strict=True
    )
    heads = "".join(f'<text x="{x:g}" y="14">{letter}</text>' for x, letter in letters)
    target = (
        f'<text x="{right:g}" y="{output + 44:g}">y = {_number(run.y[0], 3)}</text>'
    )
    inside = "".join([*lines, *circles, *labels])
    return _svg("steps-network", (354, 294), heads + inside + target)


def _predictions(run: Run, film: Film, every: int, words: Mapping[str, str]) -> str:
    """Predictions against targets; on the line the two are equal."""
    steps, examples = range(len(run.steps)), range(0, len(run.y), every)
    found = {n: [run.prediction(t, n) for t in steps] for n in examples}
    numbers = [*run.y, *(number for row in found.values() for number in row)]
    low, high = min(0, math.floor(min(numbers))), max(1, math.ceil(max(numbers)))
    across, up = _scale(low, high, *ACROSS), _scale(low, high, *UP)
    axes = _frame(words["prediction_and_target"])
    for number in range(low, high + 1):
        axes += f'<text x="{across(number):g}" y="140">{_number(number, 0)}</text>'
        axes += f'<text x="25" y="{up(number) + 4:g}" class="end">{_number(number, 0)}</text>'
    axes += f'<path d="M{across(low)} {up(low)}L{across(high)} {up(high)}"/>'
    dots = ""
    for n, row in found.items():
        kind = ' class="first" r="4.5"' if n == 0 else ' r="2"'
        heights = film.attribute("cy", [_half(up(number)) for number in row])
        dots = f'<circle{kind} cx="{across(run.y[n])}"{heights}/>' + dots
    return _svg("steps-predictions", (180, 147), axes + dots)


def _losses(run: Run, film: Film, words: Mapping[str, str]) -> str:
    """The loss curve, the floor, and a mark where the step stands."""
    last = run.steps[-1]
    powers = [10**k for k in range(6) if 10**k <= last / 2]
    down, top = (math.log10(f([*run.losses, run.floor])) for f in (min, max))
    across = _scale(0, math.log1p(last), *ACROSS)
    up = _scale(down - 0.15, top + 0.15, *UP)
    places = [across(math.log1p(step)) for step in run.steps]
    heights = [up(math.log10(loss)) for loss in run.losses]
    floor = up(math.log10(run.floor))
    axes = _frame(words["training_loss"])
    for step in (0, *powers, last):
        axes += f'<text x="{across(math.log1p(step)):g}" y="140">{step}</text>'
    for power in range(math.ceil(down), math.floor(top) + 1):
        axes += f'<text x="25" y="{up(power) + 4:g}" class="end">{10.0**power:g}</text>'
    axes += f'<path class="floor" d="M{ACROSS[0]} {floor}H{ACROSS[1]}"/><text x="37" y="{floor - 5:g}">σ²</text>'
    points = " ".join(f"{x} {y}" for x, y in zip(places, heights, strict=True))
    mark = film.attribute("cx", places) + film.attribute("cy", heights)
    curve = f'<polyline points="{points}"/><circle class="first" r="4.5"{mark}/>'
    return _svg("steps-losses", (180, 147), axes + curve)


# The words and numbers beside them


def _state(run: Run, t: int, words: Mapping[str, str]) -> str:
    return words["state"].format(
        step=run.steps[t],
        last=run.steps[-1],
        loss=_number(run.losses[t], 5),
        prediction=_number(run.prediction(t, 0), 3),
        target=_number(run.y[0], 3),
    )


def _controls(last: int, id_: str, words: Mapping[str, str]) -> str:
    """Hidden: the script that makes them work shows them."""
    play, pause = words["play"], words["pause"]
    return (
        '<div class="steps-controls" hidden>'
        f'<label for="{id_}-step">{words["step"]}</label>'
        f'<input id="{id_}-step" type="range" max="{last}" value="{last}" autocomplete="off">'
        f'<button type="button" data-by="-1">{words["back"]}</button>'
        f'<button type="button" data-by="1">{words["forward"]}</button>'
        f'<button type="button" data-play="{play}" data-pause="{pause}">{play}</button>'
        "</div>"
    )


def _table(run: Run, words: Mapping[str, str]) -> str:
    """The recorded steps nearest to 1, 2, 5, 10, … with weights, prediction and loss."""
    all_steps = range(len(run.steps))
    wanted = [step for step in IN_TABLE if step < run.steps[-1]]
    chosen = [min(all_steps, key=lambda t: abs(run.steps[t] - step)) for step in wanted]
    pairs = [
        [(i + 1, j + 1) for i, row in enumerate(matrix) for j, _ in enumerate(row)]
        for matrix in (run.W1[0], [[w] for w in run.W2[0]])
    ]
    spans = "".join(
        f'<th colspan="{len(pair)}" scope="colgroup">{name}</th>'
        for name, pair in zip(("W₁", "W₂"), pairs, strict=True)
    )
    step, prediction, loss = (
        f'<th rowspan="2" scope="col">{name}</th>' for name in (words["step"], "ŷ", "L")
    )
    ways = "".join(f'<th scope="col">{i}→{j}</th>' for pair in pairs for i, j in pair)
    rows = "".join(
        f'<tr><th scope="row">{run.steps[t]}</th>'
        + "".join(
            f"<td>{cell}</td>"
            for cell in (
                *(_number(w, 3) for row in run.W1[t] for w in row),
                *(_number(w, 3) for w in run.W2[t]),
                _number(run.prediction(t, 0), 3),
                _number(run.losses[t], 5),
            )
        )
        + "</tr>"
        for t in sorted({*chosen, all_steps[-1]})
    )
    return (
        f'<details class="info"><summary>{words["steps_table"]}</summary>'
        f'<div class="steps-table" tabindex="0" role="region" aria-label="{words["steps_table"]}"><table class="steps-numbers">'
        f"<thead><tr>{step}{spans}{prediction}{loss}</tr><tr>{ways}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _moves(weights: Row) -> list[str]:
    """Which way a weight, as it is shown, has moved since the step before."""
    shown = [round(weight, 3) for weight in weights]
    before = [shown[0], *shown]
    return [
        "↑" if now > old else "↓" if now < old else ""
        for old, now in zip(before, shown, strict=False)
    ]


# What they are made of


def _svg(kind: str, size: tuple[int, int], inside: str) -> str:
    return f'<svg class="{kind}" viewBox="0 0 {size[0]} {size[1]}">{inside}</svg>'


def _frame(title: str) -> str:
    return (
        f'<text x="4" y="11" class="start">{title}</text>'
        f'<path d="M{ACROSS[0]} {UP[1]}V{UP[0]}H{ACROSS[1]}"/>'
    )


def _spread(count: int) -> list[float]:
    """The heights of so many circles, one below the other."""
    gap = 97 if count > 2 else 124
    return [158 + gap * (n - (count - 1) / 2) for n in range(count)]


def _scale(low: float, high: float, start: int, end: int) -> Callable[[float], float]:
    return lambda value: round(start + (value - low) / (high - low) * (end - start), 1)


def _half(length: float) -> float:
    """Fine enough for what moves, and many steps then say the same, which keeps the page small."""
    return round(length * 2) / 2


def _number(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def _dot(one: Row, other: Row) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _shape(value: Any) -> tuple[int, ...]:
    return (len(value), *_shape(value[0])) if isinstance(value, list) and value else ()


def _tuple(sizes: Sequence[object]) -> str:
    return f"({', '.join(str(size) for size in sizes)})"
