"""Why a claim is not testable, in the words of the column `hindrance` of claims.csv."""

from collections.abc import Sequence

from fmnist.claims.claim_list import Claim
from fmnist.claims.compared_runs import FEWEST_RUNS
from fmnist.claims.values import ClaimData
from fmnist.plan.names import ComparedRun

EXTENSION_NOT_RUN = "extension not run"
NOT_IN_CONFIG = "not in the config"
SAME_RUN = "one run under several names"
NOT_RUN = "not run"
NO_NUMBER = "no seed with every number"
DIFFERENT_PLACES = "different devices or engines"
NOT_PRINTED = "not printed by the original"


def hindrance(
    claim: Claim, runs: Sequence[ComparedRun], data: ClaimData | None, seeds: int, printed: float | None
) -> tuple[str, str] | None:
    """Return why a claim is not testable, and the runs that are the reason; None where it is testable.

    `data` is None where the config lacks a run; `seeds` is the number of seeds to test;
    `printed` is the original's number, which only the form `value` needs.
    """
    if data is None:
        kind = EXTENSION_NOT_RUN if claim.extension else NOT_IN_CONFIG
        return kind, _listed([run for run in runs if run.run_id is None])
    if len(runs) < FEWEST_RUNS[claim.form]:
        return SAME_RUN, ", ".join(str(run.run_id) for run in runs)
    if data.absent:
        return NOT_RUN, _listed([run for run in runs if run.run_id in data.absent])
    others = {
        NO_NUMBER: seeds == 0,
        DIFFERENT_PLACES: claim.measure == "seconds" and data.places > 1,
        NOT_PRINTED: claim.form == "value" and printed is None,
    }
    return next(((kind, "") for kind, hinders in others.items() if hinders), None)


def _listed(runs: Sequence[ComparedRun]) -> str:
    """Name up to three runs: a claim can compare dozens."""
    names = [f"{run.experiment} ({run.value})" for run in runs]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
