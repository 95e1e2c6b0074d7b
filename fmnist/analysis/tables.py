"""The report's tables: one per experiment, and reported against replicated."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import prediction_interval
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import Reported
from fmnist.runs.columns import measured

COLUMNS = ("experiment", "value", "measure", "reported", "n", "mean", "sd", "difference", "lower", "upper", "inside")


def experiment_table(experiment: Experiment, runs: pd.DataFrame, reported: Reported) -> pd.DataFrame:
    """Return one row per swept value: ours over all seeds beside the original's numbers.

    `runs` is runs.csv. Accuracies are in percent, their differences in points. `n` counts
    seeds and `diverged` those that diverged: they have an accuracy and no loss. `lower` and
    `upper` bound the 95 % prediction interval of one further run, empty for one seed.
    """
    rows = []
    for member in experiment.members:
        seeds = runs[runs["run_id"] == member.run_id]
        row = {"value": member.label, "run_id": member.run_id, "n": len(seeds), "diverged": seeds["diverged"].sum()}
        for measure in ("train_loss", "accuracy"):
            columns = (measure, f"{measure}_sd", f"{measure}_lower", f"{measure}_upper")
            row |= zip(columns, _over_seeds(measured(seeds, measure)), strict=True)
        printed = reported.runs.get((experiment.name, member.label))
        row["reported_train_loss"] = printed.train_loss if printed else None
        row["reported_accuracy"] = printed.accuracy if printed else None
        rows.append(row)
    table = pd.DataFrame(rows).astype({"diverged": int, "reported_train_loss": float, "reported_accuracy": float})
    table["difference"] = table["accuracy"] - table["reported_accuracy"]
    return table


def _over_seeds(values: pd.Series) -> tuple[float, float, float, float]:
    """Return mean, standard deviation, and the ends of the prediction interval; NaN where there is none."""
    lower, upper = prediction_interval(list(values)) or (np.nan, np.nan)
    return values.mean(), values.std(), lower, upper


def reported_against_replicated(
    experiments: Mapping[str, Experiment], runs: pd.DataFrame, reported: Reported
) -> pd.DataFrame:
    """Return one row per accuracy (percent) and train_loss that the original prints.

    `n` counts the seeds with a value. `lower` and `upper` bound the 95 % prediction interval
    of one further run, and `inside` says whether it holds the reported number; all three are
    empty for fewer than two seeds.
    """
    run_ids = {
        (name, member.label): member.run_id for name, experiment in experiments.items() for member in experiment.members
    }
    rows = []
    for (name, label), printed in reported.runs.items():
        seeds = runs[runs["run_id"] == run_ids.get((name, label))]
        for measure, number in (("accuracy", printed.accuracy), ("train_loss", printed.train_loss)):
            if number is not None:
                comparison = _comparison(number, measured(seeds, measure))
                rows.append({"experiment": name, "value": label, "measure": measure, **comparison})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _comparison(reported: float, values: pd.Series) -> dict[str, float | bool | None]:
    mean, deviation, lower, upper = _over_seeds(values)
    return {
        "reported": reported,
        "n": values.count(),
        "mean": mean,
        "sd": deviation,
        "difference": mean - reported,
        "lower": lower,
        "upper": upper,
        "inside": None if np.isnan(lower) else lower <= reported <= upper,
    }


def to_csv(table: pd.DataFrame) -> str:
    """Write a table as CSV: six decimals, true and false, empty where there is no number."""
    text = table.map(lambda value: str(value).lower() if isinstance(value, bool) else value)
    return text.to_csv(index=False, float_format="%.6f", lineterminator="\n")


def read_comparison(path: Path) -> pd.DataFrame:
    """Read reported_vs_replicated.csv with the swept values as text."""
    return pd.read_csv(path, dtype={"experiment": "string", "value": "string"})
