"""One look for every figure: one palette, readable in black and white, sized for a page."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axis import Axis, XAxis, YAxis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

PAGE_WIDTH = 7.2  # inches: the text width of the report, so that points stay points
TEXT = 9  # points: 12 pixels on a phone
MOST_COLUMNS = 5  # of a legend
AXES = {
    "accuracy": "test accuracy (%)",
    "train_loss": "final training loss",
    "generalization_gap": "train minus test accuracy (points)",
    "seconds": "training time (s)",
}
FIRST, OURS = "#7a5bbf", "#1f8a99"  # both legible on white paper and on black
ORIGINAL: dict[str, Any] = {
    "marker": "D",
    "color": "black",
    "markerfacecolor": "none",
    "linestyle": "none",
    "markersize": 4,
    "label": "original, one run",
}


def use_style() -> None:
    """Set matplotlib up for deterministic SVG and a sober look."""
    mpl.use("Agg")
    sns.set_theme(
        context="paper",
        style="ticks",
        rc={
            "axes.grid": True,
            "axes.labelsize": TEXT,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": TEXT,
            "figure.constrained_layout.use": True,
            "font.family": ["DejaVu Sans", "sans-serif"],  # DejaVu ships with matplotlib: the same on every machine
            "font.sans-serif": ["DejaVu Sans"],
            "font.size": TEXT,
            "grid.alpha": 0.3,
            "grid.linewidth": 0.5,
            "legend.fontsize": TEXT,
            "legend.frameon": False,
            "lines.linewidth": 1.2,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "svg.hashsalt": "fmnist",  # the same figure is the same bytes
            "xtick.labelsize": TEXT,
            "ytick.labelsize": TEXT,
        },
    )


def colours(count: int, ordered: bool) -> list[Any]:
    """Return one colour per value: dark to light where values are ordered, else distinct."""
    if not ordered:
        return list(sns.color_palette("colorblind", count))
    # Stop before the lightest tones, which vanish on white paper.
    return [tuple(colour) for colour in mpl.colormaps["viridis"](np.linspace(0, 0.82, count))]


def is_geometric(values: Sequence[object]) -> bool:
    """Return whether swept values need a logarithmic axis: more than two, all positive, spanning eightfold."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return len(numbers) == len(values) > 2 and min(numbers) > 0 and max(numbers) / min(numbers) >= 8


def log_where_wide(axis: XAxis | YAxis, values: Sequence[float], ratio: float = 10) -> None:
    """Make an axis logarithmic where its positive values span more than `ratio`."""
    positive = [value for value in values if value > 0]
    if positive and max(positive) / min(positive) > ratio:
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
        plain_log_ticks(axis)


def plain_log_ticks(axis: Axis, multiples: Sequence[int] = (1, 2, 5)) -> None:
    """Give a logarithmic axis ticks at these multiples of powers of ten, written as plain numbers."""
    axis.set_major_locator(LogLocator(subs=multiples))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def shared_legend(figure: Figure, place: str = "lower") -> None:
    """Put one legend below or above all panels, no wider than the figure, with each label once."""
    entries: dict[str, Any] = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
        if own := axes.get_legend():
            own.remove()
    look: dict[str, Any] = {"loc": f"outside {place} center", "handlelength": 2.8}
    for columns in range(min(len(entries), MOST_COLUMNS), 0, -1):
        legend = figure.legend(entries.values(), entries, ncols=columns, **look)
        if legend.get_window_extent().width <= figure.bbox.width or columns == 1:
            return
        legend.remove()
