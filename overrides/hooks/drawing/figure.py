"""A matplotlib figure in a page: readable in light and dark, its words in the page's language."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from drawing import svg

# Drawn for the width of a phone, shown larger where there is room.
ENLARGED = 1.35
WORD = re.compile(r"[A-Za-z]{2,}")


def figure_svg(source: str, alt: str, labels: Mapping[str, str], prefix: str) -> str:
    """The inline SVG of a figure.

    Args:
        source: as matplotlib wrote it, with `svg.fonttype: none`.
        alt: what it shows, for those who cannot see it.
        labels: English words in the figure, and what stands there instead.
        prefix: makes its ids unique in the page.
    """
    root = svg.parse(source)
    svg.remove(root, {"metadata"})
    for element in _texts(root):
        element.attrib.setdefault("fill", "currentColor")
        label = "".join(element.itertext())
        if label in labels:
            for child in list(element):
                element.remove(child)
            element.text = labels[label]
    svg.remove(root, {"style"})
    svg.tidy(root, prefix)
    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    root.attrib = {
        "class": "plot",
        "viewBox": f"0 0 {width:g} {height:g}",
        "width": f"{width * ENLARGED:.0f}",
        "height": f"{height * ENLARGED:.0f}",
        "role": "img",
        "aria-label": alt,
        "stroke-linejoin": "round",
    }
    return svg.to_html(root)


@functools.cache
def words_in(source: str) -> tuple[str, ...]:
    """The labels of a figure that hold a word, in the order in which they stand."""
    labels = ["".join(element.itertext()) for element in _texts(svg.parse(source))]
    return tuple(dict.fromkeys(label for label in labels if WORD.search(label)))


def check_labels(
    source: str,
    labels: Mapping[str, str],
    language: str,
    fail: Callable[[str, str], object],
) -> None:
    """Every label that is translated is there and, unless the page is English, every label is translated."""
    words = words_in(source)
    for label in labels:
        if label not in words:
            near = difflib.get_close_matches(label, words, n=3, cutoff=0) or words
            fail(
                f"the figure has no label '{label}'.",
                f"its labels nearest to it: {'; '.join(near)}.",
            )
    missing = [word for word in words if word not in labels]
    if missing and language != "en":
        fail(
            f"the figure's label '{missing[0]}' is not translated.",
            f"add it under 'labels:' (or '{missing[0]}: {missing[0]}' if it stays as it is).",
        )


def _texts(root: Element) -> list[Element]:
    return list(root.iter("text"))
