"""From runs to the report's tables: one an experiment, and reported against replicated."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import prediction_interval
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import Reported, ReportedRun
from fmnist.runs.columns import measured

COMPARISON_COLUMNS = (
    "experiment",
    "value",
    "measure",
    "reported",
    "n",
    "mean",
    "sd",
    "difference",
    "lower",
    "upper",
    "inside",
)


def experiment_table(experiment: Experiment, runs: pd.DataFrame, reported: Reported) -> pd.DataFrame:
    """Return one row per swept value: ours over all seeds beside the original's numbers.

    `runs` is runs.csv. Accuracies and their differences in percent and points; standard
    deviations are empty for one seed. `n` counts seeds, `diverged` those that diverged:
    a diverged run has no final loss, and counts with the accuracy it ended with. `lower` and
    `upper` bound the 95% prediction interval of one further run.
    """
    rows = []
    for member in experiment.members:
        seeds = runs[runs["run_id"] == member.run_id]
        original = reported.runs.get((experiment.name, member.label))
        rows.append({"value": member.label, "run_id": member.run_id, **_ours(seeds), **_originals(original)})
    table = pd.DataFrame(rows)
    table["difference"] = table["accuracy"] - table["reported_accuracy"]
    return table


def _ours(seeds: pd.DataFrame) -> dict[str, float]:
    accuracy, train_loss = measured(seeds, "accuracy"), measured(seeds, "train_loss")
    return {
        "n": len(seeds),
        "diverged": int(seeds["diverged"].sum()),
        **_of_seeds("train_loss", train_loss),
        **_of_seeds("accuracy", accuracy),
    }


def _of_seeds(measure: str, values: pd.Series) -> dict[str, float]:
    lower, upper = prediction_interval(list(values)) or (np.nan, np.nan)
    return {
        measure: values.mean(),
        f"{measure}_sd": values.std(),
        f"{measure}_lower": lower,
        f"{measure}_upper": upper,
    }


def _originals(original: ReportedRun | None) -> dict[str, float]:
    train_loss = original.train_loss if original else None
    return {
        "reported_train_loss": np.nan if train_loss is None else train_loss,
        "reported_accuracy": original.accuracy if original else np.nan,
    }


def reported_against_replicated(
    experiments: Mapping[str, Experiment], runs: pd.DataFrame, reported: Reported
) -> pd.DataFrame:
    """Return one row for every number that the original prints of these experiments.

    Measures: accuracy (percent) and train_loss. `lower` and `upper` bound the 95%
    prediction interval of one further run; empty, like `inside`, for fewer than two seeds.
    """
    rows = []
    for (name, label), original in reported.runs.items():
        members = experiments[name].members if name in experiments else ()
        run_id = next((member.run_id for member in members if member.label == label), None)
        seeds = runs[runs["run_id"] == run_id]
        for measure, number, values in _measures(original, seeds):
            rows.append({"experiment": name, "value": label, "measure": measure, **_comparison(number, values)})
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def _measures(original: ReportedRun, seeds: pd.DataFrame) -> list[tuple[str, float, list[float]]]:
    measures = [("accuracy", original.accuracy, list(measured(seeds, "accuracy")))]
    if original.train_loss is not None:
        measures.append(("train_loss", original.train_loss, list(seeds["train_loss"])))
    return measures


def _comparison(reported: float, values: list[float]) -> dict[str, float | bool | None]:
    ours = pd.Series(values, dtype=float).dropna()
    interval = prediction_interval(list(ours))
    return {
        "reported": reported,
        "n": len(ours),
        "mean": ours.mean(),
        "sd": ours.std(),
        "difference": ours.mean() - reported,
        "lower": interval[0] if interval else None,
        "upper": interval[1] if interval else None,
        "inside": bool(interval[0] <= reported <= interval[1]) if interval else None,
    }


def to_csv(table: pd.DataFrame) -> str:
    """Write a table as CSV: six decimals, true and false, empty where there is no number."""
    text = table.map(lambda value: str(value).lower() if isinstance(value, bool) else value)
    return text.to_csv(index=False, float_format="%.6f", lineterminator="\n")


def read_comparison(path: Path) -> pd.DataFrame:
    """Read reported_vs_replicated.csv, swept values as text."""
    return pd.read_csv(path, dtype={"experiment": "string", "value": "string"})
