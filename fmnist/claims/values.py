"""The per-seed values that a claim is tested on, taken from runs.csv and loss.csv."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import FEWEST_SEEDS, Array
from fmnist.claims.claim_list import Claim
from fmnist.runs.columns import MEASURES

SAME = ("train_loss", "test_loss", "test_accuracy")  # equal in two runs: they are the same training


class ClaimData(NamedTuple):
    """What the runs hold of one claim. Nothing is dropped without being counted."""

    values: Array  # [seed, run], in percent, seconds or as trained; NaN: missing, or no finite number
    diverged: int  # runs that diverged: they count with the accuracy they ended with, and have no loss
    absent: list[str]  # run ids without any seed
    places: int  # kinds of device and engine that made the runs: times do not compare between them


def claim_data(
    claim: Claim, run_ids: Sequence[str], runs: pd.DataFrame, measures: Mapping[str, tuple[str, float]] = MEASURES
) -> ClaimData:
    """Collect a claim's values from `runs`, a runs.csv, which may lack a run; `measures` as in runs/columns.py."""
    compared = runs[runs["run_id"].isin(run_ids)]
    column, factor = measures[claim.measure]
    table = factor * compared.pivot(index="seed", columns="run_id", values=column)
    values = table.reindex(columns=list(run_ids)).to_numpy(dtype=float)
    return ClaimData(
        values=np.where(np.isfinite(values), values, np.nan),
        diverged=int(compared["diverged"].sum()),
        absent=[run_id for run_id in run_ids if run_id not in set(compared["run_id"])],
        places=len(compared[["device", "engine"]].drop_duplicates()),
    )


def shared_seeds(values: Array) -> int:
    """Return how many seeds every run of values[seed, run] has."""
    return int(np.isfinite(values).all(axis=1).sum())


def without_effect(runs: pd.DataFrame, same: Sequence[str] = SAME) -> dict[str, str]:
    """Return the runs that ended exactly as another run on all seeds of both, by run id, with that run.

    Their settings differ and made no difference: a scheduler that never acted, for example. `same`: the
    columns that are equal then.
    """
    rows = runs[["run_id", "seed", *same]].dropna()
    pairs = rows.merge(rows, on=["seed", *same], suffixes=("", "_of"))
    pairs = pairs[pairs["run_id"] > pairs["run_id_of"]]
    equal = pairs.groupby(["run_id", "run_id_of"])[same[0]].nunique().reset_index()
    seeds = rows.groupby("run_id")["seed"].agg(set)
    found = equal.itertuples(index=False, name=None)
    return {run: of for run, of, n in found if n >= FEWEST_SEEDS and n == len(seeds[run] & seeds[of])}


def curve_property(claim: Claim, run_id: str | None, curves: pd.DataFrame) -> list[bool]:
    """Return for each seed whether its training loss by epoch has the claim's property.

    `curves` is loss.csv. A curve of one epoch has no steps, and does not count.
    """
    own = curves[curves["run_id"] == run_id].sort_values("epoch")
    losses = [curve.to_numpy(dtype=float) for _, curve in own.groupby("seed")["train_loss"]]
    return [PROPERTIES[claim.curve or ""](curve) for curve in losses if len(curve) > 1]


# A loss that is no number does not fall, and has risen.
PROPERTIES: dict[str, Callable[[Array], bool]] = {
    "falls_at_every_epoch": lambda losses: bool((np.diff(losses) < 0).all()),
    "rises_at_some_epoch": lambda losses: bool((np.diff(losses) > 0).any() or not np.isfinite(losses).all()),
}
