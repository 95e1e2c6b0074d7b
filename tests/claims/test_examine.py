"""From runs.csv to the verdict on a claim, on made-up runs whose answer is known."""

import math
from typing import Any

import pandas as pd
import pytest
from builders import curves_frame
from claim_builders import ALIKE, BASE, MAX, POOLING, ROWS, UP, Judge, frame, rate_claim, rates, seeds

from fmnist.claims.hindrances import DIFFERENT_PLACES, NO_NUMBER, NOT_PRINTED, NOT_RUN, SAME_RUN
from fmnist.claims.verdicts import (
    CONTRADICTED,
    EQUIVALENT,
    INCONCLUSIVE,
    NOT_TESTABLE,
    ONE_SEED,
    SUPPORTED,
    TWO_SEEDS,
)

LOSS = {**POOLING, "measure": "train_loss"}
PEAK = (0.80, 0.82, 0.84, 0.86, 0.85, 0.83, 0.81, 0.79)
LEVEL = (0.80, 0.82, 0.84, 0.86, 0.86, 0.86, 0.86, 0.86)
FALLING = tuple(reversed(UP))


@pytest.mark.parametrize(
    ("accuracy", "greater", "alike"),
    [
        (0.92, SUPPORTED, CONTRADICTED),
        (0.88, CONTRADICTED, CONTRADICTED),
        (0.90, EQUIVALENT, SUPPORTED),
        (0.9025, INCONCLUSIVE, INCONCLUSIVE),
    ],
)
def test_two_runs_both_ways(judge: Judge, accuracy: float, greater: str, alike: str) -> None:
    table = judge(frame(seeds(BASE, 0.9), seeds(MAX, accuracy, order=1)), POOLING, ALIKE)
    assert list(table["verdict"]) == [greater, alike]
    assert list(table["expected_sign"]) == [1, 0]
    row = table.loc["pooling"]
    assert row["effect"] == pytest.approx(100 * (accuracy - 0.9))
    assert row["lower"] < row["effect"] < row["upper"]
    assert (row["unit"], row["margin"], row["n"]) == ("points", 0.5, 5)
    assert (row["first"], row["second"]) == ("max pooling", "LeNet-5, base case")
    assert 0.3 < row["min_detectable_effect"] < 0.6


@pytest.mark.parametrize(("turned", "effect", "verdict"), [(False, 25, SUPPORTED), (True, -20, CONTRADICTED)])
def test_losses_are_compared_in_percent_of_each_other(judge: Judge, turned: bool, effect: float, verdict: str) -> None:
    runs = frame(seeds(BASE, 0.9, loss=0.2), seeds(MAX, 0.9, loss=0.25))
    row = judge(runs, {**LOSS, "a": POOLING["b"], "b": POOLING["a"]} if turned else LOSS).loc["pooling"]
    assert (row["unit"], row["margin"], row["effect"]) == ("%", pytest.approx(5), pytest.approx(effect))
    assert row["verdict"] == verdict


@pytest.mark.parametrize(
    ("engine", "verdict", "hindrance"), [("native", SUPPORTED, None), ("torch", NOT_TESTABLE, DIFFERENT_PLACES)]
)
def test_times_compare_where_the_runs_were_made_alike(
    judge: Judge, engine: str, verdict: str, hindrance: str | None
) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9))
    late = runs["run_id"] == MAX
    runs["seconds"] = 60 + runs["seed"] + 30 * late
    runs.loc[late, "engine"] = engine
    row = judge(runs, {**POOLING, "measure": "seconds"}).loc["pooling"]
    assert row["verdict"] == verdict
    assert row["hindrance"] == hindrance or pd.isna(row["hindrance"])


def test_pairing_by_seed_checks_the_claim_or_where_that_is_shown_its_opposite(judge: Judge) -> None:
    together = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.9025)), POOLING).loc["pooling"]  # pairs differ by 0.25
    below = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.88, order=1)), POOLING).loc["pooling"]
    assert [together["verdict"], below["verdict"]] == [INCONCLUSIVE, CONTRADICTED]
    assert together["paired_p"] < 1e-6
    assert below["paired_p"] < 0.001


@pytest.mark.parametrize(("loss", "expected"), [(0.15, SUPPORTED), (0.3, CONTRADICTED)])
def test_the_best_loss_is_the_lowest(judge: Judge, loss: float, expected: str) -> None:
    best = rate_claim("best", experiment="optimizer", best="rmsprop", measure="train_loss")
    rmsprop, sgd = "lenet5__optimizer=rmsprop", "lenet5__optimizer=sgd"
    runs = frame(seeds(BASE, 0.9), seeds(rmsprop, 0.9, loss=loss, order=1), seeds(sgd, 0.8, loss=0.6, order=2))
    row = judge(runs, best).loc["r"]
    assert (row["verdict"], row["expected_sign"]) == (expected, -1)
    assert row["effect"] == pytest.approx(100 * (loss / 0.2 - 1), abs=0.1)
    assert (row["first"], row["second"]) == ("RMSprop", "Adam")
    assert (row["prob_superiority"] > 0.5) == (row["dunnett_p"] < 0.05) == (expected == SUPPORTED)


@pytest.mark.parametrize(
    ("form", "keys", "accuracies", "expected"),
    [
        ("rising", {}, UP, SUPPORTED),
        ("rising", {}, PEAK, CONTRADICTED),
        ("falling", {}, FALLING, SUPPORTED),
        ("falling", {}, UP, CONTRADICTED),
        ("rise_fall", {}, PEAK, SUPPORTED),
        ("fall_rise", {}, tuple(1 - a for a in PEAK), SUPPORTED),
        ("fall_rise", {}, PEAK, CONTRADICTED),
        ("rise_fall", {"turn": 0.0008}, PEAK, SUPPORTED),
        ("rise_fall", {"turn": 0.0004}, PEAK, CONTRADICTED),
        ("best", {"best": 0.0008}, PEAK, SUPPORTED),
        ("best", {"best": 0.0004}, PEAK, CONTRADICTED),
        ("ranking", {"order": [0.0008, 0.0016, 0.0001]}, PEAK, SUPPORTED),
        ("ranking", {"order": [0.0016, 0.0008, 0.0001]}, PEAK, CONTRADICTED),
        ("plateau", {"plateau_from": 0.0008}, LEVEL, SUPPORTED),
        ("plateau", {"plateau_from": 0.0008}, UP, CONTRADICTED),
    ],
)
def test_every_form_along_an_experiment(
    judge: Judge, form: str, keys: dict[str, Any], accuracies: tuple[float, ...], expected: str
) -> None:
    assert judge(rates(*accuracies), rate_claim(form, **keys)).loc["r", "verdict"] == expected


def test_a_falling_loss_has_a_negative_effect(judge: Judge) -> None:
    losses = (0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    row = judge(rates(*UP, losses=losses), rate_claim("falling", measure="train_loss")).loc["r"]
    assert (row["verdict"], row["expected_sign"], row["effect"]) == (SUPPORTED, -1, pytest.approx(-87.5, abs=0.1))
    assert row["lower"] < row["effect"] < row["upper"] < 0
    assert (row["first"], row["second"]) == ("learning rate 0.0128", "learning rate 0.0001")


@pytest.mark.parametrize(
    ("count", "falling", "epochs", "expected"),
    [
        (10, 10, 5, SUPPORTED),
        (10, 0, 5, CONTRADICTED),
        (10, 5, 5, INCONCLUSIVE),
        (4, 4, 5, INCONCLUSIVE),
        (2, 2, 5, TWO_SEEDS),
        (3, 3, 1, NOT_TESTABLE),  # one epoch has no shape
    ],
)
def test_a_curve_in_most_seeds(judge: Judge, count: int, falling: int, epochs: int, expected: str) -> None:
    claim = {**POOLING, "form": "curve", "run": {"experiment": "fully_connected"}, "curve": "falls_at_every_epoch"}
    curves = curves_frame(["fc"], range(count), epochs=epochs)
    curves.loc[(curves["seed"] >= falling) & (curves["epoch"] == 4), "train_loss"] = 9.0
    runs = frame([("fc", seed, 0.88, 0.2) for seed in range(count)])
    row = judge(runs, {key: claim[key] for key in claim if key not in ("a", "b")}, curves=curves).loc["pooling"]
    assert row["verdict"] == expected
    if expected != NOT_TESTABLE:
        assert (row["n"], row["unit"], row["effect"]) == (count, "% of seeds", pytest.approx(100 * falling / count))


@pytest.mark.parametrize(
    ("measure", "expected", "effect"),
    [("accuracy", CONTRADICTED, 80 - 75.93), ("train_loss", CONTRADICTED, 100), ("seconds", NOT_TESTABLE, None)],
)
def test_a_reported_number_against_the_runs(judge: Judge, measure: str, expected: str, effect: float | None) -> None:
    claim = {"id": "v", "section": "4", "form": "value", "text": "x", "measure": measure}
    runs = frame(seeds("lenet5__optimizer=sgd", 0.80, loss=2 * 0.6372))
    row = judge(runs, {**claim, "run": {"experiment": "optimizer", "value": "sgd"}}).loc["v"]
    assert row["verdict"] == expected
    if effect is None:
        assert row["hindrance"] == NOT_PRINTED
    else:
        assert (row["effect"], row["second"]) == (pytest.approx(effect, abs=0.5), "the reported number")


@pytest.mark.parametrize(("count", "expected"), [(1, ONE_SEED), (2, TWO_SEEDS), (3, SUPPORTED)])
def test_a_verdict_needs_three_seeds(judge: Judge, count: int, expected: str) -> None:
    row = judge(frame(seeds(BASE, 0.9, count=count), seeds(MAX, 0.95, order=1, count=count)), POOLING).loc["pooling"]
    assert row["verdict"] == expected
    assert math.isfinite(row["effect"])
    assert (math.isnan(row["p"]), math.isnan(row["lower"])) == (count < 3, count < 2)


def test_a_trend_goes_by_seeds_that_every_run_has(judge: Judge) -> None:
    runs = rates(*UP)
    lacking = (runs["run_id"] == "lenet5__learning_rate=0.0002") & (runs["seed"] < 3)
    row = judge(runs[~lacking], rate_claim("rising")).loc["r"]
    assert (row["n"], row["missing"], row["verdict"]) == (2, 3, TWO_SEEDS)


THREE = (seeds(BASE, 0.9, count=3), seeds(MAX, 0.95, order=1, count=3))
LOST: ROWS = [(MAX, 4, 0.1, None)]


@pytest.mark.parametrize(
    ("runs", "claim", "expected"),
    [
        ((seeds(BASE, 0.9), seeds(MAX, 0.92, count=4)), POOLING, (4, 1, 0, SUPPORTED)),
        # Both runs lack seeds that another run has.
        ((*THREE, seeds("fc", 0.9)), POOLING, (3, 4, 0, SUPPORTED)),
        # A diverged run counts with its accuracy, and has no loss: four above and one lost show neither.
        ((seeds(BASE, 0.9), seeds(MAX, 0.92, count=4), LOST), POOLING, (5, 0, 1, INCONCLUSIVE)),
        ((seeds(BASE, 0.9), seeds(MAX, 0.9, loss=0.3, count=4), LOST), LOSS, (4, 0, 1, SUPPORTED)),
    ],
)
def test_missing_and_diverged_runs_are_counted(
    judge: Judge, runs: tuple[ROWS, ...], claim: dict[str, Any], expected: tuple[object, ...]
) -> None:
    row = judge(frame(*runs), claim).loc["pooling"]
    assert (row["n"], row["missing"], row["diverged"], row["verdict"]) == expected


@pytest.mark.parametrize(("count", "missing"), [(5, 0), (4, 1)])
def test_seeds_that_the_config_does_not_ask_for_are_not_missing(judge: Judge, count: int, missing: int) -> None:
    momentum, plain = "lenet5__momentum=0.9__optimizer=sgd", "lenet5__optimizer=sgd"
    claim = {**POOLING, "a": {"experiment": "momentum", "value": 0.9}, "b": {"experiment": "momentum", "value": 0.0}}
    ten = [(run, seed, 0.9 + seed / 1000, 0.2) for run in (BASE, plain) for seed in range(10)]
    row = judge(frame(ten, seeds(momentum, 0.92, count=count)), claim).loc["pooling"]
    assert (row["n"], row["missing"]) == (count, missing)  # the experiment takes the first five seeds of any more


@pytest.mark.parametrize(
    ("maxed", "claim", "hindrance", "runs"),
    [
        ([], POOLING, NOT_RUN, "pooling (max)"),
        # A default that a config changes can make one run of two: no fault of the claim's.
        ([], {**POOLING, "a": {"experiment": "activation", "value": "tanh"}}, SAME_RUN, "lenet5"),
        ([(MAX, seed, 0.1, None) for seed in range(5)], LOSS, NO_NUMBER, ""),
        ([(MAX, seed, 0.9, 0.0) for seed in range(5)], LOSS, NO_NUMBER, ""),  # zero has no logarithm
    ],
)
def test_what_is_not_testable_and_why(
    judge: Judge, maxed: ROWS, claim: dict[str, Any], hindrance: str, runs: str
) -> None:
    row = judge(frame(seeds(BASE, 0.9), maxed), claim).loc["pooling"]
    assert (row["verdict"], row["hindrance"], row["hindrance_runs"]) == (NOT_TESTABLE, hindrance, runs)
