"""`::: tally`: how many programs, measured values, corrections and labs there are, each with the way to them."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ..data import VERDICTS
from . import Call


def write(call: Call) -> Element:
    """A list, counted from what it counts."""
    edition = call.edition
    verdicts = [lab.verdict for lab in edition.labs.values()]
    outcome = {verdict: verdicts.count(verdict) for verdict in VERDICTS}
    counts = [
        ("programs", "notebooks/index.md", len(edition.records)),
        ("values", "#statements", len(edition.values)),
        ("corrections", "corrections.md", len(edition.corrections)),
        ("labs", "labs/index.md", len(edition.labs)),
    ]
    items = [
        f"- [**{count:,}** {call.word(f'tally_{what}')}]({target})"
        for what, target, count in counts
    ]
    items[-1] += f" {call.word('tally_verdicts').format_map(outcome)}"
    return call.wrapped("tally", "\n".join(items))
