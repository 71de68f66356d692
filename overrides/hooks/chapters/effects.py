"""The effects of a lab as a table: each condition with its interval and outcome, then the control's."""

from __future__ import annotations

from collections.abc import Sequence

from drawing.interval import ends_of, interval_svg

from .data import Lab
from .directives import Call
from .page import Part


def outcome_of(effect: Sequence[float], margin: float) -> str:
    """Where the whole interval lies, by the rule of snippets/shared/verdict.py."""
    _, low, high = effect
    if low > margin:
        return "holds"
    return "does not" if high < margin else "cannot tell"


def effects_table(call: Call, lab: Lab) -> str:
    """The table in Markdown; its numbers lead to their run."""
    values = call.edition.records[lab.snippet].values
    margin, found = values["margin"], {}
    for name, titles in (("intervals", lab.conditions), ("control", lab.control)):
        for n, title in enumerate(titles):
            label = f"{call.word('control')}{call.word('colon')}{title}"
            effect = values[name][n]
            found[f"{name}[{n}]"] = title if name == "intervals" else label, effect
    ends = ends_of([effect for _, effect in found.values()], margin)
    at_margin = f"{{{{ {lab.snippet}:margin | {lab.form} }}}}"
    heads = [lab.unit, f"{call.word('margin')} {at_margin}", call.word("interval"), ""]
    rows = [f"| {' | '.join(heads)} |", "| --- | --- | --- | --- |"]
    for source, (title, effect) in found.items():
        outcome = outcome_of(effect, margin)
        svg = interval_svg(effect, margin, ends, outcome)
        mean, low, high = (
            f"{{{{ {lab.snippet}:{source}[{n}] | {lab.form} }}}}" for n in range(3)
        )
        drawn = call.reading.store(Part(svg, "plot", ""))
        reach = call.word("from_to").format(low=low, high=high)
        rows.append(f"| {title} | {drawn} | {mean}{reach} | {call.word(outcome)} |")
    return call.reading.numbered("\n".join(rows), lab.place)
