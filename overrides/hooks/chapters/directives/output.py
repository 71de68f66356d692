"""`::: output program:section`: what the section printed, and where it comes from."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from drawing.output import fenced, output_html, provenance_html, provenance_text

from ..parts import Part
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
    below = provenance_html(record, words, section, call.reading.page.url)
    text = provenance_text(record, words, f"{call.run_file(record.name)}#{section}")
    printed = fenced(record.text(section), "text")
    html = f'<div class="run-output">{shown}{below}</div>'
    sections = ((record.name, section),)
    return call.reading.block(Part(html, "output", f"{printed}\n\n{text}", sections))
