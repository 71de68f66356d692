"""What the figures of the labs have in common: one mark a seed, and where the mean lies."""

import matplotlib.pyplot as plt
import numpy as np


# --8<-- [start:dots]
def dots(axes, place, values, color, marker="o", label=None):
    """A column of marks at a place of the x axis, one for each seed, and their mean."""
    spread = np.linspace(-0.12, 0.12, len(values))
    axes.plot(place + spread, values, marker, color=color, alpha=0.5, markersize=4)
    axes.plot(place, np.mean(values), marker, color=color, markersize=9, label=label)


def curves(axes, x, values, color, label=None):
    """values: (len(x), seeds). A faint line for each seed, a strong one for the mean."""
    axes.plot(x, values, color=color, alpha=0.25, linewidth=0.8)
    axes.plot(x, np.mean(values, axis=1), "o-", color=color, markersize=4, label=label)


def ticks(axes, x=None, y=None):
    """Round numbers on logarithmic axes, instead of powers."""
    for axis, places in ((axes.xaxis, x), (axes.yaxis, y)):
        if places is not None:
            axis.set_ticks(places, [f"{place:g}" for place in places])
            axis.set_minor_locator(plt.NullLocator())


# --8<-- [end:dots]
