"""`::: cases`: a table of all cases of collaboration; `::: cases group`: those of a group, each told whole."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from runner import nearest

from ..cases import TEXTS, Case
from . import Call


def write(call: Call) -> str | Element:
    """The table, whose rows say to assets/finder.js what kind of case each is; or a section for each case."""
    words, cases = call.edition.case_words, call.edition.cases.values()
    if not call.argument:
        return _table(call)
    if call.argument not in words.get("group", {}):
        call.place.fail(
            f"there is no group '{call.argument}'.",
            nearest(call.argument, words.get("group", {}), "groups"),
        )
    told = [_section(call, case) for case in cases if case.group == call.argument]
    return "\n\n".join(told)


def years(case: Case) -> str:
    """When it ran: "2021–2023", "2021" or, where it goes on, "2021–"."""
    begun, ended = case.years
    return f"{begun}" if begun == ended else f"{begun}–{ended or ''}"


def _section(call: Call, case: Case) -> str:
    words = call.edition.case_words
    fields, colon = words["fields"], call.word("colon")
    decided, use = words["decided"][case.decided], words["use"][case.use]
    brief = f"*{years(case)} · {fields['decides']}{colon}{decided} · {fields['use']}{colon}{use}*"
    told = {part: case.texts[part] for part in TEXTS}
    if case.terms:
        changes = (f"{date} {words['terms'][way]}" for date, way in case.terms)
        told["terms"] = words["say"]["stop"].join(changes)
    told["outsiders"] = words["say"]["no_outsider"]
    if case.outsiders:
        told["outsiders"] = f"[{'; '.join(f'@{key}' for key in case.outsiders)}]"
    lines = [f"## {case.texts['name']} {{ #{case.id} }}", brief]
    lines += [f"**{fields[part]}**{colon}{text}" for part, text in told.items()]
    labs = [lab for lab in call.edition.labs.values() if case.id in lab.cases]
    if labs:
        links = words["say"]["comma"].join(map(call.link, labs))
        lines.append(f"**{words['say']['labs']}**{colon}{links}")
    return call.reading.numbered("\n\n".join(lines), case.place)


def _table(call: Call) -> Element:
    words = call.edition.case_words
    say, box = words["say"], Element("div", {"class": "cases"})
    columns = [words["fields"][part] for part in ("decides", "use", "wrong")]
    table = SubElement(box, "table")
    heads = SubElement(SubElement(table, "thead"), "tr")
    for head in (say["case"], say["years"], *columns):
        SubElement(heads, "th").text = head
    body = SubElement(table, "tbody")
    for case in call.edition.cases.values():
        flows = {
            f"data-{who}": "|".join(" ".join(flow[way]) for way in ("gave", "got"))
            for who, flow in case.flows.items()
        }
        row = SubElement(body, "tr", {"data-use": case.use, **flows})
        target = {"href": f"{case.group}.md#{case.id}"}
        link = SubElement(SubElement(row, "td"), "a", target)
        link.text = call.reading.numbered(case.texts["name"], case.place)
        SubElement(row, "td").text = years(case)
        decided, use = words["decided"][case.decided], words["use"][case.use]
        lost = say["comma"].join(words["lost"][one] for one in case.lost)
        for text in (decided, use, lost or say["nothing"]):
            SubElement(row, "td").text = text
    return box
