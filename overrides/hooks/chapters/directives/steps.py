"""`::: steps program:section`: a training run to step through.

Its options: `alt` and `caption` as those of a figure; `every`, which examples the predictions are drawn of: each n-th.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from drawing.output import fenced, relative
from drawing.steps import read_run, steps_html

from ..page import Part
from . import Call

OPTIONS = {"alt", "caption", "every"}


def write(call: Call) -> Element:
    """The drawing with its caption, the table below it, and where they come from."""
    record, section = call.section()
    run = read_run(record, call.place.fail)
    every = call.options.get("every", 1)
    if not (isinstance(every, int) and every > 0):
        call.place.fail(
            f"'every: {every}' picks no examples.",
            "give a whole number: every 5th example is 'every: 5'.",
        )
    alt, id_ = (
        call.alternative("steps"),
        call.reading.new_id(f"{record.name}-{section}"),
    )
    options, words = {"alt": alt, "every": every}, call.edition.words
    drawing, table = steps_html(run, f"steps-{id_}", options, words)
    script = relative("assets/steps.js", call.reading.page.url)
    sections = ((record.name, section),)
    printed = fenced(record.text(section), "text") if record.text(section) else ""
    said = "\n\n".join(filter(None, (alt, printed)))
    figure = Element("figure", {"class": "steps"})
    figure.text = call.reading.store(Part(drawing + "\n", "steps", said, sections))
    caption = SubElement(figure, "figcaption")
    written = str(call.options.get("caption") or "").strip()
    caption.text = call.reading.numbered(written, call.place)
    parts = Element("parts")
    parts.append(figure)
    below = f'{table}<script src="{script}" defer></script>'
    parts.append(call.reading.block(Part(below, "steps", "")))
    parts.append(call.provenance(record, section))
    return parts
