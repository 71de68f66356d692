"""A program's own functions, to be tried without its runs; and what its gradients are compared with."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from conftest import ROOT


def until(name: str, section: str, *quick: tuple[str, str]) -> dict[str, Any]:
    """The names that a program has after one of its sections; nothing behind that is executed.

    Args:
        quick: pairs of a text that stands once in the program, and what stands in its place here.
    """
    path = ROOT / f"snippets/{name}.py"
    text, end, _ = path.read_text(encoding="utf-8").partition(f"[end:{section}]")
    assert end, f"{name}.py has no section {section}"
    for old, new in quick:
        assert text.count(old) == 1, f"{name}.py says {old!r} {text.count(old)} times"
        text = text.replace(old, new)
    # TensorFlow reads the text of a function anew from its file: what was changed must stand there, too.
    folder = tempfile.TemporaryDirectory()  # removed with the names
    changed = Path(folder.name, path.name)
    changed.write_text(text, encoding="utf-8")
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
    exec(compile(text, str(changed), "exec"), names)
    names["__folder__"] = folder
    return names


def finite_differences(
    loss: Callable[[Sequence[np.ndarray]], float],
    weights: Sequence[np.ndarray],
    step: float = 1e-6,
) -> list[np.ndarray]:
    """The central differences of a loss by every single weight, in the shapes of the weights."""
    gradients = []
    for k, w in enumerate(weights):
        gradient = np.zeros(w.shape)
        for place in np.ndindex(w.shape):
            ends = []
            for sign in (1, -1):
                moved = [np.array(part, dtype=float) for part in weights]
                moved[k][place] += sign * step
                ends.append(float(loss(moved)))
            gradient[place] = (ends[0] - ends[1]) / (2 * step)
        gradients.append(gradient)
    return gradients
