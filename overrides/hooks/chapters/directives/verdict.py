"""`::: verdict`: what the run of the lab on this page decided, and its effects with their intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from drawing.interval import ends_of, interval_svg

from ..data import Lab
from ..page import Part
from . import Call


def write(call: Call) -> str:
    """A box with the finding and the effects. Raises SourceError on a page that is no lab."""
    lab = call.edition.labs.get(call.uri)
    if not lab:
        call.place.fail(
            "this page is no lab.", "describe one in its front matter under 'lab:'."
        )
    title = f"{call.word('verdict')}{call.word('colon')}{call.word(lab.verdict)}"
    inside = textwrap.indent(f"{lab.finding}\n\n{effects_table(call, lab)}", "    ")
    return f'!!! verdict {lab.verdict.replace(" ", "-")} "{title}"\n{inside}'


def outcome_of(effect: Sequence[float], margin: float) -> str:
    """Where the whole interval lies, by the rule of snippets/shared/verdict.py."""
    _, low, high = effect
    if low > margin:
        return "holds"
    return "does not" if high < margin else "cannot tell"


def effects_table(call: Call, lab: Lab) -> str:
    """Each condition with its interval and outcome, then the control's, as Markdown; the numbers lead to their run."""
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
