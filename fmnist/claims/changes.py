"""What the verdicts say of one change of the base case: helps, hurts, no difference, or open."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from fmnist.analysis.effects import BASE
from fmnist.claims import verdicts

HELPS, HURTS, NO_DIFFERENCE, OPEN = "helps", "hurts", "no difference", "open"
SIGNS = {HELPS: "▲", HURTS: "▼", NO_DIFFERENCE: "≈", OPEN: "?"}
DECIDED = (verdicts.HOLDS, verdicts.SMALL, verdicts.FAILS)


def with_verdicts(effects: pd.DataFrame, claims: pd.DataFrame, compared: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return effects.csv with the columns `word` and `claim`: None where no claim compares a change with the base.

    `claims` is claims.csv, `compared` the run ids of each claim, the one that it is about first.
    """
    rows = claims[(claims["measure"] == "accuracy") & claims["form"].isin(["above", "best", "level"])]
    found = [_judged(run_id, rows, compared) for run_id in effects["run_id"]]
    words = pd.DataFrame(found, columns=["word", "claim"], index=effects.index, dtype=object)
    return effects.join(words)


def _judged(run_id: str, claims: pd.DataFrame, compared: Mapping[str, Sequence[str]]) -> tuple[str | None, str | None]:
    """Return the word and the claim that compare a run with the base case; a decided claim before an open one."""
    words = [(_word(claim, run_id, compared[claim["id"]]), str(claim["id"])) for _, claim in claims.iterrows()]
    known = [(word, claim) for word, claim in words if word]
    return min(known, key=lambda one: one[0] == OPEN, default=(None, None))


def _word(claim: Any, run_id: str, compared: Sequence[str]) -> str | None:
    decides_pair = {claim["first_run"], claim["second_run"]} == {run_id, BASE}
    # "Best" holds only where the run differs from each of the others.
    best = claim["form"] == "best" and claim["verdict"] == verdicts.HOLDS
    if not decides_pair and not (best and {run_id, BASE} <= set(compared) and compared[0] in (run_id, BASE)):
        return None
    if claim["verdict"] == verdicts.OPEN:
        return OPEN
    if claim["verdict"] == verdicts.NO_DIFFERENCE or (claim["form"], claim["verdict"]) == ("level", verdicts.HOLDS):
        return NO_DIFFERENCE
    if claim["form"] == "level" or claim["verdict"] not in DECIDED:
        return None
    run_is_first = run_id == claim["first_run"] or claim["second_run"] == BASE
    return HELPS if run_is_first == (claim["effect"] > 0) else HURTS
