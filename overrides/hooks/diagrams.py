"""A Mermaid diagram, drawn at build time as an inline SVG in the page's font and colours."""

from __future__ import annotations

import functools
import re
from xml.etree.ElementTree import Element

import mmdr
import svg

TITLE = re.compile(r"^\s*accTitle:\s*(?P<text>.+?)\s*$", re.MULTILINE)
DESCRIPTION = re.compile(r"^\s*accDescr:\s*(?P<text>.+?)\s*$", re.MULTILINE)
CLASSES = "data-merman-source-classes"


class DiagramError(ValueError):
    """The diagram cannot be drawn; the text says why."""


@functools.cache
def diagram_svg(source: str, prefix: str) -> str:
    """The inline SVG of a Mermaid diagram; its colours come from assets/style/colours.css by class.

    Args:
        source: the diagram; its `accTitle` and `accDescr` lines are its alternative text.
        prefix: makes its ids unique in the page.

    Raises:
        DiagramError: Mermaid cannot read it, or its alternative text is missing.
    """
    title, description = TITLE.search(source), DESCRIPTION.search(source)
    if not (title and description):
        raise DiagramError(
            "it has no alternative text: add lines 'accTitle: …' and 'accDescr: …'"
        )
    source = DESCRIPTION.sub("", TITLE.sub("", source))
    try:
        root = svg.parse(mmdr.render(source).svg())
    except ValueError as error:
        raise DiagramError(str(error)) from error
    svg.remove(root, {"style", "filter"})
    _drop_unused_markers(root)
    for element in root.iter():
        element.attrib.pop("alignment-baseline", None)
        if CLASSES in element.attrib:
            element.set("class", element.attrib.pop(CLASSES))
        for name in [
            name
            for name in element.attrib
            if name.startswith("data-") or name == "space"
        ]:
            del element.attrib[name]
        if element.tag == "text":
            del element.attrib["fill"]
        if element.tag == "rect" and "labelBkg" in element.get("class", ""):
            del element.attrib["fill"]
    for group in root.iter("g"):
        if "labelBkg" in group.get("class", ""):
            for rectangle in group.iter("rect"):
                rectangle.attrib.pop("fill", None)
    svg.tidy(root, prefix)
    for element in root.iter():
        for name in ("stroke-dasharray", "stroke-dashoffset"):
            element.attrib.pop(name, None)
    box = root.attrib["viewBox"]
    width, height = box.split()[2:]
    root.attrib = {
        "class": "diagram",
        "viewBox": box,
        "width": width,
        "height": height,
        "role": "img",
        "aria-label": f"{title['text']}. {description['text']}",
    }
    return svg.to_html(root)


def _drop_unused_markers(root: Element) -> None:
    used = {
        name
        for element in root.iter()
        for v in element.attrib.values()
        for name in re.findall(r"url\(#(.*?)\)", v)
    }
    for parent in root.iter():
        for child in list(parent):
            if child.tag == "marker" and child.get("id") not in used:
                parent.remove(child)
