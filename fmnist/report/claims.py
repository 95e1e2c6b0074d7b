"""What the report says about the claims: each with its verdict, what stands out, and how reliable the tests are."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from fmnist.report.results import number_or_none

DECIDED = (verdicts.SUPPORTED, verdicts.SMALL, verdicts.CONTRADICTED)
# The page colours a verdict by its class; where there is no colour, the firm ones stand out in bold.
_CLASSES = {
    verdicts.SUPPORTED: "supported",
    verdicts.SMALL: "supported",
    verdicts.EQUIVALENT: "equivalent",
    verdicts.CONTRADICTED: "contradicted",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedClaim:
    """A claim, its line of claims.csv (None where the file has no number), and its figure."""

    claim: Claim
    verdict: str
    tested: str
    reason: str
    n: int
    diverged: int
    missing: int
    effect: float | None
    lower: float | None
    upper: float | None
    unit: str | None
    margin: float | None
    p: float | None  # of the claim, or where it is contradicted, of its opposite
    adjusted_p: float | None  # the same after Holm's correction
    prob_superiority: float | None
    paired_p: float | None
    dunnett_p: float | None
    few_seeds_margin: float | None  # both None where no other margin holds for fewer seeds
    few_seeds_verdict: str | None
    compared: tuple[str | None, str | None]
    figure: str  # path as the Markdown file refers to it

    @property
    def told_verdict(self) -> Markup:
        """The verdict as Markdown."""
        name = _CLASSES.get(self.verdict)
        return Markup(f"[**{self.verdict}**]{{.{name}}}" if name else self.verdict)  # noqa: S704 - words of our own

    @property
    def told_effect(self) -> str:
        """The effect with its interval and unit, such as `+0.31 (+0.05 to +0.57) points`."""
        if self.effect is None:
            return NO_NUMBER
        if self.claim.form == "curve":
            return f"{decimals(self.effect, 0)} ({decimals(self.lower, 0)} to {decimals(self.upper, 0)}) {self.unit}"
        digits = places(self.unit)
        interval = "" if self.lower is None else f" ({signed(self.lower, digits)} to {signed(self.upper, digits)})"
        return f"{signed(self.effect, digits)}{interval} {self.unit}"

    @property
    def told_margin(self) -> str:
        """From which difference on it matters."""
        return f"{decimals(self.margin, places(self.unit))} {self.unit}"

    @property
    def told_few_seeds_margin(self) -> str:
        """From which difference on it would matter with fewer seeds."""
        return f"{decimals(self.few_seeds_margin, places(self.unit))} {self.unit}"

    @property
    def hangs_on_margin(self) -> bool:
        """Whether the margin for fewer seeds would have made another verdict of the same runs."""
        return self.few_seeds_verdict not in (None, self.verdict)

    @property
    def decided(self) -> bool:
        """Whether the claim or its opposite is shown."""
        return self.verdict in DECIDED

    @property
    def clarity(self) -> float:
        """How many margins the interval's nearer end is away from zero; 0 where it holds zero."""
        if self.lower is None or self.upper is None or not self.margin or self.lower <= 0 <= self.upper:
            return 0.0
        return min(abs(self.lower), abs(self.upper)) / self.margin


def judged_claims(claims: ClaimList, known: KnownRuns, table: Path, figures: Mapping[str, str]) -> list[JudgedClaim]:
    """Return every claim with its verdict, in the list's order; `table` is claims.csv, `figures` by id."""
    rows = {row["id"]: _plain(row) for row in read_verdicts(table).to_dict("records")}
    return [
        _judged(
            claim,
            rows[claim.id],
            tested=what_is_tested(claim, known),
            reason=reason(claim, rows[claim.id], claims.significance),
            figure=figures[claim.id],
        )
        for claim in claims.claims
    ]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): number_or_none(value) for name, value in row.items()}


def _judged(claim: Claim, row: dict[str, Any], tested: str, reason: str, figure: str) -> JudgedClaim:
    decisive = "p_against" if row["verdict"] == verdicts.CONTRADICTED else "p"
    same = ("verdict", "n", "diverged", "missing", "effect", "lower", "upper", "unit", "margin")
    return JudgedClaim(
        claim=claim,
        p=row[decisive],
        adjusted_p=row[f"adjusted_{decisive}"],
        compared=(row["first"], row["second"]),
        tested=tested,
        reason=reason,
        figure=figure,
        **{name: row[name] for name in (*same, "prob_superiority", "paired_p", "dunnett_p")},
        **{name: row[name] for name in ("few_seeds_margin", "few_seeds_verdict")},
    )


def verdict_counts(judged: Sequence[JudgedClaim]) -> list[tuple[str, int]]:
    """Count the verdicts that occur, in their usual order."""
    found = [one.verdict for one in judged]
    return [(verdict, found.count(verdict)) for verdict in verdicts.VERDICTS if verdict in found]


def findings(judged: Sequence[JudgedClaim], most: int = 3) -> list[JudgedClaim]:
    """Return what stands out: claims decided either way, about accuracies, whose effects are largest and surest.

    They are ranked by how many margins the interval's nearer end is away from zero. Of claims
    that rest on the same comparison, the first stands for all.
    """
    decided = [one for one in judged if one.decided and one.unit == "points" and one.clarity > 0]
    ranked = sorted(decided, key=lambda one: -one.clarity)
    different: dict[object, JudgedClaim] = {}
    for one in ranked:
        different.setdefault((frozenset(one.compared), one.claim.measure), one)
    return list(different.values())[:most]


def error_rates(calibration: pd.DataFrame) -> list[dict[str, Any]]:
    """Return for every form its largest rates of false verdicts, by seeds, and its smallest coverage; in percent.

    `calibration` is benchmarks/calibration.csv.
    """
    nothing = calibration[calibration["effect"].isna()]
    rows: list[dict[str, Any]] = []
    for form, cases in nothing.groupby("form", sort=False):
        by_seeds = cases.groupby("n")[["supported", "contradicted", "equivalent"]].max() * 100
        rates: dict[str, Any] = {str(name): [number_or_none(float(x)) for x in by_seeds[name]] for name in by_seeds}
        rows.append({"form": str(form), **rates, "coverage": number_or_none(100 * float(cases["coverage"].min()))})
    return rows


def powers(calibration: pd.DataFrame) -> list[dict[str, Any]]:
    """Return for every form and true effect how often it is found, by seeds; in percent."""
    rows: list[dict[str, Any]] = []
    for form, cases in calibration.dropna(subset="effect").groupby("form", sort=False):
        for effect, same in cases.groupby("effect"):
            found = [100 * float(share) for share in same.sort_values("n")["supported"]]
            rows.append({"form": str(form), "effect": number_or_none(effect), "found": found})
    return rows


def read_calibration(path: Path) -> pd.DataFrame:
    """Read benchmarks/calibration.csv."""
    return pd.read_csv(path)


def p_value(p: float | None) -> str:
    """Write what a p-value is: `= 0.034`, or `< 0.001`."""
    if p is None or math.isnan(p):
        return NO_NUMBER
    return "< 0.001" if p < 0.001 else f"= {decimals(p, 3)}"
