"""`::: lab name`: where a claim is made, the lab that tests it, and its verdict."""

from __future__ import annotations

import posixpath

from . import Call


def write(call: Call) -> str:
    """A line that leads to the lab."""
    labs = call.edition.labs.values()
    names = {posixpath.basename(lab.uri).removesuffix(".md"): lab for lab in labs}
    lab = call.entry(names, "lab")
    tested = f"**{call.word('tested')}**{call.word('colon')}"
    return f"{tested}{call.link(lab)} · {call.word(lab.verdict)}\n{{ .to-lab }}"
