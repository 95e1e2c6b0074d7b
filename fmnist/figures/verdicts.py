"""All verdicts in one view: every claim's effect, in units of what matters."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from fmnist.claims import verdicts
from fmnist.figures.style import PAGE_WIDTH, use_style

ROW = 0.165  # inches: the height of one claim
# Marks differ in shape as in colour: the figure is read in black and white, too.
MARKS: dict[str, dict[str, Any]] = {
    verdicts.SUPPORTED: {"color": "#0b6e4f", "marker": "o"},
    verdicts.SMALL: {"color": "#0b6e4f", "marker": "o", "markerfacecolor": "white"},
    verdicts.EQUIVALENT: {"color": "#5b5b5b", "marker": "s", "markerfacecolor": "white"},
    verdicts.INCONCLUSIVE: {"color": "#9a9a9a", "marker": "D"},
    verdicts.CONTRADICTED: {"color": "#b3381f", "marker": "X"},
    verdicts.TWO_SEEDS: {"color": "#9a9a9a", "marker": "."},
    verdicts.ONE_SEED: {"color": "#9a9a9a", "marker": "."},
}
LINEAR = 2.0  # margins: beyond them the axis is logarithmic


def overview_figure(table: pd.DataFrame) -> Figure:
    """Draw claims.csv: each claim's effect and interval, in margins, to the right where it is as claimed.

    Between the two lines nothing matters. Claims about the shape of a curve, and those that are
    not testable, have no effect in margins and no mark.
    """
    use_style()
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 0.7 + ROW * len(table)))
    axes.axvspan(-1, 1, color="0.93", linewidth=0, zorder=0)
    axes.axvline(0, color="0.3", linewidth=0.8)
    ends = [1.0]
    for height, row in enumerate(table.to_dict("records")):
        ends += _claim(axes, height, {str(name): value for name, value in row.items()})
    axes.set_yticks(range(len(table)), list(table["id"]))
    axes.set_ylim(len(table) - 0.4, -0.6)
    _margin_axis(axes, max(abs(end) for end in ends))
    _legend(figure, axes)
    return figure


def _claim(axes: Axes, height: float, row: dict[str, Any]) -> list[float]:
    """Draw one claim; return what its axis has to hold."""
    if row["verdict"] not in MARKS or pd.isna(row["margin"]) or pd.isna(row["effect"]):
        return []
    sign = row["expected_sign"] or 1
    effect, *ends = (sign * _in_margins(row[name], row) for name in ("effect", "lower", "upper"))
    mark = {"linestyle": "none", "markersize": 4.5, "label": row["verdict"], **MARKS[row["verdict"]]}
    if not np.isnan(ends).any():
        axes.plot(ends, [height, height], color=mark["color"], linewidth=1.3)
    axes.plot([effect], [height], **mark)
    return [effect, *(end for end in ends if np.isfinite(end))]


def _in_margins(size: float, row: dict[str, Any]) -> float:
    """An effect in units of its margin; percent as the logarithms in which they are tested."""
    if row["unit"] == "%":
        return float(np.log1p(size / 100) / np.log1p(row["margin"] / 100))
    return float(size / row["margin"])


def _margin_axis(axes: Axes, furthest: float) -> None:
    axes.set_xscale("symlog", linthresh=LINEAR, linscale=1.2)
    axes.set_xlim(-1.15 * furthest - 0.2, 1.15 * furthest + 0.2)
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100) if tick <= 1.15 * furthest]
    axes.xaxis.set_major_locator(FixedLocator([*(-tick for tick in reversed(ticks)), 0, *ticks]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("← the opposite      effect in units of the margin      as claimed →")


def _legend(figure: Figure, axes: Axes) -> None:
    """Name every verdict that occurs, once, in the order of the list."""
    handles, labels = axes.get_legend_handles_labels()
    found = dict(zip(labels, handles, strict=True))
    shown: Sequence[str] = [verdict for verdict in MARKS if verdict in found]
    if shown:
        figure.legend([found[verdict] for verdict in shown], shown, loc="outside upper center", ncols=len(shown))
