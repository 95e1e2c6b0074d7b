"""The report's tables: one per experiment, and reported against replicated."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from fmnist.analysis.statistics import adjust, shrunken_variances
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import Reported
from fmnist.runs.columns import measured

COLUMNS = (
    *("experiment", "value", "measure", "reported", "n", "mean", "sd", "difference"),
    *("lower", "upper", "p", "adjusted_p", "inside"),
)
SIGNIFICANCE = 0.05  # of all reported numbers together


class Scale(NamedTuple):
    """Where a measure has the same scatter for all runs, and the way back."""

    to: Callable[[Any], Any]
    back: Callable[[Any], Any]


SCALES = {"accuracy": Scale(lambda values: values, lambda values: values), "train_loss": Scale(np.log, np.exp)}
MEASURES = ("accuracy", "train_loss")  # that the original prints


def experiment_table(experiment: Experiment, runs: pd.DataFrame, reported: Reported) -> pd.DataFrame:
    """Return one row per swept value: ours over all seeds beside the original's numbers.

    `runs` is runs.csv. Accuracies are in percent, their differences in points. `n` counts
    seeds and `diverged` those that diverged: they have an accuracy and no loss. `lower` and
    `upper` bound the 95 % prediction interval of one further run, empty for one seed.
    """
    table = pd.DataFrame({"value": [member.label for member in experiment.members], "run_id": experiment.run_ids})
    seeds = runs.groupby("run_id")["diverged"].agg(n="size", diverged="sum").reindex(table["run_id"], fill_value=0)
    table[["n", "diverged"]] = seeds.to_numpy(dtype=int)
    for measure in reversed(MEASURES):
        names = {"mean": measure} | {name: f"{measure}_{name}" for name in ("sd", "lower", "upper")}
        table = table.join(_over_seeds(runs, measure)[list(names)].rename(columns=names), on="run_id")
    for measure in reversed(MEASURES):
        printed = [reported.runs.get((experiment.name, label)) for label in table["value"]]
        table[f"reported_{measure}"] = np.array([getattr(numbers, measure, None) for numbers in printed], dtype=float)
    table["difference"] = table["accuracy"] - table["reported_accuracy"]
    return table


def _over_seeds(runs: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return n, mean, sd, and the 95 % prediction interval of one further run by run id; NaN where there is none.

    It is `center` ± t · `error`: the yardstick for a reported number that has no variance. Losses are
    logarithms there, since their scatter grows with them.
    """
    values = measured(runs, measure)
    by_run = values.groupby(runs["run_id"])
    found = pd.DataFrame({"n": by_run.count(), "mean": by_run.mean(), "sd": by_run.std()})
    on_scale = SCALES[measure].to(values).groupby(runs["run_id"])
    variances, added = shrunken_variances(on_scale.var().to_numpy(), found["n"].to_numpy() - 1.0)
    found["center"], found["freedom"] = on_scale.mean(), found["n"] - 1 + added
    found["error"] = np.sqrt(np.where(found["n"] > 1, variances, np.nan) * (1 + 1 / found["n"]))
    half_width = stdtrit(found["freedom"], 0.975) * found["error"]
    for end, sign in (("lower", -1), ("upper", 1)):
        found[end] = SCALES[measure].back(found["center"] + sign * half_width)
    return found


def reported_against_replicated(
    experiments: Mapping[str, Experiment], runs: pd.DataFrame, reported: Reported
) -> pd.DataFrame:
    """Return one row per accuracy (percent) and train_loss that the original prints.

    `n` counts the seeds with a value. `lower` and `upper` bound the 95 % prediction interval of one
    further run. `p` is that of a number this far out, `adjusted_p` after Holm's correction over all
    numbers, and `inside` whether that is at least 5 %. All five are empty for fewer than two seeds.
    """
    run_ids = {
        (name, member.label): member.run_id for name, experiment in experiments.items() for member in experiment.members
    }
    printed = [
        (*run, measure, number, run_ids.get(run))
        for run, numbers in reported.runs.items()
        for measure in MEASURES
        if (number := getattr(numbers, measure)) is not None
    ]
    table = pd.DataFrame(printed, columns=["experiment", "value", "measure", "reported", "run_id"])
    table["reported"] = table["reported"].astype(float)  # also where nothing is printed
    ours = pd.concat({measure: _over_seeds(runs, measure) for measure in MEASURES}, names=["measure"])
    table = table.join(ours, on=["measure", "run_id"]).fillna({"n": 0}).astype({"n": int})
    table["difference"] = table["mean"] - table["reported"]
    on_scale = np.where(table["measure"] == "train_loss", np.log(table["reported"]), table["reported"])
    table["p"] = 2 * stdtr(table["freedom"], -abs(on_scale - table["center"]) / table["error"])
    table["adjusted_p"] = adjust(table["p"].to_numpy())
    table["inside"] = (table["adjusted_p"] >= SIGNIFICANCE).astype(object).where(table["p"].notna(), None)
    return table[list(COLUMNS)]


def to_csv(table: pd.DataFrame) -> str:
    """Write a table as CSV: six decimals, true and false, empty where there is no number."""
    text = table.map(lambda value: str(value).lower() if isinstance(value, bool) else value)
    return text.to_csv(index=False, float_format="%.6f", lineterminator="\n")


def read_table(path: Path, texts: Sequence[str]) -> pd.DataFrame:
    """Read a CSV file; the columns `texts` hold text, and only an empty cell is NaN."""
    # A config can sweep the value null, which pandas would read as a missing one.
    return pd.read_csv(path, dtype=dict.fromkeys(texts, "str"), keep_default_na=False, na_values=[""])
