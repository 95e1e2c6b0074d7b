"""A drawing of each network, made from its layer list, legible in black and white."""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from fmnist.analysis.network_layers import Layer, Shape, format_shape

# Text as paths: the file looks the same on a machine without the font. No date and a fixed
# salt: drawing twice gives the same bytes.
_SVG: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "fmnist",
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
}
_PITCH = 1.0  # inches from block to block
_LINE, _FAINT, _FACE, _SHADE = "#222222", "#9a9a9a", "#ffffff", "#e4e4e4"

# Layers that change a stage's values but start no new stage of the drawing.
_PART_OF_A_STAGE = {"BatchNorm2d", "Dropout", "Tanh", "ReLU", "LeakyReLU"}


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
        elif layer.kind in _PART_OF_A_STAGE and found:
            found[-1].operations.append(layer.name)
        else:
            found.append(Stage([*waiting, layer.name], layer.shape))
            waiting = []
    return found


def draw_convolutional(layers: Sequence[Layer], path: Path) -> None:
    """Draw feature maps as stacks of sheets and vectors as columns; write an SVG."""
    blocks = stages(layers)
    with rc_context(_SVG):
        figure, axes = _canvas(width=len(blocks) * _PITCH, height=1.6)
        for place, block in enumerate(blocks):
            centre = place * _PITCH
            half_height = _draw_array(axes, centre, block.shape)
            axes.text(centre, half_height + 0.08, format_shape(block.shape), ha="center", va="bottom", weight="bold")
            if place:
                _arrow(axes, centre - _PITCH / 2, half_length=0.1)
                _operations(axes, centre - _PITCH / 2, -0.85, block.operations)
            else:
                axes.text(centre, -half_height - 0.08, "input image", ha="center", va="top")
        _write(figure, path)


def _operations(axes: Axes, x: float, y: float, operations: Sequence[str]) -> None:
    # A column is narrow: a new line for each operation, after a comma and before a size.
    lines = [re.sub(r", | (?=\d+ [×→])", lambda m: m[0].rstrip() + "\n", operation) for operation in operations]
    axes.text(x, y, "\n".join(lines), ha="center", va="top", linespacing=1.3)


def _draw_array(axes: Axes, centre: float, shape: Shape) -> float:
    """Draw one array around (centre, 0); return the half of its height."""
    if len(shape) == 3 and shape[1] > 1:
        return _draw_sheets(axes, centre, channels=shape[0], side=shape[1])
    return _draw_column(axes, centre, length=shape[0])


def _draw_sheets(axes: Axes, centre: float, channels: int, side: int) -> float:
    # The side grows with the root of the map's: 5 x 5 stays visible beside 28 x 28.
    size = 0.55 * math.sqrt(side / 28)
    sheets = 1 if channels == 1 else min(2 + round(math.log2(channels)), 7)
    shift = 0.035
    for k in reversed(range(sheets)):
        offset = (k - (sheets - 1) / 2) * shift
        corner = (centre - size / 2 + offset, -size / 2 + offset)
        face = _SHADE if k % 2 else _FACE
        axes.add_patch(Rectangle(corner, size, size, facecolor=face, edgecolor=_LINE, linewidth=0.7))
    return size / 2 + (sheets - 1) / 2 * shift


def _draw_column(axes: Axes, centre: float, length: int) -> float:
    height = min(0.19 * math.log2(length + 1), 1.5)
    axes.add_patch(
        Rectangle((centre - 0.05, -height / 2), 0.1, height, facecolor=_SHADE, edgecolor=_LINE, linewidth=0.7)
    )
    cells = min(length, 12)
    for k in range(1, cells):
        y = -height / 2 + height * k / cells
        axes.plot([centre - 0.05, centre + 0.05], [y, y], color=_LINE, linewidth=0.4)
    return height / 2


def draw_fully_connected(layers: Sequence[Layer], path: Path) -> None:
    """Draw an image, its vector and each layer's units with their connections; write an SVG."""
    blocks = stages(layers)
    sizes = [math.prod(blocks[0].shape), *(block.shape[0] for block in blocks[1:])]
    with rc_context(_SVG):
        figure, axes = _canvas(width=5.6, height=2.2)
        _draw_image(axes)
        columns = [_units(axes, 1.5 + 1.55 * k, size) for k, size in enumerate(sizes)]
        for left, right in itertools.pairwise(columns):
            _connect(axes, left, right)
        _label_columns(axes, blocks, sizes)
        _write(figure, path)


def _draw_image(axes: Axes) -> None:
    axes.add_patch(Rectangle((-0.45, -0.45), 0.9, 0.9, facecolor=_FACE, edgecolor=_LINE, linewidth=0.8))
    for k in range(1, 14):
        at = -0.45 + 0.9 * k / 14
        axes.plot([at, at], [-0.45, 0.45], color=_FAINT, linewidth=0.3)
        axes.plot([-0.45, 0.45], [at, at], color=_FAINT, linewidth=0.3)
    _arrow(axes, 0.95, half_length=0.16)
    axes.text(0.95, 0.1, "reshape", ha="center", va="bottom")


def _units(axes: Axes, x: float, size: int) -> list[tuple[float, float]]:
    """Draw a column of at most ten units, with dots where some are left out; return their centres."""
    shown = min(size, 10)
    gap = size > shown
    heights = [1.0 - 2.0 * k / (shown - 1) for k in range(shown)] if shown > 1 else [0.0]
    if gap:
        heights = [y for k, y in enumerate(heights) if k not in (shown // 2 - 1, shown // 2)]
        axes.text(x, 0.0, "⋮", ha="center", va="center", size=13)
    for y in heights:
        axes.add_patch(Circle((x, y), 0.075, facecolor=_FACE, edgecolor=_LINE, linewidth=0.8, zorder=3))
    return [(x, y) for y in heights]


def _connect(axes: Axes, left: list[tuple[float, float]], right: list[tuple[float, float]]) -> None:
    for x0, y0 in left:
        for x1, y1 in right:
            axes.plot([x0, x1], [y0, y1], color=_FAINT, linewidth=0.3, zorder=1)


def _label_columns(axes: Axes, blocks: Sequence[Stage], sizes: Sequence[int]) -> None:
    axes.text(0, 0.53, format_shape(blocks[0].shape), ha="center", va="bottom", weight="bold")
    axes.text(0, -0.53, "input image", ha="center", va="top")
    for k, (block, size) in enumerate(zip(blocks, sizes, strict=True)):
        x = 1.5 + 1.55 * k
        operations = [operation for operation in block.operations if operation != "reshape"] if k else ["pixels"]
        axes.text(x, 1.18, f"{size}", ha="center", va="bottom", weight="bold")
        _operations(axes, x, -1.22, operations)


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Make axes without a frame, one unit an inch; what stands outside them is saved as well."""
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")  # the axes are placed by hand, whatever style is set
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(-height / 2, height / 2)
    axes.axis("off")
    return figure, axes


def _arrow(axes: Axes, centre: float, half_length: float) -> None:
    ends = ((centre - half_length, 0.0), (centre + half_length, 0.0))
    axes.add_patch(FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=7, color=_LINE, linewidth=0.9))


def _write(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="svg", bbox_inches="tight", pad_inches=0.04, metadata={"Date": None})


DRAWINGS = {"fc": draw_fully_connected, "lenet5": draw_convolutional}
