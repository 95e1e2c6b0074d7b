"""What the report says about a run: its numbers over all its seeds, and the shape of its loss curve."""

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from fmnist.report.tables import number_or_none
from fmnist.runs.columns import measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run over all its seeds: means, and standard deviations (`sd`) where there are several.

    Accuracies in percent, the gap in points. The gap is train minus test accuracy of the final
    network with dropout off.
    """

    seeds: int
    parameters: int
    accuracy: float | None
    accuracy_sd: float | None
    train_accuracy: float | None
    train_accuracy_sd: float | None
    gap: float | None
    gap_sd: float | None
    seconds: float | None
    curve: tuple[float | None, ...]  # mean training loss of each epoch
    rises: tuple[int, ...]  # for each seed, how often the training loss rose from one epoch to the next
    decayed: int  # in how many seeds the learning rate fell

    @property
    def rises_text(self) -> str:
        """How often the training loss rose, over the seeds: `9`, or `6 to 11`."""
        fewest, most = min(self.rises, default=0), max(self.rises, default=0)
        return f"{fewest}" if fewest == most else f"{fewest} to {most}"

    @property
    def steps(self) -> int:
        """How many pairs of neighbouring epochs there are."""
        return sum(a is not None and b is not None for a, b in pairwise(self.curve))


def summarise_runs(runs: pd.DataFrame, curves: pd.DataFrame) -> dict[str, Run]:
    """Summarise runs.csv and loss.csv, by run id."""
    return {
        str(run_id): _run(seeds, curves[curves["run_id"] == run_id])
        for run_id, seeds in runs.groupby("run_id", sort=False)
    }


def _run(seeds: pd.DataFrame, curves: pd.DataFrame) -> Run:
    losses, rates = (
        curves.pivot(index="epoch", columns="seed", values=name).sort_index() for name in ("train_loss", "learning_rate")
    )
    numbers = {"seconds": measured(seeds, "seconds").mean()}
    names = {"accuracy": "accuracy", "train_accuracy": "fitted_accuracy", "gap": "generalization_gap"}
    for name, measure in names.items():
        values = measured(seeds, measure)
        numbers |= {name: values.mean(), f"{name}_sd": values.std()}
    return Run(
        seeds=len(seeds),
        parameters=int(seeds["parameter_count"].iloc[0]),
        curve=tuple(number_or_none(float(loss)) for loss in losses.mean(axis=1)),
        rises=tuple((losses.diff() > 0).sum().tolist()),
        decayed=int((rates.min() < rates.bfill().iloc[0]).sum()) if len(rates) else 0,
        **{name: number_or_none(float(value)) for name, value in numbers.items()},
    )
