"""Makes an SVG fit to stand in a page: small, in the page's font and colours, with ids of its own."""

from __future__ import annotations

import functools
import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

# The palette of snippets/matplotlibrc; assets/style/colours.css gives each a light and a dark variant.
PALETTE = {
    "#000000": "currentColor",
    "#ffffff": "var(--md-default-bg-color)",
    "#2f6fb0": "var(--plot-blue)",
    "#c8502e": "var(--plot-red)",
    "#2e8b62": "var(--plot-green)",
    "#8a56a5": "var(--plot-violet)",
    "#a87a12": "var(--plot-amber)",
    "#5f6b76": "var(--plot-grey)",
}
PRINTED = {variant: colour for colour, variant in PALETTE.items()}
WORDS = {"text", "tspan", "title", "desc"}  # their blanks count
LENGTH = re.compile("d|points|transform|width|height|viewBox|[xy][12]?")
FACTOR = re.compile(
    "scale|matrix|rotate|skew"
)  # no lengths: a factor rounded to 0.2 draws another picture
LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
NAMESPACE = re.compile(r"\{.*?\}")
REFERENCE = re.compile(r"(?:(?<=^#)|(?<=\(#))[\w.-]+")
DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;]*[^;\s])")
# Declarations that a page sets better by itself.
DROPPED_STYLES = {"font-family", "line-height", "-inkscape-font-specification"}


def parse(text: str) -> Element:
    """The root element of an SVG, its names freed of their namespaces.

    Raises:
        ElementTree.ParseError: it is not well formed.
    """
    root = ElementTree.fromstring(text)
    for element in root.iter():
        element.tag = NAMESPACE.sub("", element.tag)
        for name in [name for name in element.attrib if name.startswith("{")]:
            element.set(NAMESPACE.sub("", name), element.attrib.pop(name))
    return root


def remove(root: Element, *tags: str) -> None:
    """Removes all elements of these kinds."""
    for parent in root.iter():
        parent[:] = [child for child in parent if child.tag not in tags]


def tidy(root: Element, prefix: str) -> None:
    """Turns style into attributes, recolours, shortens numbers, and makes ids unique.

    Args:
        root: what `parse` gave; it is changed.
        prefix: what each id begins with, before a dot: another for each drawing of a page, without dots.
    """
    for element in root.iter():
        _style_to_attributes(element)
        for name, value in element.attrib.items():
            if value.lower() in PALETTE:
                element.set(name, PALETTE[value.lower()])
            elif LENGTH.fullmatch(name) and not FACTOR.search(value):
                element.set(name, LONG_NUMBER.sub(_shorten, value.replace("\n", "")))
    _rename_ids(root, prefix)


def as_image(root: Element, kind: str, alt: str, scale: float = 1) -> None:
    """Gives the root element the attributes of an image, and no others.

    Args:
        root: with a `viewBox`, in points or CSS pixels.
        kind: its class.
        alt: what it shows, for those who cannot see it.
        scale: its size in CSS pixels, as a multiple of that of its `viewBox`.
    """
    box = root.attrib["viewBox"]
    width, height = (float(length) * scale for length in box.split()[2:])
    root.attrib = {
        "class": kind,
        "viewBox": box,
        "width": f"{width:.0f}",
        "height": f"{height:.0f}",
        "role": "img",
        "aria-label": alt,
    }


def to_html(root: Element) -> str:
    """The SVG as it stands in an HTML page: no declaration, no namespace, no blank between elements."""
    for element in root.iter():
        if element.tag not in WORDS and not (element.text or "").strip():
            element.text = None
        if not (element.tail or "").strip():
            element.tail = None
    return ElementTree.tostring(root, encoding="unicode")


@functools.cache
def standalone(text: str) -> str:
    """A page's SVG as a file of its own, in the light variant of its colours."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        for name, value in element.attrib.items():
            element.set(name, PRINTED.get(value, value))
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("font-family", "sans-serif")
    root.insert(0, Element("rect", width="100%", height="100%", fill="#ffffff"))
    return to_html(root)


def _style_to_attributes(element: Element) -> None:
    """A style attribute would need 'unsafe-inline' in a content security policy; attributes do not."""
    for name, value in DECLARATION.findall(element.attrib.pop("style", "")):
        if name == "font":
            if size := re.search(r"([\d.]+)px", value):
                element.set("font-size", size[1])
        elif name == "max-width":
            element.set("width", value.removesuffix("px"))
        elif name not in DROPPED_STYLES:
            element.set(name, value)


def _shorten(number: re.Match[str]) -> str:
    """One decimal of a point is finer than any screen shows."""
    return f"{round(float(number[0]), 1) + 0:g}"  # + 0 turns -0.0 into 0.0


def _rename_ids(root: Element, prefix: str) -> None:
    """Keeps the ids that something refers to, and makes them the drawing's own."""
    references = [
        (element, name)
        for element in root.iter()
        for name, value in element.attrib.items()
        if name == "href" or "url(" in value
    ]
    used = {
        id_
        for element, name in references
        for id_ in REFERENCE.findall(element.attrib[name])
    }
    names = {id_: f"{prefix}.{n}" for n, id_ in enumerate(sorted(used), start=1)}
    for element in root.iter():
        if (id_ := element.attrib.pop("id", None)) in names:
            element.set("id", names[id_])
    for element, name in references:
        new = REFERENCE.sub(lambda id_: names[id_[0]], element.attrib[name])
        element.set(name, new)
