"""What the report says about the claims: their verdicts, the clearest findings, and how reliable the tests are."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from fmnist.claims import verdicts
from fmnist.claims.claim_list import Claim, ClaimList
from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.evaluate import read_verdicts
from fmnist.common.wording import NO_NUMBER, decimals, signed
from fmnist.report.claim_words import Row, interval, places, reason, what_is_tested
from fmnist.report.tables import records

DECIDED = (verdicts.SUPPORTED, verdicts.SMALL, verdicts.CONTRADICTED)
# The page colours a verdict by its class; where there is no colour, these stand out in bold.
_CLASSES = {
    verdicts.SUPPORTED: "supported",
    verdicts.SMALL: "supported",
    verdicts.EQUIVALENT: "equivalent",
    verdicts.CONTRADICTED: "contradicted",
}


def verdict_markup(verdict: str) -> Markup:
    """Write a verdict as Markdown: in bold, and in the colour of its class, unless it is an open one."""
    name = _CLASSES.get(verdict)
    return Markup(f"[**{verdict}**]{{.{name}}}" if name else verdict)  # noqa: S704 - words of our own


def judged_claims(claims: ClaimList, known: KnownRuns, table: Path) -> list[dict[str, Any]]:
    """Return every claim, in the list's order, with its line of `table`, a claims.csv, and what a section says of it.

    In `p` and `adjusted_p`, a contradicted claim has those of its opposite. None where the file has no number.
    """
    rows = {row["id"]: row for row in records(read_verdicts(table))}
    return [_judged(claim, rows[claim.id], claims.significance, known) for claim in claims.claims]


def _judged(claim: Claim, row: Row, significance: float, known: KnownRuns) -> dict[str, Any]:
    decisive = "p_against" if row["verdict"] == verdicts.CONTRADICTED else "p"
    return {
        **row,
        "claim": claim,
        "tested": what_is_tested(claim, known),
        "reason": reason(claim, row, significance),
        "p": row[decisive],
        "adjusted_p": row[f"adjusted_{decisive}"],
        "effect_text": effect_text(row),
        "claims_no_difference": claim.form == "equivalent",
        # Whether the same runs would have another verdict by the margin for fewer seeds.
        "hangs_on_margin": row["few_seeds_verdict"] not in (None, row["verdict"]),
        "decided": row["verdict"] in DECIDED,
        "judged": row["verdict"] not in verdicts.WITHOUT_VERDICT,
    }


def effect_text(row: Row) -> str:
    """Write an effect with its interval and unit, such as `+0.31 (+0.05 to +0.57) points`."""
    if row["effect"] is None:
        return NO_NUMBER
    if row["form"] == "curve":
        return (
            f"{decimals(row['effect'], 0)} ({decimals(row['lower'], 0)} to {decimals(row['upper'], 0)}) {row['unit']}"
        )
    return f"{signed(row['effect'], places(row['unit']))}{interval(row)} {row['unit']}"


def verdict_counts(judged: Sequence[Row]) -> list[tuple[str, int]]:
    """Count the verdicts that occur, in their usual order."""
    found = [one["verdict"] for one in judged]
    return [(verdict, found.count(verdict)) for verdict in verdicts.VERDICTS if verdict in found]


def findings(judged: Sequence[Row], most: int = 3) -> list[Row]:
    """Return the clearest of the claims about accuracies that are decided either way.

    They are ranked by the distance from zero to the interval's nearer end, in margins. Of claims
    that rest on the same comparison only the first counts.
    """
    decided = [one for one in judged if one["verdict"] in DECIDED and one["unit"] == "points" and _clarity(one) > 0]
    different: dict[object, Row] = {}
    for one in sorted(decided, key=_clarity, reverse=True):
        different.setdefault((frozenset([one["first"], one["second"]]), one["measure"]), one)
    return list(different.values())[:most]


def _clarity(one: Row) -> float:
    """Return 0 where the interval holds zero."""
    return float(max(one["lower"], -one["upper"], 0) / one["margin"])


def error_rates(calibration: pd.DataFrame) -> pd.DataFrame:
    """Return the largest rates of false verdicts and the smallest coverage of the interval, in percent.

    One row a form; columns: supported by seeds, contradicted by seeds, coverage. `calibration` is
    benchmarks/calibration.csv.
    """
    no_effect = calibration[calibration["effect"].isna()]
    by_form = no_effect.groupby(["form", "n"], sort=False)[["supported", "contradicted"]].max()
    rates = pd.DataFrame(by_form.unstack())
    rates["coverage", ""] = no_effect.groupby("form")["coverage"].min()
    percent = 100 * rates
    return percent.astype(object).where(percent.notna(), None)  # a dash in the report


def powers(calibration: pd.DataFrame) -> pd.DataFrame:
    """Return how often each true effect is found, in percent: one row a form and effect, one column for `n` seeds."""
    with_effect = calibration.dropna(subset="effect")
    found = with_effect.pivot(index=["form", "effect"], columns="n", values="supported")
    return 100 * found.reindex(with_effect["form"].unique(), level="form")


def p_value(p: float | None) -> str:
    """Write what a p-value is: `= 0.034`, or `< 0.001`."""
    if p is None or math.isnan(p):
        return NO_NUMBER
    return "< 0.001" if p < 0.001 else f"= {decimals(p, 3)}"
