"""A small figure of one claim: every seed of the runs that it compares."""

from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fmnist.analysis.statistics import Array, finite
from fmnist.claims.claim_list import Claim
from fmnist.claims.compared_runs import KnownRuns, compared_runs
from fmnist.common.wording import counted
from fmnist.figures.style import AXES, FIRST, ORIGINAL, OURS, log_where_wide, use_style
from fmnist.plan.names import ComparedRun, name
from fmnist.plan.original import Reported
from fmnist.runs.columns import measured

WIDTH, FOOT, LINE = 3.45, 0.45, 0.17  # inches: of the figure (a phone), of the axis below, of a line of a row's name
LONGEST = 22  # characters of a line of a name
MOST_ROWS = 8  # if a claim compares more runs, draw those nearest to the first
STEPS = "largest step of the training loss, epoch to epoch"
RATIOS = ("train_loss", "seconds")  # compared by ratios: on a logarithmic axis where they span fourfold


def claim_figure(claim: Claim, known: KnownRuns, runs: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Draw a claim's runs as rows: every seed a dot, the mean a bar, the original's number a diamond.

    `runs` is runs.csv, `curves` is loss.csv. The run that the claim is about has its own colour.
    A claim about the shape of a loss curve shows the largest step of each seed: below zero, the
    loss falls at every epoch. Runs without values keep their names and the original's numbers.
    """
    use_style()
    compared = compared_runs(claim, known)
    about = None if claim.experiment else compared[0]  # along an axis, no run is more than another
    values = [_values(claim, run, runs, curves) for run in compared]
    rows = _rows(values)
    within = claim.experiment is not None
    names = ["\n".join(wrap(name(compared[row], known.experiments, within), LONGEST)) for row in rows]
    lines = max(text.count("\n") + 1 for text in names)
    figure, axes = plt.subplots(figsize=(WIDTH, FOOT + LINE * lines * len(rows)))
    for place, row in enumerate(rows):
        run = compared[row]
        _draw_row(axes, place, values[row], _printed(claim, run, known.reported), FIRST if run is about else OURS)
    axes.set_yticks(range(len(rows)), names)
    axes.set(ylabel="", ylim=(len(rows) - 0.5, -0.5))
    _value_axis(axes, claim, hidden=len(compared) - len(rows))
    return figure


def _values(claim: Claim, run: ComparedRun, runs: pd.DataFrame, curves: pd.DataFrame) -> Array:
    """Return the finite values of a run, one per seed; of a loss curve, its largest step."""
    if claim.form != "curve":
        return finite(measured(runs[runs["run_id"] == run.run_id], claim.measure).to_numpy(dtype=float))
    own = curves[curves["run_id"] == run.run_id].sort_values("epoch")
    steps = [np.diff(losses).max(initial=-np.inf) for _, losses in own.groupby("seed")["train_loss"]]
    return finite(np.array(steps, dtype=float))


def _rows(values: list[Array]) -> list[int]:
    """Return the indices of the runs to draw: all, or the first and those with the nearest means."""
    if len(values) <= MOST_ROWS:
        return list(range(len(values)))
    means = [float(run.mean()) if len(run) else np.inf for run in values]
    nearest = sorted(range(1, len(values)), key=lambda run: abs(means[0] - means[run]))
    return [0, *nearest[: MOST_ROWS - 1]]


def _printed(claim: Claim, run: ComparedRun, reported: Reported) -> float | None:
    """Return the original's number for a run; None where it prints none of this measure."""
    if claim.form == "curve":
        return None
    return getattr(reported.runs.get((run.experiment, run.value)), claim.measure, None)


def _draw_row(axes: Axes, place: int, seeds: Array, printed: float | None, colour: str) -> None:
    if len(seeds):
        look = {"jitter": False, "color": colour, "size": 4, "alpha": 0.5, "legend": False}
        sns.stripplot(x=seeds, y=np.full(len(seeds), place), orient="h", native_scale=True, ax=axes, **look)
    if len(seeds) > 1:
        axes.plot(seeds.mean(), place, "|", color=colour, markersize=9, markeredgewidth=1.5, label="mean")
    if printed is not None:
        axes.plot(printed, place, **ORIGINAL)


def _value_axis(axes: Axes, claim: Claim, hidden: int) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    label = STEPS if claim.form == "curve" else AXES[claim.measure]
    axes.set_xlabel(label + (f"; {counted(hidden, 'run')} not shown" if hidden else ""), loc="right")
    if claim.form == "curve":
        axes.axvline(0, color="0.15", linewidth=0.8)
    elif claim.measure in RATIOS:
        log_where_wide(axes.xaxis, axes.dataLim.intervalx, ratio=4)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color="0.8", alpha=1)
    axes.tick_params(which="both", length=0)
    axes.spines["left"].set_visible(False)
