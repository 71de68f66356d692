"""LaTeX in a page, turned into MathML at build time: no script, and a screen reader can read it."""

from __future__ import annotations

import functools
import re

from math_core import LatexError, LatexToMathML

STYLE = re.compile(r' style="([^"]*)"')
# Classes that assets/style/type.css dresses: a style attribute would do nothing under the site's policy.
CLASSES = {
    "text-align: left": "left",
    "text-align: right": "right",
    "justify-items: start": "",
    "justify-items: end": "",
    "padding-left: 0": "flush-left",
    "padding-right: 0": "flush-right",
    **{
        f"border-{side}: 0.05em solid currentcolor": f"line-{side}"
        for side in ("left", "right", "top", "bottom")
    },
}
COLOUR = re.compile(r"\x1b\[[\d;]*m")


class FormulaError(ValueError):
    """A formula cannot be read.

    Args:
        tex: the formula.
        reason: what is wrong with it, in one line.
    """

    def __init__(self, tex: str, reason: str) -> None:
        super().__init__(reason)
        self.tex = tex


@functools.cache
def mathml(tex: str, display: bool) -> str:
    """The MathML of a formula. Raises FormulaError where it is not LaTeX."""
    try:
        drawn = LatexToMathML().convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        lines = [
            line for line in COLOUR.sub("", str(error)).splitlines() if line.strip()
        ]
        raise FormulaError(tex, lines[0].removeprefix("Error: ").rstrip(".")) from error
    if "menclose" in str(drawn) or r"\boxed" in tex:
        raise FormulaError(tex, "no browser draws a box or a stroke of MathML")

    def classes(match: re.Match[str]) -> str:
        said = [one.strip() for one in match[1].split(";") if one.strip()]
        unknown = [one for one in said if one not in CLASSES]
        if unknown:
            problem = f"'{unknown[0]}' cannot be shown under the site's policy"
            raise FormulaError(tex, f"{problem}; write it without colours and numbers")
        return f' class="{" ".join(filter(None, map(CLASSES.__getitem__, said)))}"'

    return STYLE.sub(classes, str(drawn))
