"""What each of several changes adds, alone and together, and how pairs of them interact."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fmnist.analysis.statistics import Array
from fmnist.figures.style import FIRST, OURS, PAGE_WIDTH, shared_legend, use_style

LOOKS: dict[str, dict[str, Any]] = {
    "alone": {"label": "alone", "color": "0.45", "marker": "s", "markersize": 4},
    "beside": {"label": "beside the others", "color": OURS, "marker": "^", "markersize": 5},
    "shapley": {"label": "share of the whole gain", "color": FIRST, "marker": "o", "markersize": 5},
}
LINE = 0.24  # inches
BESIDE = 0.75  # lines between the dots of one change


def factorial_figure(table: pd.DataFrame) -> Figure:
    """Draw an effects table: dots with 95 % intervals over the seeds, in points of test accuracy."""
    use_style()
    single = table[table["kind"].isin(LOOKS)]
    pairs = table[table["kind"] == "interaction"]
    heights = [3 * single["name"].nunique() + 1, len(pairs) + 1]
    size = (PAGE_WIDTH, 1.1 + LINE * sum(heights))
    figure, (upper, lower) = plt.subplots(2, 1, figsize=size, sharex=True, height_ratios=heights)
    _changes(upper, single)
    _interactions(lower, pairs)
    for axes in (upper, lower):
        axes.axvline(0, color="0.3", linewidth=0.8, zorder=0)
    shared_legend(figure)
    return figure


def _changes(axes: Axes, table: pd.DataFrame) -> None:
    """Three dots a change, one below the other."""
    names = table["name"].unique()
    places = 3 * np.arange(len(names), dtype=np.float64)
    for offset, (kind, look) in enumerate(LOOKS.items()):
        _dots(axes, places + BESIDE * offset, table[table["kind"] == kind], look)
    axes.set_yticks(places + BESIDE, names)
    axes.set(ylim=(3 * len(names) - 0.5, -1), title="What a change adds")


def _interactions(axes: Axes, table: pd.DataFrame) -> None:
    places = np.arange(len(table), dtype=np.float64)
    _dots(axes, places, table, {"marker": "D", "color": "0.2", "markersize": 3.5})
    axes.set_yticks(places, table["name"])
    axes.set(ylim=(len(table) - 0.5, -0.5), xlabel="effect on test accuracy (points)", title="Interactions")


def _dots(axes: Axes, places: Array, rows: pd.DataFrame, look: dict[str, Any]) -> None:
    half = rows["upper"] - rows["effect"]
    axes.errorbar(rows["effect"], places, xerr=half, linestyle="none", capsize=2, **look)
