"""All verdicts in one view: every claim's effect, in units of its margin."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fmnist.claims import verdicts
from fmnist.figures.style import PAGE_WIDTH, shared_legend, use_style

ROW = 0.155  # inches: the height of one claim
# Marks differ in shape and colour, to be legible in black and white.
MARKS: dict[str, dict[str, Any]] = {
    verdicts.HOLDS: {"color": "#0b6e4f", "marker": "o"},
    verdicts.SMALL: {"color": "#0b6e4f", "marker": "o", "markerfacecolor": "white"},
    verdicts.NO_DIFFERENCE: {"color": "#5b5b5b", "marker": "s", "markerfacecolor": "white"},
    verdicts.FAILS: {"color": "#b3381f", "marker": "X"},
    verdicts.DEPENDS: {"color": "#8a5a00", "marker": "P"},
    verdicts.OPEN: {"color": "#9a9a9a", "marker": "D"},
    verdicts.TOO_FEW: {"color": "#9a9a9a", "marker": "."},
}
LINEAR = 2.0  # margins: beyond them the axis is logarithmic
TICKS = (0, 1, 2, 5, 10, 20, 50, 100)


def overview_figure(table: pd.DataFrame) -> Figure:
    """Draw claims.csv: each claim's effect and bounds, in margins, to the right if as claimed.

    Inside the grey band no difference matters. Claims about loss curves, and those that are not
    testable, have no effect in margins and no mark.
    """
    use_style()
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 0.7 + ROW * len(table)))
    axes.axvspan(-1, 1, color="0.93", linewidth=0, zorder=0)
    axes.axvline(0, color="0.3", linewidth=0.8)
    in_margins = _in_margins(table)
    for verdict, mark in MARKS.items():
        own = in_margins[(table["verdict"] == verdict) & in_margins["effect"].notna()]
        axes.hlines(own.index, own["lower"], own["upper"], color=mark["color"], linewidth=1.3)
        if len(own):
            axes.plot(own["effect"], own.index, linestyle="none", markersize=4.5, label=verdict, **mark)
    axes.set_yticks(range(len(table)), list(table["id"]))
    axes.set_ylim(len(table) - 0.4, -0.6)
    _margin_axis(axes, np.nanmax([1.0, *abs(in_margins.to_numpy()).ravel()]))
    shared_legend(figure, "upper")
    return figure


def _in_margins(table: pd.DataFrame) -> pd.DataFrame:
    """Return effects and their bounds in units of the margin; percent as logarithms, as they are tested."""
    sizes = table[["effect", "lower", "upper", "margin"]].astype(float)
    in_percent = table["unit"] == "%"
    sizes[in_percent] = np.log1p(sizes[in_percent].to_numpy() / 100)
    return sizes[["effect", "lower", "upper"]].div(sizes["margin"], axis=0)


def _margin_axis(axes: Axes, furthest: float) -> None:
    axes.set_xscale("symlog", linthresh=LINEAR, linscale=1.2)
    axes.set_xlim(-1.15 * furthest - 0.2, 1.15 * furthest + 0.2)
    ticks = sorted({sign * tick for sign in (-1, 1) for tick in TICKS if tick <= 1.15 * furthest})
    axes.set_xticks(ticks, [f"{abs(tick)}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("← the opposite      effect in margins      as claimed →")
