"""The figures of the classes: which is taken for which, and what each change does to every one of them."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fmnist.analysis.class_changes import Change, Panel
from fmnist.analysis.statistics import Array
from fmnist.common.wording import signed
from fmnist.data.fashion_mnist import CLASS_NAMES
from fmnist.figures.style import PAGE_WIDTH, use_style

MOST_ROWS = 30  # changes in a figure: more would not fit a page
TITLE = 36  # letters in a line of a title: more would not fit a panel
GREY = "0.92"  # what is recognised: the colours are for the errors
SATURATED = 90  # the percentile of all changes at which the colours end: one poor run must not pale the others
_RIGHT = np.eye(len(CLASS_NAMES), dtype=bool)
_CENTRES = np.arange(len(CLASS_NAMES)) + 0.5


def confusion_figure(panels: Sequence[Panel]) -> Figure:
    """Draw confusion matrices side by side; errors are coloured, and numbers that round to 0 are left out."""
    use_style()
    if not panels:
        return _nothing("No run of the original's experiments whose predictions are known: no confusion matrix.")
    figure, row = plt.subplots(1, len(panels), figsize=(PAGE_WIDTH, 3.05), squeeze=False)
    most = max(1.0, *(float(np.nanmax(panel.percent, where=~_RIGHT, initial=0)) for panel in panels))
    reds = mpl.colormaps["Reds"].with_extremes(under=GREY)
    for axes, panel in zip(row[0], panels, strict=True):
        texts = np.vectorize(lambda percent: f"{percent:.0f}".removeprefix("0"))(panel.percent)
        errors = np.where(_RIGHT, -1, panel.percent)  # below the colours: grey
        _cells(axes, errors, texts, bold=_RIGHT, size=5.2, cmap=reds, vmin=0, vmax=most)
        axes.set(title=fill(panel.title, TITLE), xlabel="predicted class")
        axes.set_xticks(_CENTRES, CLASS_NAMES, rotation=90)
        axes.set_yticks(_CENTRES if axes is row[0][0] else [], CLASS_NAMES if axes is row[0][0] else [], rotation=0)
    row[0][0].set_ylabel("true class")
    places = {"ax": list(row[0]), "shrink": 0.62, "aspect": 18, "ticks": MaxNLocator(5, integer=True)}
    _colour_bar(figure, row[0][0], "taken for another class (%)", **places)
    return figure


def classes_figure(changes: Sequence[Change]) -> Figure:
    """Draw what every change does to the accuracy of each class, in points; bold: beyond seed noise.

    Of more than MOST_ROWS changes, those that move a class most are drawn.
    """
    use_style()
    if not changes:
        return _nothing(
            "No base case, or no change of it that is not a number, whose predictions are known: nothing to compare."
        )
    rows = _largest(changes)
    points = np.array([change.difference for change in rows])
    shown = np.array([change.shown for change in rows])
    end = max(float(np.nanpercentile(abs(points), SATURATED)), 0.1)
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 1.15 + 0.2 * len(rows)))
    texts = np.vectorize(lambda number: signed(number, 1))(points)
    _cells(axes, points, texts, bold=shown, size=6, cmap="RdBu", vmin=-end, vmax=end)
    axes.set_xticks(_CENTRES, CLASS_NAMES, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(np.arange(len(rows)) + 0.5, [change.name for change in rows], rotation=0)
    extend = "both" if np.nanmax(abs(points)) > end else "neither"
    _colour_bar(figure, axes, "against the base case (points)", ax=axes, extend=extend)
    return figure


def _largest(changes: Sequence[Change]) -> list[Change]:
    """The changes to draw, in their own order."""
    ranked = sorted(changes, key=lambda change: -float(np.nanmax(abs(change.difference))))
    kept = {change.run_id for change in ranked[:MOST_ROWS]}
    return [change for change in changes if change.run_id in kept]


def _cells(axes: Axes, values: Array, texts: Array, *, bold: Array, size: float, **colours: Any) -> None:
    """Fill a grid, [row, column], with colours and texts, the first row on top; `bold` tells which texts are."""
    look = {"annot_kws": {"fontsize": size}, "linewidths": 0.4, "cbar": False}
    sns.heatmap(values, annot=texts, fmt="", ax=axes, **look, **colours)
    for text in axes.texts:
        column, row = map(int, text.get_position())
        text.set_fontweight("bold" if bold[row, column] else "normal")
    axes.tick_params(length=0, labelsize=6.5)


def _colour_bar(figure: Figure, axes: Axes, name: str, **place: Any) -> None:
    bar = figure.colorbar(axes.collections[0], pad=0.015, **place)
    bar.set_label(name, fontsize=7)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=6.5)


def _nothing(sentence: str) -> Figure:
    """A figure that says why it is empty."""
    figure = plt.figure(figsize=(PAGE_WIDTH, 0.5))
    figure.text(0.5, 0.5, sentence, ha="center", va="center")
    return figure
