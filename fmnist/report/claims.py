"""What the report says about the claims: each with its verdict, what stands out, and how reliable the tests are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from fmnist.claims import verdicts
from fmnist.claims.claim_list import Claim, ClaimList
from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.evaluate import read_verdicts
from fmnist.common.wording import NO_NUMBER, decimals, signed
from fmnist.report.claim_words import places, reason, what_is_tested
from fmnist.report.tables import records

DECIDED = (verdicts.SUPPORTED, verdicts.SMALL, verdicts.CONTRADICTED)
JUDGED = (*DECIDED, verdicts.EQUIVALENT, verdicts.INCONCLUSIVE)
# The page colours a verdict by its class; where there is no colour, these stand out in bold.
_CLASSES = {
    verdicts.SUPPORTED: "supported",
    verdicts.SMALL: "supported",
    verdicts.EQUIVALENT: "equivalent",
    verdicts.CONTRADICTED: "contradicted",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedClaim:
    """A claim and its line of claims.csv; None where the file has no number."""

    claim: Claim
    verdict: str
    tested: str
    reason: str
    first: str | None
    second: str | None
    n: int
    diverged: int
    missing: int
    effect: float | None
    lower: float | None
    upper: float | None
    unit: str | None
    margin: float | None
    p: float | None  # of the claim; where it is contradicted, of its opposite
    adjusted_p: float | None  # the same after Holm's correction
    prob_superiority: float | None
    paired_p: float | None
    dunnett_p: float | None
    few_seeds_margin: float | None  # None, like the verdict by it, where fewer seeds have the same margin
    few_seeds_verdict: str | None

    @property
    def effect_text(self) -> str:
        """The effect with its interval and unit, such as `+0.31 (+0.05 to +0.57) points`."""
        if self.effect is None:
            return NO_NUMBER
        if self.claim.form == "curve":
            return f"{decimals(self.effect, 0)} ({decimals(self.lower, 0)} to {decimals(self.upper, 0)}) {self.unit}"
        digits = places(self.unit)
        interval = "" if self.lower is None else f" ({signed(self.lower, digits)} to {signed(self.upper, digits)})"
        return f"{signed(self.effect, digits)}{interval} {self.unit}"

    @property
    def claims_no_difference(self) -> bool:
        """Whether the claim is that two runs are alike."""
        return self.claim.form == "equivalent"

    @property
    def hangs_on_margin(self) -> bool:
        """Whether the same runs would have another verdict by the margin for fewer seeds."""
        return self.few_seeds_verdict not in (None, self.verdict)

    @property
    def decided(self) -> bool:
        """Whether the claim or its opposite is shown."""
        return self.verdict in DECIDED

    @property
    def judged(self) -> bool:
        """Whether there were runs and seeds enough for a verdict."""
        return self.verdict in JUDGED

    @property
    def clarity(self) -> float:
        """The distance from zero to the interval's nearer end, in margins; 0 where the interval holds zero."""
        if self.lower is None or self.upper is None or not self.margin or self.lower <= 0 <= self.upper:
            return 0.0
        return min(abs(self.lower), abs(self.upper)) / self.margin


def verdict_markup(verdict: str) -> Markup:
    """Write a verdict as Markdown: in bold, and in the colour of its class, unless it is an open one."""
    name = _CLASSES.get(verdict)
    return Markup(f"[**{verdict}**]{{.{name}}}" if name else verdict)  # noqa: S704 - words of our own


def judged_claims(claims: ClaimList, known: KnownRuns, table: Path) -> list[JudgedClaim]:
    """Return every claim with its line of `table`, a claims.csv, in the list's order."""
    rows = {row["id"]: row for row in records(read_verdicts(table))}
    return [_judged(claim, rows[claim.id], claims.significance, known) for claim in claims.claims]


def _judged(claim: Claim, row: dict[str, Any], significance: float, known: KnownRuns) -> JudgedClaim:
    decisive = "p_against" if row["verdict"] == verdicts.CONTRADICTED else "p"
    told = {
        "claim": claim,
        "tested": what_is_tested(claim, known),
        "reason": reason(claim, row, significance),
        "p": row[decisive],
        "adjusted_p": row[f"adjusted_{decisive}"],
    }
    others = [field.name for field in fields(JudgedClaim) if field.name not in told]
    return JudgedClaim(**told, **{name: row[name] for name in others})


def amount(size: float, unit: str) -> str:
    """Write a margin: `0.25 points`, `5.0 %`."""
    return f"{decimals(size, places(unit))} {unit}"


def verdict_counts(judged: Sequence[JudgedClaim]) -> list[tuple[str, int]]:
    """Count the verdicts that occur, in their usual order."""
    found = [one.verdict for one in judged]
    return [(verdict, found.count(verdict)) for verdict in verdicts.VERDICTS if verdict in found]


def findings(judged: Sequence[JudgedClaim], most: int = 3) -> list[JudgedClaim]:
    """Return the clearest of the claims about accuracies that are decided either way.

    They are ranked by `clarity`. Of claims that rest on the same comparison only the first counts.
    """
    decided = [one for one in judged if one.decided and one.unit == "points" and one.clarity > 0]
    different: dict[object, JudgedClaim] = {}
    for one in sorted(decided, key=lambda one: -one.clarity):
        different.setdefault((frozenset([one.first, one.second]), one.claim.measure), one)
    return list(different.values())[:most]


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
