"""Where two runs of one setting differ: in their first weights, or in the order of the images."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from fmnist.plan.experiments import Experiment
from fmnist.runs.columns import measured

SWEPT = ("initialisation_seed", "shuffling_seed")


class SeedSources(NamedTuple):
    """Standard deviations of test accuracy, in points, from a grid of weights by orders."""

    weights: float  # other first weights, the same order
    order: float  # another order, the same first weights
    rest: float  # what only the two together decide


def seed_sources(experiment: Experiment, runs: pd.DataFrame) -> SeedSources | None:
    """Return the components of variance of a grid over SWEPT; None for another experiment, or where a run is missing.

    From the mean squares of a two-way random model without replication; a negative estimate counts as 0.
    """
    if experiment.swept != SWEPT:
        return None
    accuracies = measured(runs, "accuracy").groupby(runs["run_id"]).mean().reindex(experiment.run_ids)
    table = np.reshape(accuracies.to_numpy(), (-1, len({member.values[1] for member in experiment.members})))
    rows, columns = table.shape
    if min(rows, columns) < 2 or np.isnan(table).any():
        return None
    of_rows, of_columns = (float(table.mean(axis=axis).var(ddof=1)) for axis in (1, 0))
    fitted = table.mean(axis=1, keepdims=True) + table.mean(axis=0, keepdims=True) - table.mean()
    rest = float(((table - fitted) ** 2).sum()) / ((rows - 1) * (columns - 1))
    parts = of_rows - rest / columns, of_columns - rest / rows, rest
    return SeedSources(*(math.sqrt(max(part, 0.0)) for part in parts))
