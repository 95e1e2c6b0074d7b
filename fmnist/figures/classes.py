"""The figures of the classes: confusion matrices, and the effect of each change on each class."""

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
from fmnist.figures.style import PAGE_WIDTH, use_style

TITLE = 36  # letters in a line of a title: more would not fit a panel
GREY = "0.92"  # of correct predictions: the colours are for the errors
SATURATED = 90  # percentile of all changes at which the colours end, or one poor run would pale the others


def confusion_figure(panels: Sequence[Panel], classes: Sequence[str]) -> Figure:
    """Draw confusion matrices side by side; errors are coloured, and numbers that round to 0 are left out."""
    use_style()
    if not panels:
        return _nothing("No run of the original's experiments whose predictions are known: no confusion matrix.")
    figure, [row] = plt.subplots(1, len(panels), figsize=(PAGE_WIDTH, 3.05), squeeze=False)
    right = np.eye(len(classes), dtype=bool)
    # Below the range of the colours: grey.
    errors = [np.where(right, -1, panel.percent) for panel in panels]
    reds = mpl.colormaps["Reds"].with_extremes(under=GREY)
    look: dict[str, Any] = {"bold": right, "cmap": reds, "vmin": 0, "vmax": max(1, np.nanmax(errors))}
    for axes, panel, colours in zip(row, panels, errors, strict=True):
        texts = np.vectorize(lambda percent: f"{percent:.0f}".removeprefix("0"))(panel.percent)
        _cells(axes, colours, texts, classes, classes if axes is row[0] else (), **look)
        axes.tick_params(axis="x", rotation=90)
        axes.set(title=fill(panel.title, TITLE), xlabel="predicted class")
    row[0].set_ylabel("true class")
    places = {"ax": list(row), "shrink": 0.62, "aspect": 18, "ticks": MaxNLocator(5, integer=True)}
    _colour_bar(figure, row[0], "taken for another class (%)", **places)
    return figure


def classes_figure(changes: Sequence[Change], classes: Sequence[str]) -> Figure:
    """Draw the effect of every change on the accuracy of each class, in points; bold: beyond seed noise."""
    use_style()
    if not changes:
        return _nothing("No base case, or no categorical change of it, whose predictions are known: no comparison.")
    points = np.array([change.difference for change in changes])
    shown = np.array([change.shown for change in changes])
    end = max(float(np.nanpercentile(abs(points), SATURATED)), 0.1)
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 1.15 + 0.2 * len(changes)))
    texts = np.vectorize(lambda number: signed(number, 1))(points)
    names = [change.name for change in changes]
    _cells(axes, points, texts, classes, names, bold=shown, cmap="RdBu", vmin=-end, vmax=end)
    plt.setp(axes.get_xticklabels(), rotation=35, ha="right", rotation_mode="anchor")
    extend = "both" if np.nanmax(abs(points)) > end else "neither"
    _colour_bar(figure, axes, "points", ax=axes, extend=extend)
    return figure


def _cells(
    axes: Axes, values: Array, texts: Array, classes: Sequence[str], rows: Sequence[str], *, bold: Array, **look: Any
) -> None:
    """Fill a grid of `rows` by classes with colours and texts; `bold` is [row, column]."""
    look |= {"xticklabels": classes, "yticklabels": rows or False}
    sns.heatmap(values, annot=texts, fmt="", ax=axes, linewidths=0.4, cbar=False, **look)
    for text, weight in zip(axes.texts, np.where(bold, "bold", "normal").flat, strict=True):
        text.set_fontweight(weight)
    axes.tick_params(length=0)
    axes.tick_params(axis="y", rotation=0)


def _colour_bar(figure: Figure, axes: Axes, name: str, **place: Any) -> None:
    bar = figure.colorbar(axes.collections[0], pad=0.015, **place)
    bar.set_label(name)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)


def _nothing(sentence: str) -> Figure:
    """Return a figure that says why it is empty."""
    figure = plt.figure(figsize=(PAGE_WIDTH, 0.5))
    figure.text(0.5, 0.5, sentence, ha="center", va="center")
    return figure
