"""What the report makes of verdicts and of the calibration."""

import math
import re

import pandas as pd
import pytest
from builders import CLAIMS, ROOT
from report_builders import prose, summary

from fmnist.claims import verdicts
from fmnist.claims.claim_list import read_claims
from fmnist.report.claims import effect_text, error_rates, findings, p_value, powers, verdict_counts

ALL = read_claims(CLAIMS).claims
EXTENSIONS_ONLY = {"wide-channels", "plateau-scheduler"}


def judged(verdict, lower, upper, **changes):
    numbers = {"n": 5, "lower": lower, "upper": upper, "effect": None if lower is None else (lower + upper) / 2}
    texts = {"unit": "points", "margin": 0.5, "first": f"{lower}", "second": f"{upper}"}
    return {"verdict": verdict, "form": "greater", "measure": "accuracy", **numbers, **texts, **changes}


def test_findings_are_decided_large_and_sure():
    sure, wide = judged(verdicts.SUPPORTED, 2.0, 3.0), judged(verdicts.CONTRADICTED, -9.0, -1.0)
    small, fine = judged(verdicts.SMALL, 0.1, 0.3), judged(verdicts.SUPPORTED, 1.5, 2.0, margin=0.25)
    others = [
        judged(verdicts.INCONCLUSIVE, 3.0, 4.0),
        judged(verdicts.EQUIVALENT, 0.1, 0.2),
        judged(verdicts.SUPPORTED, 50.0, 60.0, unit="%", margin=5.0),
        judged(verdicts.SUPPORTED, -1.0, 1.0),
        judged(verdicts.ONE_SEED, None, None),
    ]
    assert findings([small, *others, wide, sure]) == [sure, wide, small]
    assert findings([sure, fine], most=1) == [fine]
    assert findings(others) == []


def test_claims_on_the_same_comparison_are_one_finding():
    one = judged(verdicts.CONTRADICTED, -2.0, -1.0, first="Adam", second="RMSprop")
    turned = judged(verdicts.SUPPORTED, 1.0, 2.0, first="RMSprop", second="Adam")
    assert len(findings([one, one, turned])) == 1


def test_verdicts_are_counted_in_their_order():
    found = [judged(v, 1, 2) for v in (verdicts.CONTRADICTED, verdicts.SUPPORTED, verdicts.CONTRADICTED)]
    assert verdict_counts(found) == [(verdicts.SUPPORTED, 1), (verdicts.CONTRADICTED, 2)]


@pytest.mark.parametrize(
    ("one", "effect"),
    [
        (judged(verdicts.SUPPORTED, 0.1, 0.5), "+0.30 (+0.10 to +0.50) points"),
        (judged(verdicts.SUPPORTED, -12.0, -8.0, unit="%"), "−10.0 (−12.0 to −8.0) %"),
        (judged(verdicts.ONE_SEED, None, None, effect=0.3), "+0.30 points"),
        (judged(verdicts.NOT_TESTABLE, None, None), "–"),
        (
            judged(verdicts.INCONCLUSIVE, 54.93, 100.0, effect=100.0, unit="% of seeds", form="curve"),
            "100 (55 to 100) % of seeds",
        ),
    ],
)
def test_effects_with_their_intervals(one, effect):
    assert effect_text(one) == effect


@pytest.mark.parametrize(
    ("p", "told"), [(0.0342, "= 0.034"), (0.0009, "< 0.001"), (1.0, "= 1.000"), (None, "–"), (math.nan, "–")]
)
def test_p_values(p, told):
    assert p_value(p) == told


def test_error_rates_are_the_largest_and_powers_are_by_effect():
    table = pd.DataFrame(
        [
            ("b", 3, math.nan, 0.01, 0.02, 0.91),
            ("b", 3, math.nan, 0.04, math.nan, 0.92),
            ("b", 5, math.nan, 0.05, math.nan, 0.90),
            ("b", 3, 1.0, 0.60, 0.0, 0.9),
            ("b", 5, 1.0, 0.80, 0.0, 0.9),
            ("a", 3, 0.5, 0.10, 0.0, 0.9),
            ("a", 5, 0.5, 0.20, 0.0, 0.9),
        ],
        columns=["form", "n", "effect", "supported", "contradicted", "coverage"],
    )
    (rates,) = error_rates(table).to_numpy().tolist()
    assert rates == [pytest.approx(4), pytest.approx(5), pytest.approx(2), None, pytest.approx(90)]
    assert powers(table).index.tolist() == [("b", 1.0), ("a", 0.5)]
    assert powers(table).to_numpy().tolist() == [pytest.approx([60, 80]), pytest.approx([10, 20])]


def test_the_committed_calibration_keeps_every_form_within_5_percent():
    table = pd.read_csv(ROOT / "benchmarks/calibration.csv")
    used = table[~table["form"].str.contains("not used") & table["effect"].isna()]
    assert set(used["n"]) == {3, 5, 10}
    # A true rate of 5% is measured within three standard errors of it.
    largest = 0.05 + 3 * (0.05 * 0.95 / used["simulations"]) ** 0.5
    for verdict in ("supported", "contradicted", "equivalent"):
        assert not (used[verdict] > largest).any(), verdict
    assert (used["coverage"] > 0.9 - 0.01).all()


def verdicts_of(markdown):
    """Return the verdict of every claim in the table, by id, without its emphasis."""
    rows = re.findall(r"^\| \[([a-z0-9-]+)\]\(#claim-.*\| ([^|]+) \|$", markdown, re.MULTILINE)
    return {identity: re.sub(r"\[\*\*(.*)\*\*\]\{.*\}", r"\1", verdict) for identity, verdict in rows}


def test_one_seed_has_no_verdict_on_any_claim_and_says_so(one_seed):
    found = verdicts_of(one_seed)
    assert list(found) == [claim.id for claim in ALL]
    assert {identity for identity, verdict in found.items() if verdict == verdicts.NOT_TESTABLE} == EXTENSIONS_ONLY
    assert set(found.values()) == {verdicts.ONE_SEED, verdicts.NOT_TESTABLE}
    assert "there is no verdict yet: that takes three seeds" in summary(one_seed)


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.id)
def test_every_claim_has_an_entry_and_a_figure_if_it_was_tested(one_seed, claim):
    assert one_seed.count(f"{{#claim-{claim.id}}}") == 1
    assert (f"figures/claims/{claim.id}.svg" in one_seed) == (claim.id not in EXTENSIONS_ONLY)


def test_verdicts_follow_the_runs(five_seeds):
    found = verdicts_of(five_seeds)
    assert (found["pooling-max"], found["dropout-acc"]) == (verdicts.SUPPORTED, verdicts.CONTRADICTED)
    pooling = prose(five_seeds, "claim-pooling-max")
    assert "Max pooling against LeNet-5, base case: test accuracy +6.00 points" in pooling
    assert r"n = 5, p \< 0.001 after Holm's correction, margin 0.50 points" in pooling
    assert "The opposite is shown: with dropout" in prose(five_seeds, "claim-dropout-acc")


def test_the_summary_counts_the_verdicts_of_the_table(five_seeds):
    count = list(verdicts_of(five_seeds).values()).count
    told = summary(five_seeds)
    assert f"{count(verdicts.SUPPORTED) + count(verdicts.SMALL)} are supported" in told
    assert f"{count(verdicts.CONTRADICTED)} contradicted, and {count(verdicts.INCONCLUSIVE)} open" in told
    accuracies = five_seeds.split("{#tbl-accuracies}")[0].split("{#sec-comparison}")[1]
    inside = len(re.findall(r"\| inside \|$", accuracies, re.MULTILINE))
    assert f"{inside} of 44 accuracies that the original prints lie inside" in told
