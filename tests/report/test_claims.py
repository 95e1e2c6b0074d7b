"""What the report makes of verdicts, of the test images and of the calibration."""

import math
import re

import pandas as pd
import pytest
from builders import CLAIMS, ROOT
from made_up_results import Results, shipped_config
from report_builders import prose, section, summary

from fmnist.claims import over_images, verdicts
from fmnist.claims.claim_list import read_claims
from fmnist.report.claims import (
    ERRORS,
    SIGNS,
    claims_of,
    elsewhere,
    error_rates,
    powers,
    tally,
    verdict_counts,
    verdict_filter,
)
from fmnist.report.image_noise import read_image_noise
from fmnist.report.report import markdown_report

LIST = read_claims(CLAIMS)
ALL = LIST.tested
EXTENSIONS = {"wide-lenet-over-fc", "watching-scheduler", "batch-large-overfits-steps", "wide-channels"}


def judged(verdict, lower, upper, **changes):
    numbers = {"n": 5, "lower": lower, "upper": upper, "effect": (lower + upper) / 2}
    return {
        **{"verdict": verdict, "form": "above", "measure": "accuracy", "first": f"{lower}", "second": f"{upper}"},
        **numbers,
        **changes,
    }


def test_verdicts_are_counted_in_their_order():
    found = [judged(verdict, 1, 2) for verdict in (verdicts.FAILS, verdicts.HOLDS, verdicts.FAILS)]
    assert verdict_counts(found) == [(verdicts.HOLDS, 1), (verdicts.FAILS, 2)]


def test_error_rates_are_the_largest_and_powers_are_by_effect():
    table = pd.DataFrame(
        [
            ("b", 3, math.nan, 0.01, math.nan, 0.02, 0.91),
            ("b", 5, math.nan, 0.05, math.nan, math.nan, 0.90),
            ("b", 3, 1.0, 0.60, 0.0, 0.0, 0.8),
            ("b", 5, 1.0, 0.80, 0.0, 0.0, 0.8),
            ("a", 3, 0.5, 0.10, 0.0, 0.0, 0.8),
            ("a", 5, 0.5, 0.20, 0.0, 0.0, 0.8),
        ],
        columns=["form", "n", "effect", *ERRORS, "coverage"],
    )
    (rates,) = error_rates(table).to_numpy().tolist()
    assert rates == [pytest.approx(5), None, pytest.approx(2), pytest.approx(90)]
    assert powers(table).index.tolist() == [("b", 1.0), ("a", 0.5)]
    assert powers(table).to_numpy().tolist() == [pytest.approx([60, 80]), pytest.approx([10, 20])]


def test_the_committed_calibration_has_the_columns_that_the_report_reads():
    table = pd.read_csv(ROOT / "benchmarks/calibration.csv")
    assert set(error_rates(table).index) <= set(table["form"])
    assert not powers(table).empty


def test_verdicts_that_change_over_images_are_found(tmp_path):
    row = dict.fromkeys(over_images.COLUMNS, 1.0) | dict.fromkeys(over_images.TEXTS, "a")
    rows = [
        row | {"verdict": "holds", "verdict_over_images": "open", "seeds_error": 3.0},
        row | {"verdict": "holds", "verdict_over_images": "holds"},
        row | {"verdict": "", "verdict_over_images": ""},  # too few seeds
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "noise.csv", index=False)
    noise = read_image_noise(tmp_path / "noise.csv")
    assert [len(noise[name]) for name in ("rows", "judged", "changed")] == [3, 2, 1]
    assert noise["typical"]["seeds_error"] == 1.0


def test_the_filter_has_a_button_for_each_verdict_that_occurs():
    found = [judged(verdict, 1, 2) for verdict in (verdicts.FAILS, verdicts.HOLDS, verdicts.SMALL)]
    assert tally(found) == dict.fromkeys(SIGNS, 0) | {"holds": 2, "fails": 1}
    assert re.findall(r'id="show-(\w+)"', verdict_filter(found)) == ["all", "holds", "fails"]


def test_claims_are_found_by_the_experiments_they_rest_on():
    one, other = {"experiments": ["a", "b"]}, {"experiments": ["b"]}
    assert claims_of([one, other]) == {"a": [one], "b": [one, other]}


def verdicts_of(markdown):
    """Return the verdict on every claim's card, by id."""
    cards = re.findall(r"\{#claim-([a-z0-9-]+)\}\s+\[\S+ \*\*(.*?)\*\*\]", markdown)
    return dict(cards)


def test_one_seed_has_no_verdict_on_any_claim_and_says_so(one_seed):
    found = verdicts_of(one_seed)
    assert list(found) == [claim.id for claim in ALL]
    assert {identity for identity, verdict in found.items() if verdict == verdicts.NOT_TESTABLE} == EXTENSIONS
    assert set(found.values()) == {verdicts.TOO_FEW, verdicts.NOT_TESTABLE}
    assert "**No verdict** on 44 claims" in summary(one_seed)
    assert "{#sec-choices}" not in one_seed


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.id)
def test_every_claim_has_its_words_and_a_figure_if_it_was_tested(one_seed, claim):
    entry = section(one_seed, f"claim-{claim.id}")
    assert claim.quote in entry.replace("\\", "")
    assert (f"figures/claims/{claim.id}.svg" in entry) == (claim.id not in EXTENSIONS)
    assert ("our reading" in entry) == claim.reading


def test_explanations_are_listed_and_not_judged(one_seed):
    entry = section(one_seed, "sec-asserted")
    assert all(one.quote in entry.replace("\\", "") for one in LIST.asserted)


def test_verdicts_follow_the_runs(five_seeds):
    found = verdicts_of(five_seeds)
    assert (found["max-pooling"], found["dropout-acc"]) == (verdicts.HOLDS, verdicts.FAILS)
    pooling = prose(five_seeds, "claim-max-pooling")
    assert "max pooling against LeNet-5, base case: test accuracy, 5 seeds" in pooling
    assert "| +6.00 points |" in pooling
    assert "As claimed in 5 of 5 seeds" in pooling
    assert "Over seeds and test images: holds" in pooling


def test_the_first_screen_counts_and_what_to_set_follows_the_verdicts(five_seeds):
    found = list(verdicts_of(five_seeds).values())
    told = summary(five_seeds)
    numbers = [tally([{"verdict": verdict} for verdict in found])[name] for name in ("holds", "alike", "fails", "open")]
    assert f"**{' · '.join(map(str, numbers))}** claims hold" in told
    assert re.search(r"\*\*Helps\.\*\*.*max pooling for average.*\*\*Hurts\.\*\*.*SGD for Adam", told)
    inside = 85 - section(five_seeds, "sec-comparison").count("**(outside)**")
    assert f"**{inside} of 85** printed numbers" in told


def test_verdicts_elsewhere_are_set_beside_these(tmp_path):
    here = [
        {"id": "a", "verdict": verdicts.HOLDS},
        {"id": "b", "verdict": verdicts.OPEN},
        {"id": "c", "verdict": verdicts.HOLDS},
    ]
    there = pd.DataFrame(
        [("a", verdicts.FAILS), ("b", verdicts.OPEN), ("d", verdicts.HOLDS)], columns=["id", "verdict"]
    )
    there.to_csv(tmp_path / "claims.csv", index=False)
    (found,) = elsewhere(here, {"MNIST": tmp_path / "claims.csv"})
    assert (found["title"], found["common"], found["same"], found["opposite"]) == ("MNIST", 2, 1, ["a"])
    assert found["verdicts"] == dict(there.to_numpy())


def test_the_report_names_the_claims_that_come_out_otherwise_elsewhere(tmp_path):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2]))
    files = results.write()
    other = pd.read_csv(files["verdicts"], dtype=str)
    (changed,) = other.loc[other["id"] == "max-pooling", "verdict"]
    other.loc[other["id"] == "max-pooling", "verdict"] = verdicts.OPEN if changed != verdicts.OPEN else verdicts.HOLDS
    other.to_csv(tmp_path / "mnist.csv", index=False)
    markdown = markdown_report({**files, "compared": {"MNIST": tmp_path / "mnist.csv"}}, results.config, tmp_path)
    text = section(markdown, "sec-elsewhere")
    assert f"MNIST: the same verdict for {len(other) - 1} of {len(other)} claims" in text
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert len(rows) == 1
    assert "max-pooling" in rows[0]
    assert "sec-elsewhere" not in markdown_report(files, results.config, tmp_path)
