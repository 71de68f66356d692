"""A Mermaid diagram, drawn at build time as an inline SVG in the page's font and colours."""

from __future__ import annotations

import functools
import re
from xml.etree.ElementTree import Element

import mmdr

from drawing import svg

TITLE = re.compile(r"^\s*accTitle:\s*(?P<text>.+?)\s*$", re.MULTILINE)
DESCRIPTION = re.compile(r"^\s*accDescr:\s*(?P<text>.+?)\s*$", re.MULTILINE)
NUMBER = re.compile(r"-?[\d.]+(?:e-?\d+)?")
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
    _pills_as_rectangles(root)
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


def _pills_as_rectangles(root: Element) -> None:
    """A pill comes as hundreds of curves, drawn twice; a rectangle with round ends is the same in one line."""
    for group in root.iter("g"):
        if "outer-path" not in group.get("class", ""):
            continue
        outline = " ".join(path.get("d", "") for path in group)
        numbers = [float(number) for number in NUMBER.findall(outline)]
        left, top = min(numbers[::2]), min(numbers[1::2])
        width, height = max(numbers[::2]) - left, max(numbers[1::2]) - top
        for path in list(group):
            group.remove(path)
        box = {"x": left, "y": top, "width": width, "height": height, "rx": height / 2}
        group.append(Element("rect", {name: f"{n:.1f}" for name, n in box.items()}))
