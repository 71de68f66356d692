"""LaTeX in a page, turned into MathML at build time: no script, and a screen reader can read it."""

from __future__ import annotations

import functools
import re

from math_core import LatexError, LatexToMathML

STYLE = re.compile(r' style="([^"]*)"')
# The styles of math-core for which assets/style/type.css has a class.
CLASSES = {
    "text-align:left": "left",
    "justify-items:start": "left",
    "text-align:right": "right",
    "justify-items:end": "right",
    "padding-left:0": "flush-left",
    "padding-right:0": "flush-right",
    "padding-top:0": "flush-top",
    "padding-bottom:0": "flush-bottom",
    "padding-left:1em": "indented",
    "padding-left:0.1em": "close-left",
    "padding-right:0.1em": "close-right",
    "padding-right:0.1667em": "thin-right",
    "padding-top:0.1667em": "thin-top",
    "margin-left:-0.16666667em": "back",
    "font-variant-caps:small-caps": "small-caps",
    "math-shift:compact": "cramped",
} | {
    f"border-{side}:0.05em {kind} currentcolor": f"{kind}-{side}"
    for side in ("top", "left", "right")
    for kind in ("solid", "dashed")
}
# What has none, by how it begins in the MathML: what it is, and what can be written.
REFUSED = {
    "color": ("a colour", "say in words what it means"),
    "width": (
        "a numbered or full-width equation",
        "write aligned, gathered or just the equation",
    ),
    "margin": ("a space of this size", r"write \! for a negative space"),
    "menclose": ("a box or a stroke", "say in words what it means"),
}


class FormulaError(ValueError):
    """A formula cannot be read or drawn.

    Args:
        tex: the formula.
        reason: what is wrong with it, in one line.
    """

    def __init__(self, tex: str, reason: str) -> None:
        super().__init__(reason)
        self.tex = tex


@functools.cache
def mathml(tex: str, display: bool) -> str:
    """The MathML of a formula, with classes for all styles.

    Args:
        tex: LaTeX, without its dollar signs.
        display: whether it stands on lines of its own.

    Raises:
        FormulaError: it is not LaTeX, or has what only a style attribute could draw.
    """
    converter = LatexToMathML(fancy_error=False)
    try:
        drawn = str(converter.convert_with_local_state(tex, displaystyle=display))
    except LatexError as error:
        reason = str(error).partition(": ")[2].rstrip(".")  # a position stands before
        raise FormulaError(tex, reason) from error
    asked = [one for style in STYLE.findall(drawn) for one in _declarations(style)]
    for one in [*asked, *re.findall("menclose", drawn)]:
        if one not in CLASSES:
            what, instead = REFUSED.get(
                re.split("[-:]", one)[0], (f"'{one}'", "leave it out")
            )
            raise FormulaError(tex, f"{what} cannot be drawn here; {instead}")
    return STYLE.sub(lambda style: f' class="{_classes(style[1])}"', drawn)


def _declarations(style: str) -> list[str]:
    return style.replace(": ", ":").rstrip(";").split(";")


def _classes(style: str) -> str:
    return " ".join(dict.fromkeys(CLASSES[one] for one in _declarations(style)))
