"""What each of several changes adds, alone and together, and how pairs of them interact."""

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fmnist.figures.style import FIRST, OURS, PAGE_WIDTH, shared_legend, use_style

LABELS = {"alone": "alone", "beside": "beside the others", "shapley": "share of the whole gain"}
LOOKS: dict[str, dict[str, Any]] = {
    "alone": {"color": "0.45", "marker": "s", "markersize": 4},
    "beside": {"color": OURS, "marker": "^", "markersize": 5},
    "shapley": {"color": FIRST, "marker": "o", "markersize": 5},
}
LINE = 0.24  # inches


def factorial_figure(table: pd.DataFrame) -> Figure:
    """Draw an effects table: dots with 95 % intervals over the seeds, in points of test accuracy."""
    use_style()
    single = table[table["kind"].isin(LABELS)]
    pairs = table[table["kind"] == "interaction"]
    heights = [3 * single["name"].nunique() + 1, len(pairs) + 1]
    size = (PAGE_WIDTH, 1.1 + LINE * sum(heights))
    figure, (upper, lower) = plt.subplots(2, 1, figsize=size, sharex=True, height_ratios=heights)
    _changes(upper, single)
    _interactions(lower, pairs)
    shared_legend(figure)
    return figure


def _changes(axes: Axes, table: pd.DataFrame) -> None:
    """Three dots a change, one below the other."""
    names = list(dict.fromkeys(table["name"]))
    for offset, kind in enumerate(LABELS):
        rows = table[table["kind"] == kind]
        _dots(axes, [3 * names.index(name) + 0.75 * offset for name in rows["name"]], rows, kind)
    axes.set_yticks([3 * place + 0.75 for place in range(len(names))], names)
    axes.set(ylim=(3 * len(names) - 0.5, -1), title="What a change adds")
    axes.axvline(0, color="0.3", linewidth=0.8, zorder=0)


def _interactions(axes: Axes, table: pd.DataFrame) -> None:
    places = list(range(len(table)))
    axes.errorbar(table["effect"], places, xerr=_half(table), fmt="D", color="0.2", markersize=3.5, capsize=2)
    axes.set_yticks(places, list(table["name"]))
    axes.set(ylim=(len(table) - 0.5, -0.5), xlabel="effect on test accuracy (points)", title="Interactions")
    axes.axvline(0, color="0.3", linewidth=0.8, zorder=0)


def _dots(axes: Axes, places: list[float], rows: pd.DataFrame, kind: str) -> None:
    look = {**LOOKS[kind], "linestyle": "none", "capsize": 2, "label": LABELS[kind]}
    axes.errorbar(rows["effect"], places, xerr=_half(rows), **look)


def _half(rows: pd.DataFrame) -> pd.Series:
    return rows["upper"] - rows["effect"]
