"""A matplotlib figure in a page: readable in light and dark, its words in the page's language."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from drawing import svg

# Drawn for the width of a phone, shown larger where there is room: CSS pixels a point.
ENLARGED = 1.35
WORD = re.compile(r"[A-Za-z]{2,}")


def figure_svg(source: str, alt: str, labels: Mapping[str, str], prefix: str) -> str:
    """The inline SVG of a figure.

    Args:
        source: as matplotlib wrote it, in points, with `svg.fonttype: none`.
        alt: what it shows, for those who cannot see it.
        labels: words in the figure, and what stands there instead.
        prefix: makes its ids unique in the page.
    """
    root = svg.parse(source)
    svg.remove(root, "metadata", "style")
    for element in root.iter("text"):
        element.attrib.setdefault("fill", "currentColor")
        label = _label(element)
        if label in labels:
            element[:] = []
            element.text = labels[label]
    svg.tidy(root, prefix)
    svg.as_image(root, "plot", alt, ENLARGED)
    root.set("stroke-linejoin", "round")
    return svg.to_html(root)


def _label(text: Element) -> str:
    """The words of a text; one with a formula comes letter by letter, font by font, without its blanks."""
    formula = text.find("tspan") is not None
    return "".join(one.strip() if formula else one for one in text.itertext())


@functools.cache
def words_in(source: str) -> tuple[str, ...]:
    """The labels of a figure that hold a word, in the order in which they stand."""
    texts = map(_label, svg.parse(source).iter("text"))
    return tuple(dict.fromkeys(text for text in texts if WORD.search(text)))


def check_labels(
    source: str,
    labels: Mapping[str, str],
    translated: bool,
    fail: Callable[[str, str], object],
) -> None:
    """Every label that is replaced is there; in a translation, every label is replaced.

    Args:
        source: the figure, as matplotlib wrote it.
        labels: what `figure_svg` is given.
        translated: whether the page's language is another than the one it is drawn in.
        fail: raises an error from a problem and its remedy.
    """
    words = words_in(source)
    for label in labels:
        if label not in words:
            near = difflib.get_close_matches(label, words, n=3, cutoff=0) or words
            fail(
                f"the figure has no label '{label}'.",
                f"its labels nearest to it: {'; '.join(near)}.",
            )
    missing = [word for word in words if word not in labels]
    if missing and translated:
        fail(
            f"the figure's label '{missing[0]}' is not translated.",
            f"add it under 'labels:' (or '{missing[0]}: {missing[0]}' if it stays as it is).",
        )
