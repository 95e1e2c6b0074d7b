"""The per-seed values that a claim is tested on, taken from runs.csv and loss.csv."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from fmnist.analysis.statistics import Array
from fmnist.claims.claim_list import Claim
from fmnist.runs.columns import measured


class ClaimData(NamedTuple):
    """What the runs hold of one claim. Nothing is dropped without being counted."""

    values: Array  # [seed, run], in percent, seconds or as trained; NaN: missing, or no finite number
    diverged: int  # runs that diverged: they count with the accuracy they ended with, and have no loss
    missing: int  # seeds that a compared run lacks, another run has, and the config asks for
    absent: list[str]  # run ids without any seed
    places: int  # kinds of device and engine that made the runs: times do not compare between them


def claim_data(claim: Claim, run_ids: Sequence[str], runs: pd.DataFrame, planned: Mapping[str, int]) -> ClaimData:
    """Collect a claim's values.

    `runs` is runs.csv, which may lack a run. `planned` is the number of seeds each run should have.
    """
    compared = runs[runs["run_id"].isin(run_ids)]
    compared = compared.assign(measured=measured(compared, claim.measure))
    trained = {run_id: int((compared["run_id"] == run_id).sum()) for run_id in run_ids}
    table = compared.pivot(index="seed", columns="run_id", values="measured")
    values = table.reindex(index=sorted(set(runs["seed"])), columns=list(run_ids)).to_numpy(dtype=float)
    return ClaimData(
        values=np.where(np.isfinite(values), values, np.nan),
        diverged=int(compared["diverged"].sum()),
        missing=sum(max(0, planned[run_id] - count) for run_id, count in trained.items()),
        absent=[run_id for run_id, count in trained.items() if count == 0],
        places=len(compared[["device", "engine"]].drop_duplicates()),
    )


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
