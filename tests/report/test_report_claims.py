"""What the report makes of verdicts and of the calibration."""

import math
from typing import Any

import pandas as pd
import pytest
from builders import CLAIMS, ROOT

from fmnist.claims.claim_list import read_claims
from fmnist.report.claims import JudgedClaim, error_rates, findings, p_value, powers, read_calibration, verdict_counts

CLAIM = read_claims(CLAIMS).claims[0]


def judged(verdict: str, lower: float | None, upper: float | None, **changes: Any) -> JudgedClaim:
    settings: dict[str, Any] = {
        "claim": CLAIM,
        "verdict": verdict,
        "tested": "",
        "reason": "",
        "n": 5,
        "diverged": 0,
        "missing": 0,
        "effect": None if lower is None or upper is None else (lower + upper) / 2,
        "lower": lower,
        "upper": upper,
        "unit": "points",
        "margin": 0.5,
        "p": 0.01,
        "adjusted_p": 0.03,
        "prob_superiority": 1.0,
        "paired_p": 0.01,
        "dunnett_p": None,
        "few_seeds_margin": None,
        "few_seeds_verdict": None,
        "compared": (f"{lower}", f"{upper}"),
        "figure": "f.svg",
    }
    return JudgedClaim(**{**settings, **changes})


def test_findings_are_decided_large_and_sure() -> None:
    sure, wide, small = (
        judged("supported", 2.0, 3.0),
        judged("contradicted", -9.0, -1.0),
        judged("supported, but smaller than matters", 0.1, 0.3),
    )
    others = [
        judged("inconclusive", 3.0, 4.0),
        judged("equivalent", 0.1, 0.2),
        judged("supported", 50.0, 60.0, unit="%", margin=5.0),
        judged("supported", -1.0, 1.0),
        judged("no verdict: one seed", None, None),
    ]
    assert findings([small, *others, wide, sure]) == [sure, wide, small]
    assert findings([small, *others, wide, sure], most=1) == [sure]
    assert findings(others) == []


def test_a_small_margin_makes_a_difference_larger() -> None:
    coarse, fine = judged("supported", 2.0, 3.0), judged("supported", 1.5, 2.0, margin=0.25)
    assert findings([coarse, fine]) == [fine, coarse]


def test_claims_on_the_same_comparison_are_one_finding() -> None:
    pair = {"compared": ("Adam", "RMSprop")}
    twice = [judged("contradicted", -2.0, -1.0, **pair), judged("contradicted", -2.0, -1.0, **pair)]
    turned = judged("supported", 1.0, 2.0, compared=("RMSprop", "Adam"))
    assert len(findings([*twice, turned])) == 1


def test_verdicts_are_counted_in_their_order() -> None:
    all_of_them = [judged(verdict, 1, 2) for verdict in ("contradicted", "supported", "contradicted", "not testable")]
    assert verdict_counts(all_of_them) == [("supported", 1), ("contradicted", 2), ("not testable", 1)]


@pytest.mark.parametrize(
    ("one", "effect"),
    [
        (judged("supported", 0.1, 0.5), "+0.30 (+0.10 to +0.50) points"),
        (judged("supported", -12.0, -8.0, unit="%"), "−10.0 (−12.0 to −8.0) %"),
        (judged("no verdict: one seed", None, None, effect=0.3), "+0.30 points"),
        (judged("not testable", None, None), "–"),
    ],
)
def test_effects_as_they_are_told(one: JudgedClaim, effect: str) -> None:
    greater = read_claims(CLAIMS).claims[-1]
    values = {name: getattr(one, name) for name in JudgedClaim.__dataclass_fields__}
    assert JudgedClaim(**{**values, "claim": greater}).told_effect == effect


def test_a_share_is_told_in_whole_percent() -> None:
    assert CLAIM.form == "curve"
    assert (
        judged("inconclusive", 54.93, 100.0, effect=100.0, unit="% of seeds").told_effect
        == "100 (55 to 100) % of seeds"
    )


@pytest.mark.parametrize(
    ("p", "told"), [(0.0342, "= 0.034"), (0.0009, "< 0.001"), (1.0, "= 1.000"), (None, "–"), (math.nan, "–")]
)
def test_p_values(p: float | None, told: str) -> None:
    assert p_value(p) == told


CALIBRATION = pd.DataFrame(
    [
        ("a", "equal", 3, math.nan, 0.01, 0.02, math.nan, 0.91),
        ("a", "apart", 3, math.nan, 0.04, math.nan, 0.03, 0.92),
        ("a", "equal", 5, math.nan, 0.05, 0.03, math.nan, 0.90),
        ("a", "found", 3, 0.5, 0.60, 0.0, 0.1, 0.9),
        ("a", "found", 5, 0.5, 0.80, 0.0, 0.1, 0.9),
        ("a", "found", 3, 1.0, 0.90, 0.0, 0.0, 0.9),
        ("a", "found", 5, 1.0, 1.00, 0.0, 0.0, 0.9),
    ],
    columns=["form", "case", "n", "effect", "supported", "contradicted", "equivalent", "coverage"],
)


def test_the_largest_error_rate_of_every_form_counts() -> None:
    (row,) = error_rates(CALIBRATION)
    assert row["supported"] == pytest.approx([4, 5])
    assert row["contradicted"] == pytest.approx([2, 3])
    assert row["equivalent"][0] == pytest.approx(3)
    assert row["equivalent"][1] is None
    assert row["coverage"] == pytest.approx(90)


def test_powers_stand_by_effect_and_seeds() -> None:
    assert powers(CALIBRATION) == [
        {"form": "a", "effect": 0.5, "found": pytest.approx([60, 80])},
        {"form": "a", "effect": 1.0, "found": pytest.approx([90, 100])},
    ]


def test_the_committed_calibration_keeps_every_form_within_5_percent() -> None:
    table = read_calibration(ROOT / "benchmarks/calibration.csv")
    used = table[~table["form"].str.contains("not used") & table["effect"].isna()]
    assert set(used["n"]) == {3, 5, 10}
    # A true rate of 5% is measured within three standard errors of it.
    largest = 0.05 + 3 * (0.05 * 0.95 / used["simulations"]) ** 0.5
    for verdict in ("supported", "contradicted", "equivalent"):
        assert not (used[verdict] > largest).any(), verdict
    assert (used["coverage"] > 0.9 - 0.01).all()
