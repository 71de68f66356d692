"""`::: contents`: all chapters but this one; of a folder of pages, its overview."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from . import Call


def write(call: Call) -> Element:
    """A list of links, in the order of the navigation."""
    items = [
        f"- [{source.title}]({uri})"
        for uri, source in call.edition.sources.items()
        if uri != call.uri and ("/" not in uri or uri.endswith("/index.md"))
    ]
    return call.wrapped("contents", "\n".join(items))
