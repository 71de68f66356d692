"""`::: labs question`: the labs that ask it, each with its claim, its verdict, and its effects drawn to their margin."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from runner import nearest

from . import Call
from .verdict import effects_table


def write(call: Call) -> Element:
    """One block a lab, in the order of the navigation."""
    labs = [lab for lab in call.edition.labs.values() if lab.question == call.argument]
    if not labs:
        questions = {lab.question for lab in call.edition.labs.values()}
        call.place.fail(
            f"no lab asks '{call.argument}'.",
            nearest(call.argument, questions, "questions"),
        )
    blocks = []
    for lab in labs:
        verdict = f"**{call.word(lab.verdict)}**{{ .{lab.verdict.replace(' ', '-')} }}"
        blocks += [f"{call.link(lab)} · {verdict}", lab.claim]
        blocks.append(effects_table(call, lab))
    return call.wrapped("labs", "\n\n".join(blocks))
