"""`::: finder`: which cases are nearest to a reader's own, and the questions to settle first.

assets/finder.js shows the form and works it; without scripts all questions stand there, and the table of the cases.
"""

from __future__ import annotations

import html
import json
from xml.etree.ElementTree import Element, SubElement

from drawing.output import relative

from ..page import Part
from . import Call

USES = ("anyone", "conditions", "research", "partners")  # the widest first


def write(call: Call) -> Element:
    """The form, the place for what is found, and the questions by what is lacking."""
    words = call.edition.case_words
    say = words["finder"]
    frees = {use: say[f"free_{use}"] for use in USES}
    groups = (
        ("role", "radio", words["partner"]),
        ("has", "checkbox", words["goods"]),
        ("lacks", "checkbox", words["goods"]),
        ("use", "radio", frees),
    )
    fields = "".join(
        f"<fieldset><legend>{html.escape(say[name])}</legend>{_choices(name, kind, choices)}</fieldset>"
        for name, kind, choices in groups
    )
    told = {key: say[key] for key in ("got", "brought", "gave", "cost", "missing", "result", "narrower", "other", "between")}  # fmt: skip
    told |= {"comma": words["say"]["comma"], "partner": words["partner"], "goods": words["goods"], "use": words["use"]}  # fmt: skip
    buttons = "".join(f'<button type="button" data-{name}>{html.escape(say[name])}</button>' for name in ("print", "reset"))  # fmt: skip
    form = (
        f'<form class="finder" hidden aria-label="{html.escape(say["title"])}" data-words="{html.escape(json.dumps(told, ensure_ascii=False))}">'
        f"{fields}</form>"
        f'<section class="found" hidden><div aria-live="polite"><h3 id="nearest">{html.escape(say["nearest"])}</h3><ol></ol></div>'
        f"<p>{html.escape(say['kept'])}</p><p>{buttons}</p></section>"
        f'<script src="{relative("assets/finder.js", call.reading.page.url)}" defer></script>'
    )
    parts = Element("parts")
    parts.append(call.reading.block(Part(form, "finder", "")))
    questions = SubElement(parts, "div", {"class": "questions"})
    for lack, asked in words["questions"].items():
        group = SubElement(questions, "div", {"data-lack": lack})
        name = say["always"] if lack == "always" else words["goods"][lack]
        head = f"**{say['questions']}{call.word('colon')}{name}**"
        listed = "\n".join(f"- {one}" for one in asked)
        call.reading.parse(group, f"{head}\n\n{listed}", call.place)
    return parts


def _choices(name: str, kind: str, choices: dict[str, str]) -> str:
    return "".join(
        f'<label><input type="{kind}" name="{name}" value="{value}">{html.escape(text)}</label>'
        for value, text in choices.items()
    )
