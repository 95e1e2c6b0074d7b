"""The figure of one experiment: loss curves, and accuracy and final loss by swept value."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fmnist.analysis.factorial import effects_table
from fmnist.analysis.tables import experiment_table
from fmnist.common.wording import setting, word
from fmnist.figures.direct_labels import label_ends
from fmnist.figures.factorial import factorial_figure
from fmnist.figures.style import (
    AXES,
    FIRST,
    ORIGINAL,
    OURS,
    PAGE_WIDTH,
    colours,
    is_geometric,
    log_where_wide,
    plain_log_ticks,
    shared_legend,
    use_style,
)
from fmnist.plan.experiments import CASE, Experiment, Member
from fmnist.plan.names import ComparedRun, name
from fmnist.plan.original import ORIGINAL_EPOCHS, Reported
from fmnist.runs.columns import measured

HEIGHT = 2.8  # inches
MOST_NAMED = 16  # values that an axis can name, or names beside curves
UNITS = {"batch_size": " (images)", "step_size": " (batches)"}


def experiment_figure(experiment: Experiment, runs: pd.DataFrame, curves: pd.DataFrame, reported: Reported) -> Figure:
    """Draw one experiment. `runs` is runs.csv, `curves` is loss.csv of many runs.

    A swept experiment has three panels: training loss by epoch for every value, test
    accuracy (percent) and final training loss against the value, with the original's
    numbers as open diamonds. Without a sweep: losses and accuracies by epoch. Of a full grid of
    two values for three settings or more: what each change adds.
    """
    effects = effects_table(experiment, runs)
    if len(effects):
        return factorial_figure(effects)
    use_style()
    table = experiment_table(experiment, runs, reported)
    table = table.assign(name=[_name(member, experiment) for member in experiment.members], x=_positions(experiment))
    curves = curves.replace([np.inf, -np.inf], np.nan).merge(table[["run_id", "name"]], on="run_id")
    if not experiment.swept:
        return _without_sweep(table, curves)
    # Long labels are slanted or upright, and need room below the panels.
    size = (PAGE_WIDTH, HEIGHT + 0.07 * max(0, table["value"].str.len().max() - 8))
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=size, width_ratios=(1.25, 1, 1))
    _loss_curves(left, experiment, table, curves)
    _original_curves(left, experiment, reported)
    for axes, measure in ((middle, "accuracy"), (right, "train_loss")):
        _by_value(axes, table, runs.assign(value=measured(runs, measure)), measure)
        _value_axis(axes, experiment.swept, table)
    shared_legend(figure)
    if len(table) <= MOST_NAMED:
        label_ends(left, [word(value) for value in table["value"]])
    return figure


def _name(member: Member, experiment: Experiment) -> str:
    """Return a swept value's name as in the tables; a case's own name, without the experiment's title."""
    run = ComparedRun(experiment=experiment.name, value=member.label, run_id=member.run_id)
    return name(run, {experiment.name: experiment}, within=True).removeprefix(f"{experiment.title}, ")


def _loss_curves(axes: Axes, experiment: Experiment, table: pd.DataFrame, curves: pd.DataFrame) -> None:
    ordered = is_geometric([member.values[0] for member in experiment.members])
    _mean_curves(axes, curves, "train_loss", dict(zip(table["name"], colours(len(table), ordered), strict=True)))
    axes.set(ylabel="training loss", title="Training loss by epoch")
    log_where_wide(axes.yaxis, list(curves["train_loss"]))
    if is_geometric(curves.groupby("name")["epoch"].max().tolist()):  # or short runs would be mere dashes
        axes.set_xscale("log")
        plain_log_ticks(axes.xaxis, multiples=(1, 3))  # at 1, 2 and 5, labels of three digits touch


def _mean_curves(axes: Axes, curves: pd.DataFrame, measure: str, palette: dict[str, Any]) -> None:
    """Draw the mean over seeds as a line, and their range as a band; lines differ in colour and dashes."""
    names = {"hue": "name", "hue_order": list(palette), "style": "name", "style_order": list(palette)}
    band = {"errorbar": ("pi", 100), "err_kws": {"linewidth": 0}}
    sns.lineplot(curves, x="epoch", y=measure, palette=palette, ax=axes, legend=False, **names, **band)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _original_curves(axes: Axes, experiment: Experiment, reported: Reported) -> None:
    for member in experiment.members:
        original = reported.runs.get((experiment.name, member.label))
        if original and original.train_loss_by_epoch:
            epochs = np.arange(ORIGINAL_EPOCHS)[-len(original.train_loss_by_epoch) :] + 1
            look = {**ORIGINAL, "markersize": 3, "label": "original's print"}
            axes.plot(epochs, original.train_loss_by_epoch, **look)


def _by_value(axes: Axes, table: pd.DataFrame, runs: pd.DataFrame, measure: str) -> None:
    """Draw every seed, the mean with its prediction interval, and the original's number."""
    seeds = runs.merge(table[["run_id", "x"]], on="run_id").dropna(subset="value")
    if len(seeds):
        look = {"jitter": False, "color": "0.4", "size": 2.2, "zorder": 3}
        sns.stripplot(seeds, x="x", y="value", native_scale=True, ax=axes, **look)
    mean, printed, upper = table[measure], table[f"reported_{measure}"], table[f"{measure}_upper"]
    label = "ours, 95% prediction interval" if upper.notna().any() else "ours, one run"
    axes.errorbar(table["x"], mean, upper - mean, fmt="o", color=OURS, markersize=4, capsize=2, label=label)
    if printed.notna().any():
        axes.plot(table["x"], printed, **ORIGINAL)
    if measure == "train_loss":
        log_where_wide(axes.yaxis, [*seeds["value"], *printed])
    axes.set(ylabel=AXES[measure], title=AXES[measure].removesuffix(" (%)").capitalize())


def _positions(experiment: Experiment) -> list[Any]:
    """Return where the swept values are on their axis: at the values themselves, or 0, 1, 2, ... for words."""
    values = [member.values[0] for member in experiment.members if len(experiment.swept) == 1]
    return values if is_geometric(values) else list(range(len(experiment.members)))


def _value_axis(axes: Axes, swept: Sequence[str], table: pd.DataFrame) -> None:
    positions, labels = list(table["x"]), list(map(word, table["value"]))
    if is_geometric(positions):
        axes.set_xscale("log", base=2)
    else:
        axes.set_xlim(-0.5, len(positions) - 0.5)
    every = 1 if len(labels) <= MOST_NAMED else len(labels) // 5  # of a grid of many values, name some
    labels = [label if place % every == 0 else "" for place, label in enumerate(labels)]
    slant: dict[str, Any] = {"rotation": 90 if len(labels) > 8 else 45, "rotation_mode": "anchor"}
    crowded = sum(map(len, labels)) > 15
    axes.set_xticks(positions, labels, **({**slant, "ha": "right", "va": "center"} if crowded else {}))
    axes.minorticks_off()
    # The names of cases need no label.
    axes.set_xlabel(" ×\n".join(setting(key) + UNITS.get(key, "") for key in swept if key != CASE))


def _without_sweep(table: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    lines = [
        curves.assign(name=name, loss=curves[f"{part}_loss"], accuracy=100 * curves[f"{part}_accuracy"])
        for name, part in (("training", "train"), ("test", "test"))
    ]
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, HEIGHT))
    for axes, measure, printed in ((left, "loss", "train_loss"), (right, "accuracy", "accuracy")):
        _mean_curves(axes, pd.concat(lines, ignore_index=True), measure, {"training": FIRST, "test": OURS})
        if table[f"reported_{printed}"].notna().all():
            axes.plot([ORIGINAL_EPOCHS], table[f"reported_{printed}"], **ORIGINAL)
        axes.set(ylabel=measure, title=f"{measure.capitalize()} by epoch")
    right.set_ylabel("accuracy (%)")
    shared_legend(figure)
    for axes in (left, right):
        label_ends(axes, ["training", "test"])
    return figure
