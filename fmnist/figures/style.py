"""One look for every figure: one palette, readable in black and white, sized for a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from fmnist.common.files import atomic

PAGE_WIDTH = 7.2  # inches: the text width of the report, so that 8 pt stays 8 pt
ORIGINAL: dict[str, Any] = {
    "marker": "D",
    "color": "black",
    "markerfacecolor": "none",
    "linestyle": "none",
    "markersize": 4.5,
}
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (6, 2, 1, 2, 1, 2)))


def use_style() -> None:
    """Set matplotlib up for deterministic SVG and a sober look."""
    mpl.use("Agg")
    sns.set_theme(
        context="paper",
        style="ticks",
        rc={
            "axes.grid": True,
            "axes.labelsize": 8,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": 8.5,
            "figure.constrained_layout.use": True,
            "font.family": "DejaVu Sans",  # ships with matplotlib: the same on every machine
            "font.size": 8,
            "grid.alpha": 0.3,
            "grid.linewidth": 0.5,
            "legend.fontsize": 6.5,
            "legend.frameon": False,
            "lines.linewidth": 1.2,
            "svg.hashsalt": "fmnist",  # the same figure is the same bytes
            "xtick.labelsize": 7,
            "ytick.labelsize": 7,
        },
    )


def colours(count: int, ordered: bool) -> list[tuple[float, ...]]:
    """Return one colour per value: dark to light where values are ordered, else distinct.

    Lines have styles of their own beside their colours, so that nothing is lost in print.
    """
    if not ordered:
        return [tuple(colour) for colour in sns.color_palette("colorblind", count)]
    # Stop before the lightest tones, which vanish on white paper.
    return [tuple(colour) for colour in mpl.colormaps["viridis"]([0.82 * i / max(count - 1, 1) for i in range(count)])]


def is_geometric(values: Sequence[object]) -> bool:
    """Tell whether swept values want a logarithmic axis: all positive, spanning eightfold."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return len(numbers) == len(values) > 2 and min(numbers) > 0 and max(numbers) / min(numbers) >= 8


def log_where_wide(axes: Axes, values: Sequence[float], ratio: float = 10) -> None:
    """Make the y axis logarithmic where positive values span more than `ratio`."""
    positive = [value for value in values if value > 0]
    if positive and max(positive) / min(positive) > ratio:
        axes.set_yscale("log")
        plain_log_ticks(axes.yaxis)


def plain_log_ticks(axis: Axis) -> None:
    """Give a logarithmic axis ticks at 1, 2 and 5, written as plain numbers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def save_svg(figure: Figure, path: Path) -> None:
    """Write a figure as SVG, without its date, atomically, and close it."""
    with atomic(path) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None})
    plt.close(figure)
