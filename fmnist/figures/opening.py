"""The opening picture: what every single change of a setting does to the accuracy of the base case."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fmnist.claims.changes import HELPS, HURTS, SIGNS
from fmnist.common.wording import signed
from fmnist.figures.style import ORIGINAL, PAGE_WIDTH, use_style

ROW = 0.2  # inches
REACH = 8.0  # margins from the middle to the end of the axis
COLOURS = {HELPS: "#0b6e4f", HURTS: "#a63017"}


def opening_figure(changes: pd.DataFrame, margin: float) -> Figure:
    """Draw `with_verdicts`' table: effect, interval and printed difference of each change, in points.

    `margin` is the accuracy's, in points: inside its band no difference matters. An effect off the scale is a number.
    """
    use_style()
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 0.75 + ROW * len(changes)))
    axes.axvspan(-margin, margin, color="0.9", linewidth=0, zorder=0)
    axes.axvline(0, color="0.3", linewidth=0.8)
    limit = REACH * margin
    for place, change in enumerate(changes.to_dict("records")):
        _row(axes, place, change, limit)
    axes.set_yticks(range(len(changes)), list(changes["name"]))
    axes.set(xlim=(-limit, limit), ylim=(len(changes) - 0.5, -0.5))
    axes.set_xlabel("change of test accuracy (points); diamonds: the original’s one run; grey: too small to matter")
    axes.grid(visible=False, axis="y")
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    return figure


def _row(axes: Axes, place: int, change: Mapping[Any, Any], limit: float) -> None:
    effect, word = change["effect"], change["word"] if isinstance(change["word"], str) else None
    colour = COLOURS.get(word or "", "0.25")
    said = f"{signed(effect)}  {SIGNS[word]} {word}" if word else signed(effect)
    axes.annotate(said, (1.02, place), xycoords=("axes fraction", "data"), va="center", color=colour)
    if abs(effect) > limit:
        end = limit if effect > 0 else -limit
        axes.plot([0.93 * end, end], [place, place], color=colour)
        axes.plot(0.985 * end, place, marker=">" if effect > 0 else "<", color=colour, markersize=5)
        return
    axes.plot([change["lower"], change["upper"]], [place, place], color=colour, linewidth=1.6)
    axes.plot(effect, place, "o", color=colour, markersize=4.5)
    axes.plot(change["printed"], place, **{**ORIGINAL, "markersize": 4.5})
