"""Formulas as they are drawn: no style attribute, which the policy would forbid; each class has its rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drawing.formula import CLASSES, FormulaError, mathml

SHEET = Path(__file__).parents[2] / "overrides/assets/style/type.css"
DRAWN = {
    r"\begin{aligned} a &= b \end{aligned}": ["right flush-right", "left flush-left"],
    r"\begin{array}{lcr} a & b & c \end{array}": ["left", "right"],
    r"\begin{array}{|l|c} \hline a & b \end{array}": [
        "solid-left solid-top",
        "left solid-right",
    ],
    r"\begin{array}{:c:} \hdashline a \end{array}": [
        "dashed-left dashed-top",
        "dashed-right",
    ],
    r"\begin{array}{c||c} a & b \end{array}": [
        "solid-right",
        "solid-right close-left close-right",
    ],
    r"\begin{cases} a & b \end{cases}": [
        "left flush-right",
        "left flush-right indented",
    ],
    r"\sum_{\begin{subarray}{l} i \\ j \end{subarray}}": [
        "left flush-top flush-bottom",
        "left flush-top flush-bottom",
    ],
    r"a\!b": ["back"],
    r"\cfrac{a}{b}": ["thin-top"],
    r"\mathop{x}_y": ["flush-left thin-right"],
    r"\mathbin{x}": ["flush-left flush-right"],
    r"\textsc{x}": ["small-caps"],
    r"\textsf{x}": ["math-core-sans-serif-font"],
    r"\textrm{x}": ["math-core-serif-font"],
    r"\cramped{x^2}": ["cramped"],
    r"\begin{pmatrix} a & b \end{pmatrix}": [],
    r"\tfrac{1}{2}\,\mathrm{d}x \le \sqrt{\hat y}": [],
}
REFUSED = {
    r"\color{red} x": "a colour",
    r"\textcolor{red}{x}": "a colour",
    r"\boxed{x}": "a box or a stroke",
    r"\fbox{x}": "a box or a stroke",
    r"\cancel{x}": "a box or a stroke",
    r"\bcancel{x}": "a box or a stroke",
    r"\xcancel{x}": "a box or a stroke",
    r"\phase{x}": "a box or a stroke",
    r"\angl{n}": "a box or a stroke",
    r"\begin{align} a &= b \tag{3} \end{align}": "write aligned, gathered or just the equation",
    r"\begin{align*} a &= b \end{align*}": "write aligned, gathered or just the equation",
    r"\begin{gather} a \label{one} \end{gather}": "write aligned, gathered or just the equation",
    r"\begin{multline} a \\ b \end{multline}": "write aligned, gathered or just the equation",
    r"\begin{equation} a \end{equation}": "write aligned, gathered or just the equation",
    r"\kern -1em x": "a space of this size",
    r"\hspace{-2em} x": "a space of this size",
}


@pytest.mark.parametrize("display", [True, False])
@pytest.mark.parametrize("tex", DRAWN)
def test_classes_stand_for_styles(tex: str, display: bool) -> None:
    drawn = mathml(tex, display)
    assert " style=" not in drawn
    assert not re.search(r"<[^>]*class=[^>]*class=", drawn)
    found = [name for name in re.findall(r'class="(.*?)"', drawn) if name]
    assert found == DRAWN[tex]


@pytest.mark.parametrize("display", [True, False])
@pytest.mark.parametrize("tex", REFUSED)
def test_what_needs_a_style_is_refused_with_what_can_be_written(
    tex: str, display: bool
) -> None:
    with pytest.raises(FormulaError, match="cannot be drawn here; ") as raised:
        mathml(tex, display)
    assert REFUSED[tex] in str(raised.value)
    assert raised.value.tex == tex


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\frac{a", 'Expected closing token "}", but reached end of input'),
        (r"\unknown{x}", 'Unknown command "\\unknown"'),
        ("x^2^3", "Duplicate subscript or superscript"),
        (r"a \tag{1}", ""),
        ("{", ""),
    ],
)
def test_what_is_no_latex_is_refused_in_one_line(tex: str, reason: str) -> None:
    with pytest.raises(FormulaError) as raised:
        mathml(tex, False)
    assert str(raised.value).startswith(reason)
    assert "\n" not in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_each_class_has_its_rule() -> None:
    rules = set(re.findall(r"math \.([\w-]+)", SHEET.read_text(encoding="utf-8")))
    assert {*CLASSES.values()} <= rules
    assert rules - {*CLASSES.values()} == {
        "math-core-serif-font",
        "math-core-sans-serif-font",
    }
