"""The measurements as bars on a logarithmic axis: one panel per case.

A bar begins at the floor, so that its length shows the ratio of a contender's time to the floor.
It begins lower where a contender is faster than the floor, as Winograd's convolution can be.
"""

import math
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from cases import CASES
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from peers import CONTENDERS

from fmnist.figures.style import PAGE_WIDTH, plain_log_ticks, use_style

FLOORS = ("own_shapes", "floor")
COLOURS = {"the original": "#5f5f5f", "other ways": "#c3c3c3", "ours": "#0173b2"}  # three greys in print
COLUMNS = 2


def draw(results: pd.DataFrame, path: Path) -> None:
    """Write the figure."""
    use_style()
    bars = [name for name in dict.fromkeys(results["contender"]) if name not in FLOORS]
    cases = list(dict.fromkeys(results["case"]))
    rows = -(-len(cases) // COLUMNS)
    size = (PAGE_WIDTH, rows * (0.5 + 0.17 * max(len(bars), 3)) + 0.8)
    figure, panels = plt.subplots(rows, COLUMNS, figsize=size, sharey=True, squeeze=False)
    for axes, case in zip(panels.flat, cases, strict=False):
        _panel(axes, results[results["case"] == case].set_index("contender"), bars)
        axes.set_title(CASES[case][0], loc="left", fontsize=8)
    for axes in panels.flat[len(cases) :]:
        axes.set_axis_off()
    _legend(figure)
    figure.supxlabel("seconds per epoch of 60,000 images on one core, logarithmic", fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _panel(axes: Axes, rows: pd.DataFrame, bars: list[str]) -> None:
    measured = rows.query("problem == ''")["seconds_per_epoch"].astype(float)
    start = _start(measured)
    axes.set_xscale("log")
    plain_log_ticks(axes.xaxis)
    for place, name in enumerate(bars):
        row = rows.loc[name] if name in rows.index else {"problem": "left out"}  # by --contenders
        _bar(axes, place, row, start, _colour(name))
    axes.set_yticks(range(len(bars)), [CONTENDERS[name].title for name in bars])
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(start, 2 * max(measured, default=start))  # room for the last bar's number
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if "floor" in measured:
        axes.axvline(measured["floor"], color="black", linewidth=1.2, linestyle=(0, (3, 2)), clip_on=False)


def _start(measured: "pd.Series[float]") -> float:
    """Return where the bars begin: at the floor, or lower if a contender is faster or there is no floor."""
    contenders = measured.drop(list(FLOORS), errors="ignore")
    return min(measured.get("floor", math.inf), 0.8 * min(contenders, default=1.0))


def _bar(axes: Axes, place: int, row: Any, start: float, colour: str) -> None:
    if row["problem"]:
        axes.annotate(row["problem"].split(":")[0], (start, place), (3, 0), style="italic", **TEXT)
        return
    axes.barh(place, row["seconds_per_epoch"] - start, left=start, height=0.72, color=colour)
    axes.hlines(place, row["fastest"], row["slowest"], color="black", linewidth=0.8)
    axes.annotate(f"{row['seconds_per_epoch']:.3g}", (row["slowest"], place), (3, 0), **TEXT)


TEXT: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 6.5}


def _legend(figure: Any) -> None:
    patches = [Patch(color=colour, label=label) for label, colour in COLOURS.items()]
    title = "A bar is the median of the rounds, its black line the fastest to the slowest.\n"
    title += "Dashed: the floor, the matrix products of the steps alone at the machine's best rate."
    figure.legend(handles=patches, loc="outside upper left", ncols=3, title=title, alignment="left", title_fontsize=7)


def _colour(name: str) -> str:
    return COLOURS["the original" if name == "original" else "ours" if name.startswith("our_") else "other ways"]
