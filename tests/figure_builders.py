"""How to read in a figure."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fmnist.figures.svg import save_svg


def points(axes: Axes, label: str) -> list[tuple[float, float]]:
    """Return the points of all lines and error bars of a label."""
    lines = [line for line in axes.lines if line.get_label() == label]
    bars = [container.lines[0] for container in axes.containers if container.get_label() == label]
    found = [(float(x), float(y)) for line in (*lines, *bars) for x, y in zip(*line.get_data(), strict=True)]
    return [point for point in found if np.isfinite(point).all()]


def seeds(axes: Axes) -> list[list[tuple[float, float]]]:
    """Return the dots of every strip of seeds."""
    strips = [dots for dots in axes.collections if isinstance(dots, PathCollection)]
    return [[(float(x), float(y)) for x, y in np.asarray(strip.get_offsets())] for strip in strips]


def curves(axes: Axes) -> list[Line2D]:
    """Return the lines that have data; those of a legend have none."""
    return [line for line in axes.lines if len(line.get_xdata()) and line.get_linestyle() != "None"]


def ticks(axes: Axes, axis: str) -> list[str]:
    """Return the names at an axis, each in one line."""
    return [text.get_text().replace("\n", " ") for text in getattr(axes, f"get_{axis}ticklabels")()]


def legend_of(figure: Figure) -> list[str]:
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


def svg(figure: Figure, folder: Path) -> bytes:
    """Save a figure, and return the file."""
    save_svg(figure, folder / "figure.svg")
    return (folder / "figure.svg").read_bytes()
