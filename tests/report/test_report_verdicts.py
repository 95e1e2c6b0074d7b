"""The report's summary and its chapter on claims: they say what the runs say."""

import re

import pandas as pd
import pytest
import yaml
from made_up_results import ROOT, Results, shipped_config
from report_builders import build, prose, text


def claims_of(markdown):
    """Return the chapter on the claims, all its sections."""
    return markdown.split("# Claims {#sec-claims}")[1].split("\n# ")[0]


def verdicts_of(markdown):
    """Return the verdict of every claim in the table, by id, without its emphasis."""
    rows = re.findall(r"^\| \[([a-z0-9-]+)\]\(#claim-.*\| ([^|]+) \|$", claims_of(markdown), re.MULTILINE)
    return {identity: re.sub(r"\[\*\*(.*)\*\*\]\{.*\}", r"\1", verdict) for identity, verdict in rows}


CLAIM_IDS = [claim["id"] for claim in yaml.safe_load((ROOT / "report/claims.yaml").read_text())["claims"]]


EXTENSIONS_ONLY = {"wide-channels", "plateau-scheduler"}


def test_one_seed_has_no_verdict_on_any_claim_and_says_so(one_seed_report):
    markdown = one_seed_report.output.markdown.read_text()
    verdicts = verdicts_of(markdown)
    assert list(verdicts) == CLAIM_IDS
    assert {identity for identity, verdict in verdicts.items() if verdict == "not testable"} == EXTENSIONS_ONLY
    assert set(verdicts.values()) == {"no verdict: one seed", "not testable"}
    assert "**There is no verdict here:** one seed says too little" in claims_of(markdown)
    assert "there is no verdict yet: that takes three seeds" in " ".join(markdown.split("# Environment")[0].split())
    assert "stays clear of zero" not in markdown


def test_every_claim_has_an_entry_with_its_sentence_and_its_figure(one_seed_report):
    html = one_seed_report.output.html.read_text()
    markdown = one_seed_report.output.markdown.read_text()
    for identity in CLAIM_IDS:
        assert html.count(f'id="claim-{identity}"') == 1
        assert (f"figures/claims/{identity}.svg" in markdown) == (identity not in EXTENSIONS_ONLY)
    entry = prose(markdown, "claim-pooling-max")
    assert "Section 4-2-3 of the original, as tested here: max pooling beats average pooling. **No verdict" in entry
    assert "Tested: test accuracy: max pooling above LeNet-5, base case" in entry


@pytest.fixture(scope="module")
def five_seeds(tmp_path_factory):
    """The shipped config with five seeds; max pooling is far ahead, dropout far behind, all else as printed."""
    results = Results(tmp_path_factory.mktemp("five"), shipped_config(seeds=[0, 1, 2, 3, 4]))
    spread = [-0.002, -0.001, 0.0, 0.001, 0.002]
    for run_id, mean in {"lenet5": 0.89, "lenet5__pooling=max": 0.93, "lenet5__dropout=true": 0.86}.items():
        results.runs.loc[results.runs["run_id"] == run_id, "test_accuracy"] = [mean + deviation for deviation in spread]
    return text(results)


def test_verdicts_follow_the_runs(five_seeds):
    verdicts = verdicts_of(five_seeds)
    assert (verdicts["pooling-max"], verdicts["dropout-acc"]) == ("supported", "contradicted")
    pooling = prose(five_seeds, "claim-pooling-max")
    assert "**Supported.** Max pooling against LeNet-5, base case: test accuracy +4.00 points" in pooling
    assert r"n = 5, p \< 0.001 after Holm's correction, margin 0.50 points" in pooling
    assert "**Contradicted.** The opposite is shown: with dropout" in prose(five_seeds, "claim-dropout-acc")


def test_the_summary_counts_verdicts_and_intervals_and_tells_what_stands_out(five_seeds):
    summary = " ".join(five_seeds.split("# Environment")[0].split())
    verdicts = list(verdicts_of(five_seeds).values())
    assert f"{verdicts.count('supported')} are supported" in summary
    assert f"{verdicts.count('contradicted')} contradicted, and {verdicts.count('inconclusive')} open" in summary
    inside = claims_inside(five_seeds)
    assert f"{inside} of 44 accuracies that the original prints lie inside" in summary
    assert "The 3 findings about accuracies" in summary
    # In margins: 4.00 points of max pooling come before all else.
    first = summary.split(" 1. ")[1].split(" 2. ")[0]
    assert ": max pooling beats average pooling ([](#claim-pooling-max)). Max pooling" in first


def test_what_hangs_on_the_margin_of_ten_seeds_is_told(five_seeds, tmp_path):
    results = Results(tmp_path, shipped_config(seeds=list(range(10))))
    spread = 2 * [-0.003, -0.002, 0.0, 0.002, 0.003]
    for run_id, mean in {"lenet5": 0.89, "lenet5__dropout=true": 0.8912}.items():
        results.runs.loc[results.runs["run_id"] == run_id, "test_accuracy"] = [mean + deviation for deviation in spread]
    ten_seeds = text(results)
    assert verdicts_of(ten_seeds)["dropout-acc"] == "inconclusive"
    entry = prose(ten_seeds, "claim-dropout-acc")
    assert "margin 0.25 points (by that for fewer seeds, 0.50 points: equivalent)" in entry
    others = prose(ten_seeds, "sec-tests").split("the same runs would give ")[1].split(". ")[0]
    assert "[dropout-acc](#claim-dropout-acc) equivalent" in others
    summary = " ".join(ten_seeds.split("# Environment")[0].split())
    assert "of the open claims would be of this kind ([](#sec-tests))" in summary
    assert "fewer seeds, the same runs" not in five_seeds
    assert "narrower here" not in five_seeds


def claims_inside(markdown):
    table = markdown.split("{#tbl-accuracies}")[0].split("# Reported against replicated")[1]
    return len(re.findall(r"\| inside \|$", table, re.MULTILINE))


def test_slips_of_the_original_are_told_in_the_summary(five_seeds):
    summary = " ".join(five_seeds.split("# Environment")[0].split())
    assert "SGD ended with the lowest loss, and its 0.6372 is the highest of the three" in summary
    assert "from 0.1555 at 10 to 0.1242 at 40" in summary
    assert "92.07 % that leaky ReLU reached against 92.06 % is a matter of 1 image in 10,000" in summary


def test_missing_seeds_and_diverged_runs_are_told_at_their_claims(tmp_path):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2, 3]))
    results.runs = results.runs[~((results.runs["run_id"] == "lenet5__pooling=max") & (results.runs["seed"] == 3))]
    results.set_run("lenet5__learning_rate=0.0128", train_loss=float("nan"), test_accuracy=0.1, diverged=True)
    job = build(results)
    markdown = job.output.markdown.read_text()
    assert "0 diverged, and 1 is missing" in prose(markdown, "claim-pooling-max")
    assert "4 diverged, and 0 are missing" in prose(markdown, "claim-lr-acc")
    assert "4 of the runs diverged" in prose(markdown, "claim-lr-loss")
    assert verdicts_of(markdown)["lr-loss"] == "not testable"
    assert re.search(r"\| 3\\\* \| [^|]* \|$", claims_of(markdown), re.MULTILINE)
    assert not re.search(r"\b(nan|None|inf)\b", claims_of(markdown))


def test_the_tests_own_error_rates_stand_in_the_report(five_seeds):
    calibration = pd.read_csv(ROOT / "benchmarks/calibration.csv")
    greater = calibration[(calibration["form"] == "greater, two runs") & calibration["effect"].isna()]
    rates = 100 * greater.groupby("n")["supported"].max()
    shown = " | ".join(f"{rate:.1f}" for rate in rates)
    assert f"| greater, two runs | {shown} |" in claims_of(five_seeds)
