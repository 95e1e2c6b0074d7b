"""The figures of the classes: which is taken for which, and what each change does to every one of them."""

from collections.abc import Sequence
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fmnist.analysis.class_changes import Change, Panel
from fmnist.analysis.statistics import Array
from fmnist.data.fashion_mnist import CLASS_NAMES
from fmnist.figures.style import PAGE_WIDTH, use_style

MOST_ROWS = 30  # changes in a figure: more would not fit a page
TITLE = 36  # letters in a line of a title: more would not fit a panel
RIGHT = "0.92"  # the grey of what is recognised: the colours are for the errors
SATURATED = 90  # the percentile of all changes at which the colours end: one poor run must not pale the others
_CENTRES = np.arange(len(CLASS_NAMES)) + 0.5


def confusion_figure(panels: Sequence[Panel]) -> Figure:
    """Draw confusion matrices side by side; errors are coloured, and numbers that round to 0 are left out."""
    use_style()
    if not panels:
        return _nothing("No run of the original's experiments whose predictions are known: no confusion matrix.")
    figure, row = plt.subplots(1, len(panels), figsize=(PAGE_WIDTH, 3.05), squeeze=False)
    errors = [np.nanmax(np.where(np.eye(len(CLASS_NAMES)) > 0, 0, panel.percent)) for panel in panels]
    most = max(1.0, *map(float, errors))
    scale = ScalarMappable(Normalize(0, most), "Reds")
    for axes, panel in zip(row[0], panels, strict=True):
        _matrix(axes, panel, scale, most)
    row[0][0].set_yticks(_CENTRES, CLASS_NAMES, fontsize=6.5)
    row[0][0].set_ylabel("true class")
    ticks = MaxNLocator(5, integer=True)
    bar = figure.colorbar(scale, ax=list(row[0]), shrink=0.62, aspect=18, pad=0.015, ticks=ticks)
    bar.set_label("taken for another class (%)", fontsize=7)
    _plain(bar.ax)
    return figure


def _matrix(axes: Axes, panel: Panel, scale: ScalarMappable, most: float) -> None:
    right = np.eye(len(CLASS_NAMES)) > 0
    colours = scale.to_rgba(np.nan_to_num(panel.percent))
    colours[right] = [float(RIGHT)] * 3 + [1.0]
    _cells(axes, colours)
    for (true, taken), percent in np.ndenumerate(panel.percent):
        if (text := f"{percent:.0f}") not in ("0", "nan"):
            dark = bool(percent > 0.6 * most) and not right[true, taken]
            _number(axes, (true, taken), text, 5.2, bold=bool(right[true, taken]), dark=dark)
    axes.set_title(fill(panel.title, TITLE))
    axes.set_xlabel("predicted class")
    axes.set_xticks(_CENTRES, CLASS_NAMES, rotation=90, fontsize=6.5)
    axes.set_yticks([])


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
    differences = np.array([change.difference for change in rows])
    end = max(float(np.nanpercentile(abs(differences), SATURATED)), 0.1)
    scale = ScalarMappable(Normalize(-end, end), "RdBu")
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 1.15 + 0.2 * len(rows)))
    _cells(axes, scale.to_rgba(differences))
    for (row, column), points in np.ndenumerate(differences):
        _number(
            axes,
            (row, column),
            _signed(points),
            6,
            bold=bool(rows[row].shown[column]),
            dark=abs(points) > 0.7 * end,
        )
    axes.set_xticks(_CENTRES, CLASS_NAMES, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(np.arange(len(rows)) + 0.5, [change.name for change in rows])
    bar = figure.colorbar(scale, ax=axes, extend="both" if abs(differences).max() > end else "neither", pad=0.015)
    bar.set_label("against the base case (points)", fontsize=7)
    _plain(bar.ax)
    return figure


def _largest(changes: Sequence[Change]) -> list[Change]:
    """The changes that are drawn, in their own order."""
    ranked = sorted(changes, key=lambda change: -float(np.nanmax(abs(change.difference))))
    kept = {change.run_id for change in ranked[:MOST_ROWS]}
    return [change for change in changes if change.run_id in kept]


def _cells(axes: Axes, colours: Array) -> None:
    """Fill a grid of cells, [row, column, colour], the first row on top."""
    rows, columns = colours.shape[:2]
    axes.pcolormesh(np.arange(columns + 1), np.arange(rows + 1), colours, edgecolor="white", linewidth=0.4)
    axes.set_ylim(rows, 0)
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.grid(visible=False)
    axes.tick_params(length=0, labelsize=6.5)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _number(axes: Axes, cell: tuple[int, ...], text: str, size: float, *, bold: bool, dark: bool) -> None:
    row, column = cell
    weight = "bold" if bold else "normal"
    colour = "white" if dark else "0.1"
    axes.text(
        column + 0.5, row + 0.52, text, fontsize=size, weight=weight, color=colour, ha="center", va="center_baseline"
    )


def _signed(points: float) -> str:
    text = f"{points:+.1f}".replace("-", "−")
    return "0.0" if text[1:] == "0.0" else text


def _nothing(sentence: str) -> Figure:
    """A figure that says why there is none."""
    figure = plt.figure(figsize=(PAGE_WIDTH, 0.5))
    figure.text(0.5, 0.5, sentence, ha="center", va="center")
    return figure
