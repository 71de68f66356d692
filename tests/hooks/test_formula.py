"""LaTeX as MathML that the site's policy lets a browser show."""

from __future__ import annotations

import re

import pytest
from drawing.formula import FormulaError, mathml

SHOWN = {
    r"\begin{aligned}a&=b\end{aligned}": {"right flush-right", "left flush-left"},
    r"\begin{array}{lr}a&b\end{array}": {"left", "right"},
    r"\begin{array}{c|c}a&b\\\hline c&d\end{array}": {"line-right", "line-top", "line-top line-right"},
    r"\begin{cases}a\\b\end{cases}": {"left flush-right"},
    r"\begin{pmatrix}a&b\end{pmatrix}": set(),
}  # fmt: skip


@pytest.mark.parametrize("tex", SHOWN)
def test_no_style_is_needed(tex: str) -> None:
    drawn = mathml(tex, True)
    assert ' style="' not in drawn
    assert set(re.findall(r'<mtd class="([^"]*)"', drawn)) == SHOWN[tex]


@pytest.mark.parametrize(
    "tex",
    [r"\color{red}x", r"\boxed{x}", r"\cancel{x}", r"x \tag{1}", r"\nothing", "{"],
)
def test_what_cannot_be_shown_is_refused(tex: str) -> None:
    with pytest.raises(FormulaError):
        mathml(tex, True)
