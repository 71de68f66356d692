"""LaTeX in a page, turned into MathML at build time: no script, and a screen reader can read it."""

from __future__ import annotations

import functools
import html
import re

from math_core import LatexError, LatexToMathML

# What pymdownx.arithmatex leaves behind with `generic: true`.
ARITHMATEX = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\(?P<open>[(\[])(?P<tex>.*?)\\[)\]]</(?P=tag)>',
    re.DOTALL,
)
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
        return str(LatexToMathML().convert_with_local_state(tex, displaystyle=display))
    except LatexError as error:
        lines = [
            line for line in COLOUR.sub("", str(error)).splitlines() if line.strip()
        ]
        raise FormulaError(tex, lines[0].removeprefix("Error: ").rstrip(".")) from error


def formulas_to_mathml(content: str) -> str:
    """Replaces each formula in a page's HTML."""

    def replace(match: re.Match[str]) -> str:
        display = match["open"] == "["
        result = mathml(html.unescape(match["tex"]).strip(), display)
        return f'<div class="formula">{result}</div>' if display else result

    return ARITHMATEX.sub(replace, content)
