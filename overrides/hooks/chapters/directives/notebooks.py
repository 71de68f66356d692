"""`::: notebooks`: a table of all programs: title, summary, processor seconds."""

from __future__ import annotations

from contextlib import suppress

from ..values import LATER, NotRunError
from . import Call


def write(call: Call) -> str:
    """The table, for the page beside theirs."""
    rows = [
        f"| {call.word('notebook')} | {call.word('shows')} | {call.word('seconds')} |",
        "| --- | --- | ---: |",
    ]
    for name in call.edition.records:
        text, seconds = call.edition.titles[name], LATER
        with suppress(NotRunError):
            seconds = f"{call.edition.records[name].provenance['seconds']} s"
        rows.append(f"| [{text['title']}]({name}.md) | {text['summary']} | {seconds} |")
    return "\n".join(rows)
