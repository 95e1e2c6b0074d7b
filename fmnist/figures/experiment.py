"""The figure of one experiment: loss curves, and accuracy and final loss by swept value."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fmnist.analysis.statistics import prediction_interval
from fmnist.figures.style import (
    LINE_STYLES,
    ORIGINAL,
    PAGE_WIDTH,
    colours,
    is_geometric,
    log_where_wide,
    plain_log_ticks,
    use_style,
)
from fmnist.plan.experiments import Experiment, Member
from fmnist.plan.original import ORIGINAL_EPOCHS, Reported, ReportedRun
from fmnist.runs.columns import measured

MOST_COLUMNS = 5  # of the legend

AXIS_NAMES = {
    "batch_norm": "batch normalisation",
    "batch_size": "batch size (images)",
    "epochs": "epochs",
    "learning_rate": "learning rate",
    "optimizer": "optimiser",
    "step_size": "step size (batches)",
}


def experiment_figure(experiment: Experiment, runs: pd.DataFrame, curves: pd.DataFrame, reported: Reported) -> Figure:
    """Draw one experiment. `runs` is runs.csv, `curves` is loss.csv of many runs.

    A swept experiment has three panels: training loss by epoch for every value, test
    accuracy (percent) and final training loss against the value, with the original's
    numbers as open diamonds. Without a sweep: losses and accuracies by epoch.
    """
    use_style()
    originals = {member.label: reported.runs.get((experiment.name, member.label)) for member in experiment.members}
    if not experiment.swept:
        return _single_run(experiment.members[0], curves, originals[experiment.members[0].label])
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(PAGE_WIDTH, 3.0), width_ratios=(1.25, 1, 1))
    _loss_curves(left, experiment, curves, originals)
    _by_value(middle, experiment, runs, originals, "accuracy")
    _by_value(right, experiment, runs, originals, "train_loss")
    _legend_below(figure)
    return figure


def _loss_curves(
    axes: Axes, experiment: Experiment, curves: pd.DataFrame, originals: dict[str, ReportedRun | None]
) -> None:
    ordered = is_geometric([member.values[0] for member in experiment.members])
    palette = colours(len(experiment.members), ordered)
    for index, member in enumerate(experiment.members):
        style = LINE_STYLES[index % len(LINE_STYLES)]
        label = f"{_short_name(experiment)} {readable(member.label)}".strip()
        _mean_curve(axes, _of(curves, member), "train_loss", label, palette[index], style)
    for original in originals.values():
        if original and original.train_loss_by_epoch:
            _original_curve(axes, original)
    drawn = curves[curves["run_id"].isin(experiment.run_ids)]["train_loss"]
    log_where_wide(axes, list(drawn))
    _epoch_axis(axes, "training loss")
    if is_geometric([_longest(curves, member) for member in experiment.members]):  # else short runs are a stroke
        axes.set_xscale("log")
        plain_log_ticks(axes.xaxis)
    axes.set_title("Training loss by epoch")


def _longest(curves: pd.DataFrame, member: Member) -> float:
    """Return how many epochs the runs of a member took; 0 where there is none."""
    return float(_of(curves, member)["epoch"].max() if len(_of(curves, member)) else 0)


def _mean_curve(axes: Axes, curves: pd.DataFrame, column: str, label: str, colour: Any, style: Any) -> None:
    """Draw the mean over seeds as a line, and their range as a band."""
    by_epoch = curves.groupby("epoch")[column]
    mean, low, high = by_epoch.mean(), by_epoch.min(), by_epoch.max()
    axes.plot(mean.index, mean, label=label, color=colour, linestyle=style)
    axes.fill_between(mean.index, low, high, color=colour, alpha=0.18, linewidth=0)


def _original_curve(axes: Axes, original: ReportedRun) -> None:
    losses = original.train_loss_by_epoch
    epochs = range(ORIGINAL_EPOCHS - len(losses) + 1, ORIGINAL_EPOCHS + 1)
    axes.plot(epochs, losses, label="original's print", **{**ORIGINAL, "markersize": 3})


def _by_value(
    axes: Axes, experiment: Experiment, runs: pd.DataFrame, originals: dict[str, ReportedRun | None], measure: str
) -> None:
    """Draw every seed, the mean with its prediction interval, and the original's number."""
    positions = _positions(experiment)
    shown: list[float] = []
    for member, x in zip(experiment.members, positions, strict=True):
        values = _values(_of(runs, member), measure)
        _mean_point(axes, x, values)
        original = _original_number(originals[member.label], measure)
        if original is not None:
            axes.plot([x], [original], label="original, one run", **ORIGINAL)
        shown += [*values, *([] if original is None else [original])]
    _value_axis(axes, experiment, positions)
    if measure == "train_loss":
        log_where_wide(axes, shown)
    axes.set_ylabel("test accuracy (%)" if measure == "accuracy" else "final training loss")
    axes.set_title("Test accuracy" if measure == "accuracy" else "Final training loss")


def _mean_point(axes: Axes, x: float, values: list[float]) -> None:
    if not values:
        return
    axes.plot([x] * len(values), values, ".", color="0.55", markersize=3, zorder=1)
    interval = prediction_interval(values)
    mean = float(np.mean(values))
    spread = [[mean - interval[0]], [interval[1] - mean]] if interval else None
    label = "ours, 95% prediction interval" if interval else "ours, one run"
    axes.errorbar([x], [mean], yerr=spread, fmt="o", color=colours(3, True)[1], markersize=4, capsize=2, label=label)


def _positions(experiment: Experiment) -> list[float]:
    if len(experiment.swept) == 1 and is_geometric([member.values[0] for member in experiment.members]):
        return [float(member.values[0]) for member in experiment.members]  # type: ignore[arg-type]
    return [float(index) for index in range(len(experiment.members))]


def _value_axis(axes: Axes, experiment: Experiment, positions: list[float]) -> None:
    labels = [readable(member.label) for member in experiment.members]
    axes.set_xlabel(_axis_name(experiment))
    if len(experiment.swept) == 1 and is_geometric([member.values[0] for member in experiment.members]):
        axes.set_xscale("log", base=2)
    else:
        axes.set_xlim(-0.5, len(positions) - 0.5)
    crowded = sum(map(len, labels)) > 18
    axes.set_xticks(positions, labels, rotation=45 if crowded else 0, ha="right" if crowded else "center")
    axes.minorticks_off()


def _single_run(member: Member, curves: pd.DataFrame, original: ReportedRun | None) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.6))
    own = _of(curves, member)
    percent = own.assign(train_accuracy=100 * own["train_accuracy"], test_accuracy=100 * own["test_accuracy"])
    train, test = colours(3, True)[:2]
    for axes, measure, unit in ((left, "loss", ""), (right, "accuracy", " (%)")):
        _mean_curve(axes, percent, f"train_{measure}", "training", train, "-")
        _mean_curve(axes, percent, f"test_{measure}", "test", test, "--")
        number = _original_number(original, "train_loss" if measure == "loss" else "accuracy")
        if number is not None:
            axes.plot([ORIGINAL_EPOCHS], [number], label="original, one run", **ORIGINAL)
        _epoch_axis(axes, f"{measure}{unit}")
        axes.set_title(f"{measure.capitalize()} by epoch")
    _legend_below(figure)
    return figure


def _epoch_axis(axes: Axes, name: str) -> None:
    axes.set_xlabel("epoch")
    axes.set_ylabel(name)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _of(frame: pd.DataFrame, member: Member) -> pd.DataFrame:
    return frame[frame["run_id"] == member.run_id]


def _values(runs: pd.DataFrame, name: str) -> list[float]:
    return [float(value) for value in measured(runs, name).dropna()]


def _original_number(original: ReportedRun | None, measure: str) -> float | None:
    if original is None:
        return None
    return original.accuracy if measure == "accuracy" else original.train_loss


def _axis_name(experiment: Experiment) -> str:
    return " × ".join(AXIS_NAMES.get(key, readable(key)) for key in experiment.swept)


def _short_name(experiment: Experiment) -> str:
    """Say what a bare number or truth value in the legend is of; words speak for themselves."""
    first = experiment.members[0].values[0]
    return "" if isinstance(first, str) or len(experiment.swept) > 1 else _axis_name(experiment).split(" (")[0]


def readable(word: str) -> str:
    """Write a setting's name or value as a reader would: `leaky_relu` as `leaky relu`."""
    return {"true": "on", "false": "off"}.get(word, word.replace("_", " "))


def _legend_below(figure: Figure) -> None:
    """One legend under all panels, where no curve can run through it, no wider than the figure; each label once."""
    entries: dict[str, Any] = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    for columns in range(min(len(entries), MOST_COLUMNS), 0, -1):
        legend = figure.legend(
            list(entries.values()), list(entries), loc="outside lower center", ncols=columns, handlelength=2.8
        )
        if legend.get_window_extent().width <= figure.bbox.width or columns == 1:
            break
        legend.remove()
