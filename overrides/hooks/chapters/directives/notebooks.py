"""`::: notebooks`: a table of all programs: title, summary, processor seconds."""

from __future__ import annotations

from . import Call


def write(call: Call) -> str:
    """The table, for the page beside theirs."""
    rows = [
        f"| {call.word('notebook')} | {call.word('shows')} | {call.word('seconds')} |",
        "| --- | --- | ---: |",
    ]
    for name, record in call.edition.records.items():
        text = call.edition.titles[name]
        seconds = f"{record.provenance['seconds']} s"
        rows.append(f"| [{text['title']}]({name}.md) | {text['summary']} | {seconds} |")
    return "\n".join(rows)
