"""`::: glossary`: every term with its definition, and what it is called in the other languages."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from . import Call


def write(call: Call) -> Element:
    """A list of definitions, each with the anchor that pages link to."""
    listed = Element("dl")
    for term in call.edition.glossary.terms:
        name, definition = SubElement(listed, "dt"), SubElement(listed, "dd")
        SubElement(name, "span", {"id": term.id})
        said = SubElement(name, "strong")
        said.text, said.tail = term.term, f" · {term.other}"
        definition.text = call.reading.numbered(term.definition, term.place)
    return listed
