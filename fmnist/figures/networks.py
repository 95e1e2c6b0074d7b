"""A drawing of each network, made from its layer list, legible in black and white."""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from fmnist.analysis.network_layers import Layer, Shape, format_shape
from fmnist.figures.style import use_style

LINE, FAINT, SHADE = "#222222", "#9a9a9a", "#e4e4e4"
PITCH = 1.08  # inches from block to block of a convolutional network
COLUMNS, SPACING = 1.5, 1.55  # inches: where the columns of a fully connected network begin, and how far apart

# Layers that change a stage's values but start no new stage of the drawing.
PART_OF_A_STAGE = {"BatchNorm2d", "Dropout", "Tanh", "ReLU", "LeakyReLU"}


@dataclass(frozen=True, slots=True)
class Stage:
    """What the drawing shows as one block: an array, and the operations that lead to it."""

    operations: list[str]
    shape: Shape


def stages(layers: Sequence[Layer]) -> list[Stage]:
    """Group a layer list into the blocks of a drawing.

    An activation, normalisation or dropout belongs to the layer before it, a reshape to the
    layer after it.
    """
    found: list[Stage] = []
    waiting: list[str] = []
    for layer in layers:
        if layer.kind == "Flatten":
            waiting.append("reshape")
        elif layer.kind in PART_OF_A_STAGE and found:
            found[-1].operations.append(layer.name)
        else:
            found.append(Stage([*waiting, layer.name], layer.shape))
            waiting = []
    return found


def convolutional(layers: Sequence[Layer]) -> Figure:
    """Draw feature maps as stacks of sheets and vectors as columns."""
    blocks = stages(layers)
    figure, axes = _canvas(width=len(blocks) * PITCH, height=1.6)
    for place, block in enumerate(blocks):
        x = place * PITCH
        is_map = len(block.shape) == 3 and block.shape[1] > 1
        top = _sheets(axes, x, block.shape[0], block.shape[1]) if is_map else _column(axes, x, block.shape[0])
        axes.text(x, top + 0.08, format_shape(block.shape), ha="center", va="bottom", weight="bold")
        if place:
            _arrow(axes, x - PITCH / 2, half_length=0.1)
            _operations(axes, x - PITCH / 2, -0.85, block.operations)
        else:
            axes.text(x, -top - 0.08, "input image", ha="center", va="top")
    return figure


def _sheets(axes: Axes, x: float, channels: int, side: int) -> float:
    """Draw a stack of feature maps; return the height of its top."""
    size = 0.55 * math.sqrt(side / 28)  # grows with the root of the side: 5 × 5 stays visible beside 28 × 28
    count = 1 if channels == 1 else min(2 + round(math.log2(channels)), 7)
    offsets = 0.035 * (np.arange(count) - (count - 1) / 2)
    for index in reversed(range(count)):
        corner = (x - size / 2 + offsets[index], -size / 2 + offsets[index])
        _box(axes, corner, size, size, SHADE if index % 2 else "white")
    return float(size / 2 + offsets[-1])


def _column(axes: Axes, x: float, length: int) -> float:
    """Draw a vector as a column of at most twelve cells; return the height of its top."""
    height, cells = min(0.19 * math.log2(length + 1), 1.5), min(length, 12)
    _box(axes, (x - 0.05, -height / 2), 0.1, height, SHADE)
    heights = np.linspace(-height / 2, height / 2, cells + 1)[1:-1]
    axes.hlines(heights, x - 0.05, x + 0.05, color=LINE, linewidth=0.4)
    return height / 2


def fully_connected(layers: Sequence[Layer]) -> Figure:
    """Draw an image, its vector and each layer's units with their connections."""
    blocks = stages(layers)
    sizes = [math.prod(blocks[0].shape), *(block.shape[0] for block in blocks[1:])]
    figure, axes = _canvas(width=5.6, height=2.2)
    _image(axes, format_shape(blocks[0].shape))
    columns = []
    for k, (block, size) in enumerate(zip(blocks, sizes, strict=True)):
        x = COLUMNS + SPACING * k
        columns.append((x, _units(axes, x, size)))
        axes.text(x, 1.18, f"{size}", ha="center", va="bottom", weight="bold")
        operations = [operation for operation in block.operations if operation != "reshape"]
        _operations(axes, x, -1.22, operations if k else ["pixels"])
    for (x, left), (next_x, right) in itertools.pairwise(columns):
        ends = np.array(list(itertools.product(left, right))).T
        axes.plot([x, next_x], ends, color=FAINT, linewidth=0.3, zorder=1)
    return figure


def _image(axes: Axes, shape: str) -> None:
    _box(axes, (-0.45, -0.45), 0.9, 0.9, "white")
    lines = np.linspace(-0.45, 0.45, 15)[1:-1]
    axes.vlines(lines, -0.45, 0.45, color=FAINT, linewidth=0.3)
    axes.hlines(lines, -0.45, 0.45, color=FAINT, linewidth=0.3)
    axes.text(0, 0.53, shape, ha="center", va="bottom", weight="bold")
    axes.text(0, -0.53, "input image", ha="center", va="top")
    _arrow(axes, 0.95, half_length=0.16)
    axes.text(0.95, 0.1, "reshape", ha="center", va="bottom")


def _units(axes: Axes, x: float, size: int) -> list[float]:
    """Draw a column of at most ten units, with dots where some are left out; return their heights."""
    shown = min(size, 10)
    heights = [float(y) for y in np.linspace(1, -1, shown)] if shown > 1 else [0.0]
    if size > shown:
        del heights[shown // 2 - 1 : shown // 2 + 1]
        axes.text(x, 0.0, "⋮", ha="center", va="center", size=13)
    for y in heights:
        axes.add_patch(Circle((x, y), 0.075, facecolor="white", edgecolor=LINE, linewidth=0.8, zorder=3))
    return heights


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Make axes without a frame, one unit an inch; save it cropped, for texts may stand outside."""
    use_style()
    figure = plt.figure(figsize=(width, height))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.5, width - 0.5), ylim=(-height / 2, height / 2))
    axes.axis("off")
    return figure, axes


def _box(axes: Axes, corner: tuple[float, float], width: float, height: float, face: str) -> None:
    axes.add_patch(Rectangle(corner, width, height, facecolor=face, edgecolor=LINE, linewidth=0.7))


def _arrow(axes: Axes, x: float, half_length: float) -> None:
    look = {"arrowstyle": "-|>", "mutation_scale": 7, "color": LINE, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (x + half_length, 0), (x - half_length, 0), arrowprops=look)


def _operations(axes: Axes, x: float, y: float, operations: Sequence[str]) -> None:
    # A column is narrow: a new line for each operation, after a comma and before a size.
    lines = [re.sub(r", | (?=\d+ [×→])", lambda m: m[0].rstrip() + "\n", operation) for operation in operations]
    axes.text(x, y, "\n".join(lines), ha="center", va="top", linespacing=1.3)


DRAWINGS = {"fc": fully_connected, "lenet5": convolutional}
