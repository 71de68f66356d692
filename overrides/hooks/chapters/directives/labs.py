"""`::: labs`: a table of all labs, each with its claim, its verdict, what was measured and how long it ran."""

from __future__ import annotations

import posixpath
from xml.etree.ElementTree import Element

from . import Call


def write(call: Call) -> Element:
    """The table, which the style sheet finds by its class."""
    heads = [
        call.word(name) for name in ("lab", "claim", "verdict", "finding", "seconds")
    ]
    rows = [f"| {' | '.join(heads)} |", "| --- | --- | --- | --- | ---: |"]
    for lab in call.edition.labs.values():
        link = posixpath.relpath(lab.uri, posixpath.dirname(call.uri) or ".")
        runs = [call.edition.records[name] for name in (lab.snippet, *lab.also)]
        seconds = round(sum(run.provenance["seconds"] for run in runs), 1)
        finding = call.reading.numbered(" ".join(lab.finding.split("\n")), lab.place)
        rows.append(
            f"| [{lab.title}]({link}) | {lab.claim} | {call.word(lab.verdict)} | {finding} | {seconds} s |"
        )
    return call.wrapped("labs", "\n".join(rows))
