"""Why a claim is not testable, in the words of the column `hindrance` of claims.csv."""

from collections.abc import Mapping, Sequence

from fmnist.claims.claim_list import Claim
from fmnist.claims.compared_runs import FEWEST_RUNS
from fmnist.claims.values import ClaimData
from fmnist.plan.names import ComparedRun

EXTENSION_NOT_RUN = "extension not run"
NOT_IN_CONFIG = "not in the config"
SAME_RUN = "one run under several names"
NOT_RUN = "not run"
NEVER_ACTED = "a setting that never acted"
NO_NUMBER = "no seed with every number"
DIFFERENT_PLACES = "different devices or engines"


def hindrance(
    claim: Claim, runs: Sequence[ComparedRun], data: ClaimData | None, seeds: int, idle: Mapping[str, str]
) -> tuple[str, str] | None:
    """Return why a claim is not testable, and the runs that are the reason; None where it is testable.

    `data` is None where the config lacks a run; `seeds` is the number of seeds to test; `idle` are
    the runs that ended exactly as others did, from `without_effect`.
    """
    if data is None:
        kind = EXTENSION_NOT_RUN if claim.extension else NOT_IN_CONFIG
        return kind, _listed([run for run in runs if run.run_id is None])
    if len(runs) < FEWEST_RUNS[claim.form]:
        return SAME_RUN, ", ".join(str(run.run_id) for run in runs)
    if data.absent:
        return NOT_RUN, _listed([run for run in runs if run.run_id in data.absent])
    if never_acted := [run for run in runs if run.run_id in idle]:
        return NEVER_ACTED, _listed(never_acted)
    if claim.measure == "seconds" and data.places > 1:
        return DIFFERENT_PLACES, ""
    return None if seeds else (NO_NUMBER, "")


def _listed(runs: Sequence[ComparedRun]) -> str:
    """Name up to three runs: a claim can compare dozens."""
    names = [f"{run.experiment} ({run.value})" for run in runs]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
