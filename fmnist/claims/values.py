"""The per-seed values that a claim is tested on, taken from runs.csv and loss.csv."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import Array
from fmnist.claims.claim_list import Claim
from fmnist.claims.curves import CURVES
from fmnist.runs.columns import measured


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimData:
    """What the runs hold of one claim: nothing is dropped without being counted."""

    values: Array  # [seed, run], in percent, seconds or as trained; NaN: missing, or no number
    seeds: tuple[int, ...]  # every seed that any run of runs.csv has: the rows of `values`
    diverged: int  # runs that diverged: they count with the accuracy they ended with, and have no loss
    missing: int  # seeds that a compared run lacks, another run has, and the config asks for
    absent: tuple[str, ...]  # run ids that no seed has
    places: int  # on how many kinds of device and engine the runs were made: times do not compare between them


def claim_data(
    claim: Claim, run_ids: Sequence[str], runs: pd.DataFrame, needed: Callable[[int], Mapping[str, int]]
) -> ClaimData:
    """Collect a claim's values.

    `runs` is runs.csv; a run may be missing from it. `needed` says how many of so many seeds
    each run is to have.
    """
    compared = runs[runs["run_id"].isin(run_ids)]
    seeds = tuple(sorted({int(seed) for seed in runs["seed"]}))
    trained = {run_id: int((compared["run_id"] == run_id).sum()) for run_id in run_ids}
    planned = needed(len(seeds))
    compared = compared.assign(measured=measured(compared, claim.measure))
    table = compared.pivot(index="seed", columns="run_id", values="measured")
    values = table.reindex(index=list(seeds), columns=list(run_ids)).to_numpy(dtype=float)
    values = np.where(np.isfinite(values), values, np.nan)
    return ClaimData(
        values=values,
        seeds=seeds,
        diverged=int(compared["diverged"].sum()),
        missing=sum(max(0, planned[run_id] - count) for run_id, count in trained.items()),
        absent=tuple(run_id for run_id, count in trained.items() if count == 0),
        places=len(compared[["device", "engine"]].drop_duplicates()),
    )


def curve_property(claim: Claim, run_id: str, curves: pd.DataFrame) -> list[bool]:
    """Tell for each seed whether its training loss by epoch has the claim's property.

    `curves` is loss.csv. A curve of one epoch has no steps, and does not count.
    """
    has = CURVES[claim.curve or ""]
    found = []
    for _, curve in curves[curves["run_id"] == run_id].groupby("seed"):
        losses = curve.sort_values("epoch")["train_loss"].to_numpy(dtype=float)
        if len(losses) > 1:
            found.append(has(losses))
    return found
