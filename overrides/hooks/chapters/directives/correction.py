"""`::: correction id`: the box that says where the article was wrong, from docs/corrections/."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from ..data import Correction
from . import Call


def write(call: Call) -> Element:
    """The box, behind an anchor of its own."""
    one: Correction = call.entry(call.edition.corrections, "correction")
    parts = Element("parts")
    SubElement(parts, "div", {"id": f"correction-{one.id}"})
    box = SubElement(parts, "div", {"class": "admonition correction"})
    title = SubElement(box, "p", {"class": "admonition-title"})
    colon = call.word("colon")
    said = f"{call.word('correction')}{colon}{one.title}"
    title.text = call.reading.numbered(said, one.place)
    text = f"{one.claim}\n\n{one.holds}\n\n*{verdict(call, one)}*"
    if one.id in call.edition.lent.get("corrections", ()):
        text += f"\n\n{call.word('lent_part')}"
    call.reading.parse(box, text, one.place)
    return parts


def verdict(call: Call, one: Correction) -> str:
    """What was wrong with the article, and where in it."""
    section = call.word("section_of_article").format(section=one.section)
    if one.section in ("", "0"):
        section = call.word("whole_article")
    return f"{call.word('verdict')}{call.word('colon')}{call.word(one.verdict)} · {section}"
