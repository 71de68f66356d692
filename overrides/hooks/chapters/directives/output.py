"""`::: output program:section`: what the section printed, and where it comes from."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from drawing.output import fenced, output_html

from ..page import Part
from . import Call


def write(call: Call) -> Element:
    """The output with the line below it."""
    record, section = call.section()
    if not record.text(section):
        call.place.fail(
            f"section '{section}' of {record.name}.py prints nothing.",
            "show its code or its figure instead.",
        )
    words = call.edition.words
    shown = output_html(record.text(section), words["output"])
    printed = fenced(record.text(section), "text")
    part = Part(shown, "output", printed, ((record.name, section),))
    box = Element("div", {"class": "run-output"})
    box.extend([call.reading.block(part), call.provenance(record, section)])
    return box
