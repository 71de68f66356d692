"""`::: case-counts decided`, `use`, `lost` or `terms`: how many cases are of each kind."""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element

from runner import nearest

from . import Call

COUNTED = ("decided", "use", "lost", "terms")


def write(call: Call) -> Element:
    """A table of counts; of terms, how many changes there were and in how many cases."""
    if call.argument not in COUNTED:
        call.place.fail(
            f"'{call.argument}' is not counted.",
            nearest(call.argument, COUNTED, "counts"),
        )
    words, cases = call.edition.case_words, list(call.edition.cases.values())
    say, fields = words["say"], words["fields"]
    kinds = [
        {
            "decided": [case.decided],
            "use": [case.use],
            "lost": list(case.lost),
            "terms": [way for _, way in case.terms],
        }[call.argument]
        for case in cases
    ]
    heading = {"decided": "decides", "lost": "wrong"}.get(call.argument, call.argument)
    in_cases = Counter(kind for one in kinds for kind in set(one))
    changes = Counter(kind for one in kinds for kind in one)
    several = call.argument in ("lost", "terms")
    rows = [f"| {fields[heading]} | {say['in_cases'] if several else say['cases']} |"]
    rows += ["| --- | ---: |"]
    if call.argument == "terms":
        rows = [f"{rows[0]} {say['changes']} |", f"{rows[1]} ---: |"]
    for kind, name in words[call.argument].items():
        more = f" {changes[kind]} |" if call.argument == "terms" else ""
        rows.append(f"| {name} | {in_cases[kind]} |{more}")
    more = f" {sum(changes.values())} |" if call.argument == "terms" else ""
    if several:
        rows.append(f"| {say['some_loss']} | {sum(map(bool, kinds))} |{more}")
    more = " |" if call.argument == "terms" else ""
    rows.append(f"| {say['all']} | {len(cases)} |{more}")
    return call.wrapped("counts", "\n".join(rows))
