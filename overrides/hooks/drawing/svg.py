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
REFERENCE = re.compile(r"#([\w.-]+)")
LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
# Declarations that a page sets better by itself.
DROPPED_STYLES = {"font-family", "line-height", "-inkscape-font-specification"}


def parse(text: str) -> Element:
    """The root element, its names freed of their namespaces."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        element.tag = re.sub(r"\{.*?\}", "", element.tag)
        for name in list(element.attrib):
            if name.startswith("{"):
                element.attrib[re.sub(r"\{.*?\}", "", name)] = element.attrib.pop(name)
    return root


def remove(root: Element, tags: set[str]) -> None:
    """Removes all elements of these kinds."""
    for parent in root.iter():
        for child in list(parent):
            if child.tag in tags:
                parent.remove(child)


def tidy(root: Element, prefix: str) -> None:
    """Turns style into attributes, recolours, shortens numbers, and makes ids unique by `prefix`."""
    for element in root.iter():
        _style_to_attributes(element)
        for name, value in element.attrib.items():
            if value.lower() in PALETTE:
                element.set(name, PALETTE[value.lower()])
            elif name in {
                "d",
                "points",
                "x",
                "y",
                "x1",
                "x2",
                "y1",
                "y2",
                "transform",
                "width",
                "height",
                "viewBox",
            }:
                element.set(name, LONG_NUMBER.sub(_shorten, value.replace("\n", "")))
    _rename_ids(root, prefix)


def to_html(root: Element) -> str:
    """The SVG as it stands in an HTML page: no declaration, no namespace, no blank between elements."""
    for element in root.iter():
        if (
            element.tag not in {"text", "tspan", "title", "desc"}
            and not (element.text or "").strip()
        ):
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
    for declaration in filter(
        None, (part.strip() for part in element.attrib.pop("style", "").split(";"))
    ):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            size = re.search(r"([\d.]+)px", value)
            if size:
                element.set("font-size", size[1])
        elif name == "max-width":
            element.set("width", value.removesuffix("px"))
        elif name not in DROPPED_STYLES:
            element.set(name, value)


def _shorten(match: re.Match[str]) -> str:
    """One decimal of a point is finer than any screen shows."""
    return f"{round(float(match[0]), 1) + 0:g}"  # + 0 turns -0.0 into 0.0


def _rename_ids(root: Element, prefix: str) -> None:
    """Keeps the ids that something refers to, and makes them the figure's own."""
    used = {
        name
        for element in root.iter()
        for attribute, value in element.attrib.items()
        if attribute == "href" or "url(" in value or attribute.startswith("aria-")
        for name in (REFERENCE.findall(value) or value.split())
    }
    names = {
        name: f"{prefix}-{number}" for number, name in enumerate(sorted(used), start=1)
    }
    for element in root.iter():
        if "id" in element.attrib:
            old = element.attrib.pop("id")
            if old in names:
                element.set("id", names[old])
        for attribute, value in element.attrib.items():
            if attribute == "href" or "url(" in value:
                element.set(
                    attribute,
                    REFERENCE.sub(lambda m: "#" + names.get(m[1], m[1]), value),
                )
            elif attribute in {"aria-labelledby", "aria-describedby"}:
                element.set(
                    attribute, " ".join(names.get(name, name) for name in value.split())
                )
