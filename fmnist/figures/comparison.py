"""The figure of report section 7: every reported number beside the replicated one."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fmnist.figures.experiment import readable
from fmnist.figures.style import ORIGINAL, PAGE_WIDTH, colours, plain_log_ticks, use_style


def comparison_figure(table: pd.DataFrame) -> Figure:
    """Draw reported_vs_replicated.csv: one row a number, accuracies left, losses right.

    Grey bars are 95% prediction intervals; they are missing where one seed was run.
    """
    use_style()
    rows = [
        f"{readable(e)}: {readable(v)}" for e, v in zip(table["experiment"], table["value"].astype(str), strict=True)
    ]
    table = table.assign(row=rows)
    order = list(dict.fromkeys(rows))
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 0.6 + 0.165 * len(order)), sharey=True)
    _panel(left, table[table["measure"] == "accuracy"], order, "test accuracy (%)")
    _panel(right, table[table["measure"] == "train_loss"], order, "final training loss")
    right.set_xscale("log")
    plain_log_ticks(right.xaxis)
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def _panel(axes: Axes, numbers: pd.DataFrame, order: list[str], name: str) -> None:
    heights = [order.index(row) for row in numbers["row"]]
    several = bool(numbers["lower"].notna().any())
    if several:
        label = "95% prediction interval"
        axes.hlines(heights, numbers["lower"], numbers["upper"], color="0.75", linewidth=4, label=label)
    label = "ours, mean of all seeds" if several else "ours, one run"
    axes.plot(numbers["mean"], heights, "o", color=colours(3, True)[1], markersize=4, label=label)
    axes.plot(numbers["reported"], heights, label="original, one run", **{**ORIGINAL, "markersize": 3.5})
    axes.set_yticks(range(len(order)), order, fontsize=6.5)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_xlabel(name)
