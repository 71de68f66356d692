"""A figure shows what the program drew, at every scale, and all its words can be translated."""

from __future__ import annotations

import io
import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import ROOT
from drawing.figure import check_labels, figure_svg, words_in


def drawn(draw: str, size: tuple[float, float] = (3.4, 2.4)) -> str:
    """The SVG of a figure in the style of this site."""
    file = io.StringIO()
    with matplotlib.rc_context(fname=str(ROOT / "snippets/matplotlibrc")):
        matplotlib.rcParams["svg.fonttype"] = "none"
        figure, axes = plt.subplots(figsize=size)
        exec(draw, {"axes": axes, "np": np})
        figure.savefig(file, format="svg")
        plt.close(figure)
    return file.getvalue()


def numbers(svg: str, kind: str) -> list[float]:
    found = re.findall(rf'transform="[^"]*{kind}\(([^)]*)\)', svg)
    return [float(one) for text in found for one in re.split("[ ,]+", text.strip())]


@pytest.mark.parametrize("shape", [(400, 1000), (1000, 400), (3, 7), (64, 64)])
@pytest.mark.parametrize("size", [(3.4, 2.4), (1.3, 5.1)])
def test_an_image_is_as_large_as_its_axes(
    shape: tuple[int, int], size: tuple[float, float]
) -> None:
    """A factor is no length: rounded like one, it draws the image 25% too small."""
    draw = f"axes.imshow(np.arange({shape[0] * shape[1]}.0).reshape{shape}, interpolation='none', aspect='auto')"
    source = drawn(draw, size)
    shown = figure_svg(source, "An image.", {}, "p")
    for kind in ("matrix", "scale"):
        assert numbers(shown, kind) == numbers(source, kind)
    assert numbers(source, "matrix") or numbers(source, "scale")


def test_a_label_with_a_formula_is_checked_and_translated() -> None:
    source = drawn(r"axes.set_xlabel(r'rate $\eta$ of learning'); axes.set_title('loss')")  # fmt: skip
    label = "rateoflearningη"
    assert set(words_in(source)) == {label, "loss"}

    def fail(problem: str, remedy: str) -> None:
        raise ValueError(problem)

    with pytest.raises(ValueError, match=f"label '{label}' is not translated"):
        check_labels(source, {"loss": "损失"}, True, fail)
    labels = {"loss": "损失", label: "学习率 η"}
    check_labels(source, labels, True, fail)
    shown = figure_svg(source, "A figure.", labels, "p")
    assert "学习率 η" in shown and "learning" not in shown
