"""An effect with its 95% interval, beside zero and the margin that matters, as a small drawing."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 160, 16, 6  # points; the edge is left free on both sides


def ends_of(intervals: Sequence[Sequence[float]], margin: float) -> tuple[float, float]:
    """The least and the greatest of what is drawn on one scale."""
    values = [0.0, margin, *(value for interval in intervals for value in interval)]
    return min(values), max(values)


def interval_svg(
    effect: Sequence[float], margin: float, ends: tuple[float, float], outcome: str
) -> str:
    """The drawing of one effect.

    Args:
        effect: its mean, and the ends of its interval.
        margin: the smallest effect that matters.
        ends: of the scale, from `ends_of`.
        outcome: the class that the style sheet finds it by.
    """
    least, greatest = ends

    def at(value: float) -> str:
        share = (value - least) / (greatest - least or 1)
        return f"{EDGE + share * (WIDTH - 2 * EDGE):.1f}"

    (mean, low, high), middle = effect, HEIGHT // 2
    lines = [
        f'<line class="zero" x1="{at(0)}" x2="{at(0)}" y1="0" y2="{HEIGHT}"/>',
        f'<line class="margin" x1="{at(margin)}" x2="{at(margin)}" y1="0" y2="{HEIGHT}"/>',
        f'<line class="reach" x1="{at(low)}" x2="{at(high)}" y1="{middle}" y2="{middle}"/>',
        f'<circle cx="{at(mean)}" cy="{middle}" r="3.5"/>',
    ]
    return (
        f'<svg class="interval {outcome.replace(" ", "-")}" aria-hidden="true"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f"{''.join(lines)}</svg>"
    )
