"""What is done to the elements of a page once Markdown has read it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from xml.etree.ElementTree import Element

from drawing.output import stops
from markdown.extensions.footnotes import FootnoteExtension

# Where a number is only a number, not a link: headings, titles, other links.
TITLES = {"a", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "label"}
ALIGNED = re.compile(r"text-align: (left|center|right);")


def dissolve(element: Element, parent: Element) -> None:
    """Leaves what is in an element, and takes away the element itself."""
    position = list(parent).index(element)
    parent.remove(element)
    last = parent[position - 1] if position else None

    def add(text: str | None) -> None:
        if text and last is None:
            parent.text = (parent.text or "") + text
        elif text and last is not None:
            last.tail = (last.tail or "") + text

    add(element.text)
    for offset, child in enumerate(list(element)):
        parent.insert(position + offset, child)
        last = child
    add(element.tail)


def unlink_numbers(parent: Element, title: bool = False) -> None:
    """Numbers in titles and in links are no links."""
    title = title or parent.tag in TITLES or "title" in parent.get("class", "")
    for child in list(parent):
        if child.get("class") == "run":
            if title:
                dissolve(child, parent)
        else:
            unlink_numbers(child, title)


def order_notes(
    root: Element, notes: FootnoteExtension, cited: Collection[str]
) -> None:
    """Takes away the references that only code cites, and counts the others."""
    for div in list(root.iter("div")):
        listed = div.find("ol") if div.get("class") == "footnote" else None
        if listed is None:
            continue
        for item in list(listed):
            key = item.get("id", "").removeprefix(notes.makeFootnoteId(""))
            if key in cited and key not in notes.footnote_order:
                listed.remove(item)
        if not len(listed) and div in list(root):
            root.remove(div)
        order = [f"#{item.get('id')}" for item in listed]
        for mark in root.iter("a"):
            if mark.get("class") == "footnote-ref":
                mark.text = str(order.index(mark.get("href", "")) + 1)


def join_notes(root: Element) -> None:
    """No line begins with the mark of a note; between two stands a comma, so that 2 and 4 do not read as 24."""
    for parent in root.iter():
        before = None
        for child in list(parent):
            if child.tag == "sup" and child.get("id", "").startswith("fnref"):
                text = (parent.text if before is None else before.tail) or ""
                if text != text.rstrip():
                    text = text.rstrip() + "\u202f"
                if before is None:
                    parent.text = text
                else:
                    before.tail = text
                    if not text and before.get("id", "").startswith("fnref"):
                        comma = Element("sup")
                        comma.text = ","
                        parent.insert(list(parent).index(child), comma)
            before = child


def dress_tables(root: Element, words: Mapping[str, str]) -> None:
    """A table can be scrolled by the keyboard; classes align its columns; an empty corner heads nothing."""
    for parent in list(root.iter()):
        for position, child in enumerate(list(parent)):
            if child.tag == "table":
                box = Element("div", {"class": "table", **stops(words["table"])})
                box.tail, child.tail = child.tail, None
                parent.remove(child)
                parent.insert(position, box)
                box.append(child)
            elif child.tag in ("th", "td"):
                if child.tag == "th" and not len(child) and not child.text:
                    child.tag = "td"
                if aligned := ALIGNED.fullmatch(child.attrib.pop("style", "")):
                    child.set("class", aligned[1])
