"""What becomes of a claim where seeds are few or missing, or runs diverged or were not run."""

import math
from pathlib import Path

import pytest
from builders import curves_frame, plan, reported
from claim_builders import ALIKE, BASE, MAX, POOLING, ROWS, UP, Judge, claims, frame, rate_claim, rates, seeds

from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.evaluate import evaluate_claims
from fmnist.claims.examine import Material
from fmnist.claims.hindrances import EXTENSION_NOT_RUN, NO_NUMBER, NOT_RUN, SAME_RUN
from fmnist.claims.verdicts import CONTRADICTED, INCONCLUSIVE, NOT_TESTABLE, ONE_SEED, SUPPORTED, TWO_SEEDS


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, ONE_SEED), (2, TWO_SEEDS), (3, SUPPORTED), (5, SUPPORTED)],
)
def test_a_verdict_needs_three_seeds(judge: Judge, count: int, expected: str) -> None:
    table = judge(frame(seeds(BASE, 0.9, count=count), seeds(MAX, 0.95, order=1, count=count)), POOLING, ALIKE)
    row = table.loc["pooling"]
    assert row["verdict"] == expected
    assert math.isfinite(row["effect"])
    assert math.isnan(row["p"]) == (count < 3)
    assert math.isnan(row["lower"]) == (count < 2)
    assert table.loc["alike", "verdict"] == (CONTRADICTED if count > 2 else expected)


def test_a_seed_that_one_side_lacks_is_counted_and_the_rest_judged(judge: Judge) -> None:
    row = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.92, count=4)), POOLING).loc["pooling"]
    assert (row["n"], row["missing"], row["diverged"], row["verdict"]) == (4, 1, 0, SUPPORTED)


def test_seeds_that_both_sides_lack_and_other_runs_have_are_missing_too(judge: Judge) -> None:
    three = (seeds(BASE, 0.9, count=3), seeds(MAX, 0.95, order=1, count=3))
    row = judge(frame(*three, seeds("fc", 0.9)), POOLING).loc["pooling"]
    assert (row["n"], row["missing"], row["verdict"]) == (3, 4, SUPPORTED)


def test_seeds_that_the_config_does_not_ask_for_are_not_missing(judge: Judge) -> None:
    momentum, plain = "lenet5__momentum=0.9__optimizer=sgd", "lenet5__optimizer=sgd"
    claim = {**POOLING, "a": {"experiment": "momentum", "value": 0.9}, "b": {"experiment": "momentum", "value": 0.0}}
    ten = [(run, seed, 0.9 + seed / 1000, 0.2) for run in (BASE, plain) for seed in range(10)]
    row = judge(frame(ten, seeds(momentum, 0.92)), claim).loc["pooling"]
    assert (row["n"], row["missing"]) == (5, 0)  # the experiment takes the first five seeds of any more
    row = judge(frame(ten, seeds(momentum, 0.92, count=4)), claim).loc["pooling"]
    assert (row["n"], row["missing"]) == (4, 1)


@pytest.mark.parametrize("form", ["greater", "equivalent"])
def test_two_names_of_one_run_are_not_testable(judge: Judge, form: str) -> None:
    """A default that a config changes can make a run of what were two: no fault of the claim's."""
    claim = {**POOLING, "form": form, "a": {"experiment": "activation", "value": "tanh"}}
    row = judge(frame(seeds(BASE, 0.9)), claim).loc["pooling"]
    assert (row["verdict"], row["hindrance"]) == (NOT_TESTABLE, SAME_RUN)
    assert row["hindrance_runs"] == "lenet5"


def test_a_trend_goes_by_seeds_that_every_run_has(judge: Judge) -> None:
    runs = rates(*UP)
    lacking = (runs["run_id"] == "lenet5__learning_rate=0.0002") & (runs["seed"] < 3)
    row = judge(runs[~lacking], rate_claim("rising")).loc["r"]
    assert (row["n"], row["missing"], row["verdict"]) == (2, 3, TWO_SEEDS)


def test_a_diverged_run_counts_with_the_accuracy_it_ended_with(judge: Judge) -> None:
    lost = [*seeds(MAX, 0.92, count=4), (MAX, 4, 0.1, None)]
    row = judge(frame(seeds(BASE, 0.9), lost), POOLING).loc["pooling"]
    assert (row["n"], row["diverged"], row["missing"]) == (5, 1, 0)
    assert row["effect"] < -10
    assert row["verdict"] == INCONCLUSIVE  # four above and one lost: neither is shown


def test_a_diverged_run_has_no_loss_and_is_counted(judge: Judge) -> None:
    lost = [*seeds(MAX, 0.9, loss=0.3, count=4), (MAX, 4, 0.1, None)]
    row = judge(frame(seeds(BASE, 0.9), lost), {**POOLING, "measure": "train_loss"}).loc["pooling"]
    assert (row["n"], row["diverged"], row["verdict"]) == (4, 1, SUPPORTED)


def test_where_every_run_diverged_nothing_is_testable(judge: Judge) -> None:
    lost: ROWS = [(MAX, seed, 0.1, None) for seed in range(5)]
    row = judge(frame(seeds(BASE, 0.9), lost), {**POOLING, "measure": "train_loss"}).loc["pooling"]
    assert (row["verdict"], row["n"], row["diverged"]) == (NOT_TESTABLE, 0, 5)
    assert row["hindrance"] == NO_NUMBER


def test_a_run_that_was_not_run_is_named(judge: Judge) -> None:
    row = judge(frame(seeds(BASE, 0.9)), POOLING).loc["pooling"]
    assert (row["verdict"], row["hindrance"], row["hindrance_runs"]) == (NOT_TESTABLE, NOT_RUN, "pooling (max)")


def test_an_extension_that_was_not_run(tmp_path: Path) -> None:
    wide = {**POOLING, "a": {"experiment": "channels", "value": [32, 64, 256]}, "extension": True}
    known = KnownRuns(experiments=plan().experiments, reported=reported())
    material = Material(
        claims=claims(tmp_path, wide), known=known, runs=frame(seeds(BASE, 0.9)), curves=curves_frame([BASE], range(5))
    )
    row = evaluate_claims(material).iloc[0]
    assert row["verdict"] == NOT_TESTABLE
    assert (row["hindrance"], row["hindrance_runs"]) == (EXTENSION_NOT_RUN, "channels (32x64x256)")
