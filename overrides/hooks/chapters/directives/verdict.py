"""`::: verdict`: what the run of the lab on this page decided."""

from __future__ import annotations

import textwrap

from ..effects import effects_table
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
