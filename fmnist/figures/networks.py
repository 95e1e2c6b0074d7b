"""A drawing of a network, made from its layer list, legible in black and white."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from fmnist.analysis.network_layers import Layer, Shape, format_shape
from fmnist.figures.style import use_style

LINE, FAINT, SHADE = "#222222", "#9a9a9a", "#e4e4e4"
PITCH, HEIGHT = 0.92, 2.0  # inches: from array to array, and of the whole drawing
MOST_UNITS, LONGEST_LINE = 10, 13  # of a vector that are drawn; letters below an array

# Layers that change an array's values and have no array of their own in the drawing.
PART_OF_A_STAGE = {"BatchNorm2d", "Dropout", "Tanh", "ReLU", "LeakyReLU"}


@dataclass(frozen=True, slots=True)
class Stage:
    """An array of the drawing, and the operations that lead to it."""

    operations: list[str]
    shape: Shape


def stages(layers: Sequence[Layer]) -> list[Stage]:
    """Group a layer list into arrays: an activation, normalisation or dropout belongs to the layer before it."""
    found: list[Stage] = []
    for layer in layers:
        if layer.kind in PART_OF_A_STAGE and found:
            found[-1].operations.append(layer.name)
        else:
            found.append(Stage([layer.name], layer.shape))
    return found


def network_figure(layers: Sequence[Layer]) -> Figure:
    """Draw feature maps as stacks of sheets, and vectors as columns of units with their connections.

    Save it cropped: texts may reach beyond the figure.
    """
    use_style()
    arrays = stages(layers)
    figure = plt.figure(figsize=(len(arrays) * PITCH, HEIGHT), layout="none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-PITCH / 2, (len(arrays) - 0.5) * PITCH), ylim=(-HEIGHT / 2, HEIGHT / 2))
    axes.axis("off")
    units: list[float] = []
    for place, array in enumerate(arrays):
        x, before = place * PITCH, units
        units = _units(axes, x, array.shape[0]) if len(array.shape) == 1 else []
        top = max(units) if units else _sheets(axes, x, *array.shape[:2])
        axes.text(x, top + 0.1, format_shape(array.shape), ha="center", va="bottom", weight="bold")
        axes.text(x, -0.8, _lines(array.operations), ha="center", va="top", linespacing=1.3)
        if units and before:
            ends = np.stack(np.meshgrid(before, units)).reshape(2, -1)
            axes.plot([x - PITCH, x], ends, color=FAINT, linewidth=0.3, zorder=1)
        elif place:
            _arrow(axes, x - PITCH / 2)
    return figure


def _sheets(axes: Axes, x: float, channels: int, side: int) -> float:
    """Draw a stack of feature maps; return the height of its top."""
    size = 0.55 * math.sqrt(side / 28)  # grows with the root of the side: 5 × 5 stays visible beside 28 × 28
    count = 1 if channels == 1 else min(2 + round(math.log2(channels)), 7)
    offsets = 0.035 * (np.arange(count) - (count - 1) / 2)
    for index in reversed(range(count)):
        corner = (x - size / 2 + offsets[index], -size / 2 + offsets[index])
        face = SHADE if index % 2 else "white"
        axes.add_patch(Rectangle(corner, size, size, facecolor=face, edgecolor=LINE, linewidth=0.7))
    return float(size / 2 + offsets[-1])


def _units(axes: Axes, x: float, size: int) -> list[float]:
    """Draw a vector as a column of units, with dots where some are left out; return their heights."""
    shown = min(size, MOST_UNITS)
    heights = [float(y) for y in np.linspace(0.65, -0.65, shown)] if shown > 1 else [0.0]
    if size > shown:
        del heights[shown // 2 - 1 : shown // 2 + 1]
        axes.text(x, 0, "⋮", ha="center", va="center", size=11)
    for y in heights:
        axes.add_patch(Circle((x, y), 0.05, facecolor="white", edgecolor=LINE, linewidth=0.8, zorder=3))
    return heights


def _arrow(axes: Axes, x: float) -> None:
    look = {"arrowstyle": "-|>", "mutation_scale": 7, "color": LINE, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (x + 0.1, 0), (x - 0.1, 0), arrowprops=look)


def _lines(operations: Sequence[str]) -> str:
    """Wrap each operation, but never inside `5 × 5` or `120 → 84`."""
    return "\n".join(fill(re.sub(" ([×→]) ", "\u00a0\\1\u00a0", operation), LONGEST_LINE) for operation in operations)
