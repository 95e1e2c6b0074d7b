"""Names beside the ends of curves, in place of a legend."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from fmnist.analysis.statistics import Array
from fmnist.figures.style import TEXT

ASIDE = 1.06  # of the panel's width: where names begin
LINE = 1.15 * TEXT / 72  # inches: the height of a name


def label_ends(axes: Axes, names: Sequence[str]) -> None:
    """Name the curves of a panel, in order, right of it; a thin line in the curve's colour leads to its end.

    Call this last: it needs the panel's height. Names whose curves end close together are moved apart.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    height = axes.get_window_extent().height / figure.dpi
    ends = {}
    for line, name in zip(axes.lines, names, strict=False):
        points: Array = np.asarray(line.get_xydata())
        points = points[np.isfinite(points).all(axis=1)]
        if len(points):
            ends[name] = (points[-1], line.get_color())
    place = axes.transData + axes.transAxes.inverted()
    heights = apart(np.array([place.transform(end)[1] for end, _ in ends.values()]), LINE / height)
    for (name, (end, colour)), y in zip(ends.items(), heights, strict=True):
        arrow = {"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0.5)}
        aside: dict[str, Any] = {
            "xytext": (ASIDE, y),
            "textcoords": "axes fraction",
            "va": "center",
            "annotation_clip": False,
        }
        axes.annotate(name, (end[0], end[1]), arrowprops=arrow, **aside)


def apart(places: Array, gap: float) -> Array:
    """Return places in the same order, each at least `gap` from the next, moved up only as far as that takes.

    What rises above 1 is moved down again.
    """
    order = np.argsort(places, kind="stable")
    moved = places.astype(float)
    steps = gap * np.arange(len(places))
    moved[order] = np.maximum.accumulate(places[order] - steps) + steps
    top = 1 - steps[::-1]
    moved[order] = np.minimum(moved[order], top)
    return moved
