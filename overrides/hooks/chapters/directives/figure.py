"""`::: figure program:section`: the figure that the section drew.

Its options: `alt`, what it shows to someone who cannot see it; `caption`, Markdown; `labels`, what stands in the place of
each English label.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, SubElement

from drawing import svg
from drawing.figure import check_labels, figure_svg
from runner import Record, nearest

from ..page import Part
from . import Call

OPTIONS = {"alt", "caption", "labels"}


def write(call: Call) -> Element:
    """The figure, its caption, and the line below them."""
    record, section = call.section()
    parts = Element("parts")
    parts.append(drawn(call, record, section))
    parts.append(call.provenance(record, section))
    return parts


def drawn(call: Call, record: Record, section: str) -> Element:
    """The figure with its caption; a file of its own for the copies.

    Raises:
        SourceError: the section draws none or several; a label is unknown or not translated.
    """
    source = the_figure(call, record, section)
    labels: dict[str, Any] = call.options.get("labels") or {}
    check_labels(
        source,
        labels,
        not (call.edition.original or call.edition.instead),
        call.place.fail,
    )
    alt, id_ = (
        call.alternative("figure"),
        call.reading.new_id(f"{record.name}-{section}"),
    )
    picture = figure_svg(source, alt, labels, id_)
    file = call.reading.page.figure(id_)
    call.reading.page.figures[file] = svg.standalone(picture)
    line = Element("p")
    SubElement(line, "img", {"alt": alt, "src": file})
    figure = Element("figure")
    part = Part(picture, "figure", "", ((record.name, section),), line)
    figure.text = call.reading.store(part)
    if caption := call.options.get("caption"):
        line = SubElement(figure, "figcaption")
        line.text = call.reading.numbered(str(caption).strip(), call.place)
    return figure


def the_figure(call: Call, record: Record, section: str) -> str:
    """The SVG that matplotlib wrote. Raises SourceError unless the section draws one figure."""
    figures = record.figures(section)
    if len(figures) != 1:
        having = [name for name in record.sections if record.figures(name)]
        call.place.fail(
            f"section '{section}' of {record.name}.py draws {len(figures) or 'no'} figures; a figure needs one.",
            nearest(section, having, "sections with a figure"),
        )
    return figures[0]
