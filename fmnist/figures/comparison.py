"""The figure of report section 7: every reported number beside the replicated one."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fmnist.figures.style import ORIGINAL, OURS, PAGE_WIDTH, plain_log_ticks, shared_legend, use_style
from fmnist.plan.experiments import Experiment
from fmnist.plan.names import compared_run, name

ROW = 0.155  # inches: the height of a run
FEWEST_ROWS = 3  # a lower figure has no room for its axes


def comparison_figure(table: pd.DataFrame, experiments: Mapping[str, Experiment]) -> Figure:
    """Draw reported_vs_replicated.csv: one row a run, accuracies left, losses right.

    Everything is relative to our mean: differences in points, and ratios of losses. Grey bars are 95%
    prediction intervals; one seed has none.
    """
    use_style()
    run = ["experiment", "value"]
    pairs = table[run].drop_duplicates().itertuples(index=False)
    runs = [compared_run(str(experiment), str(value), experiments) for experiment, value in pairs]
    names = [name(one, experiments, within=False) for one in runs]
    table = _relative(table).assign(row=table.groupby(run, sort=False).ngroup())
    rows = max(len(names), FEWEST_ROWS)
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 0.6 + ROW * rows), sharey=True)
    _panel(left, table[table["measure"] == "accuracy"])
    _panel(right, table[table["measure"] == "train_loss"])
    left.set(xlabel="accuracy − our mean (points)", ylim=(rows - 0.5, -0.5))
    left.set_yticks(range(len(names)), names)
    right.set_xlabel("loss ÷ our mean")
    if (table.loc[table["measure"] == "train_loss", "mean"] > 0).any():  # an axis without values has no logarithm
        right.set_xscale("log")
        plain_log_ticks(right.xaxis)
    shared_legend(figure, "upper")
    return figure


def _relative(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with accuracies less our mean, and losses over it."""
    numbers, losses = ["reported", "lower", "upper", "mean"], table["measure"] == "train_loss"
    differences, ratios = (table[numbers].sub(table["mean"], axis=0), table[numbers].div(table["mean"], axis=0))
    return table.assign(**differences.where(~losses, ratios))


def _panel(axes: Axes, numbers: pd.DataFrame) -> None:
    several = bool(numbers["lower"].notna().any())
    if several:
        label = "95% prediction interval"
        axes.hlines(numbers["row"], numbers["lower"], numbers["upper"], color="0.75", linewidth=4, label=label)
    label = "ours, mean of all seeds" if several else "ours, one run"
    axes.plot(numbers["mean"], numbers["row"], "o", color=OURS, markersize=4, label=label)
    axes.plot(numbers["reported"], numbers["row"], **{**ORIGINAL, "markersize": 3.5})
