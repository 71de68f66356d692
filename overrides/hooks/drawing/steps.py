"""A training run to step through: its last step drawn, some of its steps in a table, and what changes from one to the next.

All that a reader sees at any step is worked out here, from the record. assets/steps.js only puts it in its place.
Lengths are in units of a drawing: CSS pixels, or less on a narrow screen.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
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
Array = NDArray[np.float64]
Values = Array | list[float]
# What stays as it is, or what is there at each step.
Frames = str | float | list[str] | list[float]


@dataclass(frozen=True, eq=False)
class Run:
    """A recorded run of a network with one hidden layer of ReLUs and no biases: ŷ = max(0, x W1) W2."""

    steps: Array  # (T,)
    losses: Array  # (T,)
    W1: Array  # (T, I, J)
    W2: Array  # (T, J, 1)
    x: Array  # (N, I)
    y: Array  # (N, 1)
    floor: Array  # (): the variance of the noise, below which no loss can stay

    @cached_property
    def hidden(self) -> Array:
        """The outputs of the hidden units, (T, N, J)."""
        return np.maximum(0, self.x @ self.W1)

    @cached_property
    def predictions(self) -> Array:
        """What the network says, (T, N)."""
        return (self.hidden @ self.W2)[:, :, 0]


def read_run(record: Record, fail: Callable[[str, str], NoReturn]) -> Run:
    """The run that a record holds.

    Args:
        record: the record of a snippet that leaves the values of `AXES`.
        fail: raises an error from a problem and its remedy: a value that is missing or
            has another shape, or another network than is drawn here.
    """
    name = f"{record.name}.py"
    run = Run(*_arrays(record, fail))
    if run.steps[-1] <= run.steps[0] or min(*run.losses, run.floor) <= 0:
        fail(
            f"the run of {name} cannot be drawn on logarithmic axes.",
            "steps need two recorded steps or more, and losses and a noise variance above 0.",
        )
    loss = np.mean((run.predictions[-1] - run.y[:, 0]) ** 2)
    if not math.isclose(loss, run.losses[-1], rel_tol=1e-6):
        fail(
            f"the last weights of {name} have the loss {loss:.6g} on x and y, its last loss is {run.losses[-1]:.6g}.",
            "steps draw max(0, x @ W1) @ W2 and its mean squared error; another network needs a drawing of its own.",
        )
    return run


def _arrays(record: Record, fail: Callable[[str, str], NoReturn]) -> Iterable[Array]:
    """The values of `AXES`, in their order."""
    sizes = {"1": 1}
    for name, letters in AXES.items():
        if name not in record.values:
            fail(
                f"'{record.name}' leaves no value '{name}', which steps are drawn from.",
                nearest(name, record.values, "its values"),
            )
        axes = letters.split()
        wanted = [sizes.get(axis, axis) for axis in axes]
        try:
            array = np.array(record.values[name], dtype=float)
        except (TypeError, ValueError):  # words, or rows of different lengths
            array = np.empty(0)
        if (
            not array.size
            or array.ndim != len(axes)
            or any(
                sizes.setdefault(axis, size) != size
                for axis, size in zip(axes, array.shape, strict=True)
            )
        ):
            fail(
                f"'{name}' of {record.name}.py has the shape {_tuple(array.shape)}, where steps need {_tuple(wanted)}.",
                f"keep its values with the axes {_tuple(axes)} as snippets/numpy_network.py does.",
            )
        yield array


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
    # One element a line, so that an error of the page names a line one can read.
    parts = (
        f'<div class="steps-drawing" role="img" aria-label="{html.escape(options["alt"])}">{drawings}</div>',
        film.element("p", _states(run, words), class_="steps-state"),
        _controls(len(run.steps) - 1, id_, words),
        f'<script type="application/json">{film.json()}</script>',
    )
    return "\n".join(parts), _table(run, words)


class Film:
    """What changes from step to step: a column for each thing, with its value at every step."""

    def __init__(self) -> None:
        self.columns: list[list[Any]] = []

    def element(self, tag: str, text: Frames = "", **attributes: Frames) -> str:
        """An element as it is at the last step, and the mark of a column for all of it that changes.

        Args:
            tag: its name.
            text: what stands in it: the same always, or a list with a text for each step.
            attributes: likewise, by their names; `class_` is class, and `_` a hyphen.
        """
        drawn, last = f"<{tag}", ""
        for key, value in {**attributes, "text": text}.items():
            name = key.rstrip("_").replace("_", "-")
            frames: list[Any] = value if isinstance(value, list) else [value]
            last = frames[-1]
            last = f"{last:g}" if isinstance(last, float) else str(last)
            if name != "text":
                drawn += f' {name}="{last}"'
            if len(set(frames)) > 1:
                drawn += f' data-{name}="{len(self.columns)}"'
                self.columns.append(frames)
        return f"{drawn}>{last}</{tag}>" if last else f"{drawn}/>"

    def json(self) -> str:
        """The columns, fit to stand inside a script element."""
        text = json.dumps(self.columns, ensure_ascii=False, separators=(",", ":"))
        return text.replace("<", "\\u003c")


@dataclass(frozen=True)
class Axis:
    """An axis of a small drawing: where its ends stand, their values, and the values written beside it."""

    ends: tuple[int, int]
    limits: tuple[float, float]
    ticks: Mapping[str, float]

    def places(self, values: Values) -> list[float]:
        """Where values stand on it."""
        places = np.interp(values, self.limits, self.ends)
        return [float(place) for place in places.round(1)]


# The three drawings


def _network(run: Run, film: Film) -> str:
    """Weights as lines, and the first example on its way through the units."""
    inputs, units = _spread(30, run.W1.shape[1]), _spread(192, run.W1.shape[2])
    output = (324, 158)
    ends = [(one, unit, 0.3) for one in inputs for unit in units]
    ends += [(unit, output, 0.48) for unit in units]
    weights = [*run.W1.reshape(len(run.W1), -1).T, *run.W2[:, :, 0].T]
    largest = np.max(np.abs(weights))
    lines = circles = labels = ""
    for ((x1, y1), (x2, y2), along), weight in zip(ends, weights, strict=True):
        kinds = ["positive" if w >= 0 else "negative" for w in weight]
        widths = _halves(1 + (WIDEST - 1) * np.abs(weight) / largest)
        lines += film.element(
            "line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kinds, stroke_width=widths
        )
        x, y = x1 + (x2 - x1) * along, round(y1 + (y2 - y1) * along, 1)
        labels += film.element("rect", x=x - 20, y=y - 8, width=40, height=16)
        labels += film.element("text", [*map(_number, weight)], x=x, y=y + 4)
        labels += film.element("text", _moves(weight), x=x + 25, y=y + 4, class_="move")
    numbers = [*run.x[:1].T, *run.hidden[:, 0].T, run.predictions[:, 0]]
    for (x, y), number in zip([*inputs, *units, output], numbers, strict=True):
        kinds = ["off" if (x, y) in units and n == 0 else "on" for n in number]
        circles += film.element("circle", cx=x, cy=y, r=25, class_=kinds)
        circles += film.element("text", [*map(_number, number)], x=x, y=y + 4)
    heads = "".join(
        film.element("text", letter, x=x, y=14)
        for x, letter in ((30, "x"), (80, "W₁"), (192, "a₁"), (255, "W₂"), (324, "ŷ"))
    )
    target = film.element("text", f"y = {_number(run.y[0, 0])}", x=324, y=202)
    inside = heads + lines + circles + labels + target
    return f'<svg class="steps-network" viewBox="0 0 354 294">{inside}</svg>'


def _predictions(run: Run, film: Film, every: int, words: Mapping[str, str]) -> str:
    """Predictions against targets; on the line the two are equal."""
    targets, found = run.y[::every, 0], run.predictions[:, ::every]
    low = min(0, math.floor(min(run.y.min(), found.min())))
    high = max(1, math.ceil(max(run.y.max(), found.max())))
    ticks = {_number(number, 0): float(number) for number in range(low, high + 1)}
    across, up = Axis(ACROSS, (low, high), ticks), Axis(UP, (low, high), ticks)
    first, *others = zip(
        across.places(targets),
        (_halves(up.places(one)) for one in found.T),
        strict=True,
    )
    inside = film.element("path", d=f"M{ACROSS[0]} {UP[0]}L{ACROSS[1]} {UP[1]}")
    for x, y in others:
        inside += film.element("circle", r=2, cx=x, cy=y)
    inside += film.element("circle", class_="first", r=4.5, cx=first[0], cy=first[1])
    title = words["prediction_and_target"]
    return _small(film, "predictions", title, across, up, inside)


def _losses(run: Run, film: Film, words: Mapping[str, str]) -> str:
    """The loss curve, the floor, and a mark where the step stands."""
    last, logs = run.steps[-1], np.log10([*run.losses, run.floor])
    low, high = logs.min(), logs.max()
    steps = [0, *(10**k for k in range(6) if 10**k <= last / 2), last]
    powers = range(math.ceil(low), math.floor(high) + 1)
    ticks = {f"{step:.0f}": math.log1p(step) for step in steps}
    across = Axis(ACROSS, (0, math.log1p(last)), ticks)
    up = Axis(UP, (low - 0.15, high + 0.15), {f"{10.0**k:g}": k for k in powers})
    places, (*heights, floor) = across.places(np.log1p(run.steps)), up.places(logs)
    points = " ".join(f"{x} {y}" for x, y in zip(places, heights, strict=True))
    inside = (
        film.element("path", class_="floor", d=f"M{ACROSS[0]} {floor}H{ACROSS[1]}")
        + film.element("text", "σ²", x=37, y=floor - 5)
        + film.element("polyline", points=points)
        + film.element("circle", class_="first", r=4.5, cx=places, cy=heights)
    )
    return _small(film, "losses", words["training_loss"], across, up, inside)


# The words and numbers beside them


def _states(run: Run, words: Mapping[str, str]) -> list[str]:
    """What is said of each step."""
    target, last = _number(run.y[0, 0]), f"{run.steps[-1]:.0f}"
    return [
        words["state"].format(
            step=f"{run.steps[t]:.0f}",
            last=last,
            loss=_number(run.losses[t], 5),
            prediction=_number(run.predictions[t, 0]),
            target=target,
        )
        for t in range(len(run.steps))
    ]


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
    wanted = [step for step in IN_TABLE if step < run.steps[-1]]
    chosen = {int(abs(run.steps - step).argmin()) for step in wanted}
    name, tall = words["steps_table"], 'th rowspan="2" scope="col"'
    head, ways = f"<{tall}>{words['step']}</th>", ""
    for letter, matrix in (("W₁", run.W1[0]), ("W₂", run.W2[0])):
        head += f'<th colspan="{matrix.size}" scope="colgroup">{letter}</th>'
        for i, j in np.ndindex(matrix.shape):
            ways += f'<th scope="col">{i + 1}→{j + 1}</th>'
    head += f"<{tall}>ŷ</th><{tall}>L</th>"
    rows = ""
    for t in sorted({*chosen, len(run.steps) - 1}):
        numbers = [*run.W1[t].flat, *run.W2[t].flat, run.predictions[t, 0]]
        shown = [*map(_number, numbers), _number(run.losses[t], 5)]
        cells = "".join(f"<td>{number}</td>" for number in shown)
        rows += f'<tr><th scope="row">{run.steps[t]:.0f}</th>{cells}</tr>'
    return (
        f'<details class="info"><summary>{name}</summary>'
        f'<div class="steps-table" tabindex="0" role="region" aria-label="{name}"><table class="steps-numbers">'
        f"<thead><tr>{head}</tr><tr>{ways}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div></details>"
    )


# What they are made of


def _small(
    film: Film, kind: str, title: str, across: Axis, up: Axis, inside: str
) -> str:
    """One of the two small drawings: two axes with their title and numbers, and what stands inside."""
    axes = film.element("text", title, x=4, y=11, class_="start")
    axes += film.element("path", d=f"M{ACROSS[0]} {UP[1]}V{UP[0]}H{ACROSS[1]}")
    for number, x in zip(
        across.ticks, across.places([*across.ticks.values()]), strict=True
    ):
        axes += film.element("text", number, x=x, y=140)
    for number, y in zip(up.ticks, up.places([*up.ticks.values()]), strict=True):
        axes += film.element("text", number, x=25, y=y + 4, class_="end")
    return f'<svg class="steps-{kind}" viewBox="0 0 180 147">{axes}{inside}</svg>'


def _spread(x: float, count: int) -> list[tuple[float, float]]:
    """The places of so many circles, one below the other."""
    gap = 97 if count > 2 else 124
    return [(x, 158 + gap * (n - (count - 1) / 2)) for n in range(count)]


def _halves(lengths: Values) -> list[float]:
    """Fine enough for what moves, and many steps then say the same, which keeps the page small."""
    return [round(2 * length) / 2 for length in lengths]


def _moves(weights: Array) -> list[str]:
    """Which way a weight, as it is shown, has moved since the step before."""
    ways = np.sign(np.diff(weights.round(3), prepend=weights[:1].round(3)))
    return ["↑" if way > 0 else "↓" if way else "" for way in ways]


def _number(value: float, digits: int = 3) -> str:
    return f"{value:z.{digits}f}".replace("-", "−")


def _tuple(sizes: Iterable[object]) -> str:
    return f"({', '.join(map(str, sizes))})"
