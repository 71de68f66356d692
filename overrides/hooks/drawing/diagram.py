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
# What Mermaid's own style sheet and scripts would do.
STYLED = re.compile(r"(?m)^\s*(?:style|linkStyle)\b.*|\$\$.*")
# The first word after front matter and comments.
KIND = re.compile(r"(?:---\n(?:.*\n)*?---\n)?(?:\s|%%.*\n)*(?P<kind>[\w-]*)")
KINDS = ("flowchart", "graph")
CLASSES = "data-merman-source-classes"
DROPPED = re.compile("data-|space$|alignment-baseline$|stroke-dash")


class DiagramError(ValueError):
    """The diagram cannot be drawn; the text says why."""


@functools.cache
def diagram_svg(source: str, prefix: str) -> str:
    """The inline SVG of a Mermaid diagram; its colours come from assets/style/colours.css by class.

    Args:
        source: the diagram; its `accTitle` and `accDescr` lines are its alternative text.
        prefix: makes its ids unique in the page.

    Raises:
        DiagramError: Mermaid cannot read it, it is no flowchart, or its alternative text is missing.
    """
    kind = KIND.match(source)
    if not kind or kind["kind"] not in KINDS:
        raise DiagramError(f"only these kinds can be: {', '.join(KINDS)}")
    title, description = TITLE.search(source), DESCRIPTION.search(source)
    if not (title and description):
        raise DiagramError(
            "it has no alternative text: add lines 'accTitle: …' and 'accDescr: …'"
        )
    if found := STYLED.search(source):
        raise DiagramError(
            f"'{found[0].strip()}' is not drawn: say it in words, without colours and formulas"
        )
    try:
        drawn = mmdr.render(DESCRIPTION.sub("", TITLE.sub("", source))).svg()
    except ValueError as error:
        raise DiagramError(str(error)) from error
    root = svg.parse(drawn)
    if root.find(".//text") is None:
        raise DiagramError("nothing is in it")
    svg.remove(root, "style", "filter")
    _pills_as_rectangles(root)
    svg.tidy(root, prefix)
    for element in root.iter():
        element[:] = [child for child in element if not _unused_marker(child)]
        _only_what_counts(element)
    svg.as_image(root, "diagram", f"{title['text']}. {description['text']}")
    return svg.to_html(root)


def _unused_marker(element: Element) -> bool:
    """Whether it is an arrowhead that no line has: nothing refers to it, so `tidy` took its id."""
    return element.tag == "marker" and "id" not in element.attrib


def _only_what_counts(element: Element) -> None:
    """Drops what only Mermaid's own scripts and style sheet use."""
    if CLASSES in element.attrib:
        element.set("class", element.attrib.pop(CLASSES))
    painted = element.tag in {"rect", "text"}
    for name in list(element.attrib):
        if DROPPED.match(name) or (painted and name == "fill"):
            del element.attrib[name]


def _pills_as_rectangles(root: Element) -> None:
    """A pill comes as hundreds of curves, drawn twice; a rectangle with round ends is the same in one line."""
    for group in root.iter("g"):
        if "outer-path" not in group.get("class", ""):
            continue
        outline = " ".join(path.get("d", "") for path in group)
        numbers = [float(number) for number in NUMBER.findall(outline)]
        left, top = min(numbers[::2]), min(numbers[1::2])
        width, height = max(numbers[::2]) - left, max(numbers[1::2]) - top
        box = {"x": left, "y": top, "width": width, "height": height, "rx": height / 2}
        group[:] = [Element("rect", {name: f"{n:.1f}" for name, n in box.items()})]
