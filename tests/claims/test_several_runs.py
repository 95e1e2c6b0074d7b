"""Verdicts of the forms that name more or less than two runs: an experiment, a curve, a printed number."""

from typing import Any

import claim_builders
import pandas as pd
import pytest
from builders import curves_frame
from claim_builders import BASE, UP, Judge, frame, rate_claim, rates, seeds

from fmnist.claims.hindrances import NOT_PRINTED
from fmnist.claims.verdicts import CONTRADICTED, EQUIVALENT, INCONCLUSIVE, NOT_TESTABLE, SUPPORTED, TWO_SEEDS

RMSPROP = {
    "id": "lowest",
    "section": "4",
    "form": "best",
    "text": "RMSprop has the lowest loss",
    "experiment": "optimizer",
    "best": "rmsprop",
    "measure": "train_loss",
}


@pytest.mark.parametrize(("loss", "expected"), [(0.15, SUPPORTED), (0.3, CONTRADICTED)])
def test_the_best_loss_is_the_lowest(judge: Judge, loss: float, expected: str) -> None:
    runs = frame(
        seeds(BASE, 0.9, loss=0.2),
        seeds("lenet5__optimizer=rmsprop", 0.9, loss=loss, order=1),
        seeds("lenet5__optimizer=sgd", 0.8, loss=0.6, order=2),
    )
    row = judge(runs, RMSPROP).loc["lowest"]
    assert (row["verdict"], row["expected_sign"]) == (expected, -1)
    assert row["effect"] == pytest.approx(100 * (loss / 0.2 - 1), abs=0.1)
    assert (row["first"], row["second"]) == ("RMSprop", "Adam")
    assert (row["prob_superiority"] > 0.5) == (expected == SUPPORTED)
    assert (row["dunnett_p"] < 0.05) == (expected == SUPPORTED)


PEAK = (0.80, 0.82, 0.84, 0.86, 0.85, 0.83, 0.81, 0.79)


LEVEL = (0.80, 0.82, 0.84, 0.86, 0.86, 0.86, 0.86, 0.86)


@pytest.mark.parametrize(
    ("claim", "accuracies", "expected"),
    [
        (rate_claim("rising"), UP, SUPPORTED),
        (rate_claim("rising"), UP[::-1], CONTRADICTED),
        (rate_claim("rising"), PEAK, CONTRADICTED),
        (rate_claim("falling"), UP[::-1], SUPPORTED),
        (rate_claim("falling"), UP, CONTRADICTED),
        (rate_claim("rise_fall"), PEAK, SUPPORTED),
        (rate_claim("rise_fall"), UP, CONTRADICTED),
        (rate_claim("fall_rise"), tuple(1 - a for a in PEAK), SUPPORTED),
        (rate_claim("fall_rise"), PEAK, CONTRADICTED),
        (rate_claim("rise_fall", turn=0.0008), PEAK, SUPPORTED),
        (rate_claim("rise_fall", turn=0.0004), PEAK, CONTRADICTED),
        (rate_claim("best", best=0.0008), PEAK, SUPPORTED),
        (rate_claim("best", best=0.0004), PEAK, CONTRADICTED),
        (rate_claim("ranking", order=[0.0008, 0.0016, 0.0001]), PEAK, SUPPORTED),
        (rate_claim("ranking", order=[0.0016, 0.0008, 0.0001]), PEAK, CONTRADICTED),
        (rate_claim("plateau", plateau_from=0.0008), LEVEL, SUPPORTED),
        (rate_claim("plateau", plateau_from=0.0008), UP, CONTRADICTED),
        (rate_claim("rising"), (0.8,) * 8, EQUIVALENT),
        (rate_claim("rise_fall"), (0.8,) * 8, EQUIVALENT),
        (rate_claim("ranking", order=[0.0016, 0.0008, 0.0001]), LEVEL, EQUIVALENT),
    ],
)
def test_every_form_along_an_experiment_both_ways(
    judge: Judge, claim: dict[str, Any], accuracies: tuple[float, ...], expected: str
) -> None:
    assert judge(rates(*accuracies), claim).loc["r", "verdict"] == expected


def test_a_falling_loss_is_told_with_the_sign_it_has(judge: Judge) -> None:
    losses = (0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    row = judge(rates(*UP, losses=losses), rate_claim("falling", measure="train_loss")).loc["r"]
    assert (row["verdict"], row["expected_sign"], row["effect"]) == (SUPPORTED, -1, pytest.approx(-87.5, abs=0.1))
    assert row["lower"] < row["effect"] < row["upper"] < 0
    assert (row["first"], row["second"]) == ("learning rate 0.0128", "learning rate 0.0001")


CURVE = {
    "id": "falls",
    "section": "4",
    "form": "curve",
    "text": "x",
    "run": {"experiment": "fully_connected"},
    "curve": "falls_at_every_epoch",
}


def curves(count: int, falling: int, epochs: int = 5) -> pd.DataFrame:
    found = curves_frame(["fc"], range(count), epochs=epochs)
    found.loc[(found["seed"] >= falling) & (found["epoch"] == 4), "train_loss"] = 9.0
    return found


@pytest.mark.parametrize(
    ("count", "falling", "expected"),
    [
        (10, 10, SUPPORTED),
        (10, 0, CONTRADICTED),
        (10, 5, INCONCLUSIVE),
        (4, 4, INCONCLUSIVE),
        (2, 2, TWO_SEEDS),
    ],
)
def test_a_curve_in_max_seeds_both_ways(judge: Judge, count: int, falling: int, expected: str) -> None:
    runs = frame([("fc", seed, 0.88, 0.2) for seed in range(count)])
    row = judge(runs, CURVE, curves=curves(count, falling)).loc["falls"]
    assert (row["verdict"], row["n"], row["unit"]) == (expected, count, "% of seeds")
    assert row["effect"] == pytest.approx(100 * falling / count)
    rises = {**CURVE, "id": "rises", "curve": "rises_at_some_epoch"}
    assert judge(runs, rises, curves=curves(count, falling)).loc["rises", "effect"] == pytest.approx(
        100 - row["effect"]
    )


def test_a_curve_of_one_epoch_has_no_shape(judge: Judge) -> None:
    runs = frame([("fc", seed, 0.88, 0.2) for seed in range(3)])
    assert judge(runs, CURVE, curves=curves(3, 3, epochs=1)).loc["falls", "verdict"] == NOT_TESTABLE


def value_claim(**more: Any) -> dict[str, Any]:
    run = {"experiment": "optimizer", "value": "sgd"}
    return {"id": "v", "section": "4", "form": "value", "text": "x", "run": run, **more}


@pytest.mark.parametrize(("accuracy", "expected"), [(0.7593, INCONCLUSIVE), (0.80, CONTRADICTED)])
def test_a_reported_number_against_the_runs(judge: Judge, accuracy: float, expected: str) -> None:
    row = judge(frame(seeds("lenet5__optimizer=sgd", accuracy)), value_claim()).loc["v"]
    assert (row["verdict"], row["effect"]) == (expected, pytest.approx(100 * accuracy - 75.93))
    assert row["second"] == "the reported number"


def test_a_reported_loss_is_compared_in_percent(judge: Judge) -> None:
    runs = frame(seeds("lenet5__optimizer=sgd", 0.75, loss=2 * 0.6372))
    row = judge(runs, value_claim(measure="train_loss")).loc["v"]
    assert (row["verdict"], row["effect"]) == (CONTRADICTED, pytest.approx(100, abs=0.5))


@pytest.mark.parametrize(("measure", "unit"), [("accuracy", "relative"), ("train_loss", "points")])
def test_a_reported_number_is_taken_in_the_unit_of_its_margin(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, measure: str, unit: str
) -> None:
    margins = {measure: {"unit": unit, "by_seeds": [{"seeds": 5, "margin": 0.5}]}}
    monkeypatch.setattr(claim_builders, "MARGINS", margins)
    runs = frame(seeds("lenet5__optimizer=sgd", 0.7593, loss=0.6372))  # on average what the original prints
    row = judge(runs, value_claim(measure=measure)).loc["v"]
    assert (row["verdict"], row["effect"]) == (SUPPORTED, pytest.approx(0, abs=0.01))


def test_a_number_that_the_original_does_not_print(judge: Judge) -> None:
    row = judge(frame(seeds("lenet5__optimizer=sgd", 0.75)), value_claim(measure="seconds")).loc["v"]
    assert (row["verdict"], row["hindrance"]) == (NOT_TESTABLE, NOT_PRINTED)
