"""From runs.csv to the verdict on a claim about two runs: on made-up runs whose answer is known."""

import pandas as pd
import pytest
from claim_builders import ALIKE, BASE, MAX, POOLING, ROWS, Judge, frame, seeds

from fmnist.claims.forms import WITHIN
from fmnist.claims.hindrances import DIFFERENT_PLACES
from fmnist.claims.verdicts import CONTRADICTED, EQUIVALENT, INCONCLUSIVE, NOT_TESTABLE, SMALL, SUPPORTED


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [
        (0.91, SUPPORTED),
        (0.89, CONTRADICTED),
        (0.9, EQUIVALENT),
        (0.9025, INCONCLUSIVE),
    ],
)
def test_greater_both_ways(judge: Judge, accuracy: float, expected: str) -> None:
    row = judge(frame(seeds(BASE, 0.9), seeds(MAX, accuracy, order=1)), POOLING).loc["pooling"]
    assert row["verdict"] == expected
    assert row["effect"] == pytest.approx(100 * (accuracy - 0.9))
    assert row["lower"] < row["effect"] < row["upper"]
    assert (row["unit"], row["margin"], row["n"], row["expected_sign"]) == ("points", 0.5, 5, 1)
    assert (row["first"], row["second"]) == ("max pooling", "LeNet-5, base case")


def test_a_difference_that_is_shown_to_be_small(judge: Judge) -> None:
    near = [(run_id, seed, accuracy / 10 + 0.81, loss) for run_id, seed, accuracy, loss in seeds(BASE, 0.9)]
    above = [(MAX, seed, accuracy / 10 + 0.812, loss) for _, seed, accuracy, loss in seeds(MAX, 0.9, order=1)]
    row = judge(frame(near, above), POOLING).loc["pooling"]
    assert row["verdict"] == SMALL


def test_what_the_margin_of_few_seeds_would_have_made_of_many(judge: Judge) -> None:
    def ten(run_id: str, accuracy: float, order: int = 0) -> ROWS:
        five = seeds(run_id, accuracy, order=order)
        return [*five, *((run_id, seed + 5, value, loss) for _, seed, value, loss in five)]

    table = judge(frame(ten(BASE, 0.9), ten(MAX, 0.9012, order=1)), POOLING, ALIKE)
    assert list(table["margin"]) == [0.25, 0.25]
    assert list(table["verdict"]) == [INCONCLUSIVE, INCONCLUSIVE]
    assert list(table["few_seeds_margin"]) == [0.5, 0.5]
    assert list(table["few_seeds_verdict"]) == ["equivalent", SUPPORTED]
    of_five = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.9012, order=1)), POOLING)
    assert of_five[["few_seeds_margin", "few_seeds_verdict"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [(0.9, SUPPORTED), (0.92, CONTRADICTED), (0.88, CONTRADICTED), (0.905, INCONCLUSIVE)],
)
def test_equivalent_both_ways(judge: Judge, accuracy: float, expected: str) -> None:
    row = judge(frame(seeds(BASE, 0.9), seeds(MAX, accuracy, order=1)), ALIKE).loc["alike"]
    assert row["verdict"] == expected
    assert row["expected_sign"] == 0


def test_losses_are_compared_in_percent_of_each_other(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9, loss=0.2), seeds(MAX, 0.9, loss=0.25, order=0))
    row = judge(runs, {**POOLING, "measure": "train_loss"}).loc["pooling"]
    assert (row["unit"], row["margin"], row["verdict"]) == ("%", pytest.approx(5), SUPPORTED)
    assert row["effect"] == pytest.approx(25)
    back = judge(runs, {**POOLING, "a": POOLING["b"], "b": POOLING["a"], "measure": "train_loss"}).loc["pooling"]
    assert (back["verdict"], back["effect"]) == (CONTRADICTED, pytest.approx(-20))


def test_a_loss_of_zero_is_no_number_to_compare_in_percent(judge: Judge) -> None:
    zeros: ROWS = [(MAX, seed, 0.9, 0.0) for seed in range(5)]
    row = judge(frame(seeds(BASE, 0.9), zeros), {**POOLING, "measure": "train_loss"}).loc["pooling"]
    assert row["verdict"] == NOT_TESTABLE


SLOW = {**POOLING, "measure": "seconds"}


def timed(engine: str) -> pd.DataFrame:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9))
    maxed = runs["run_id"] == MAX
    runs["seconds"] = [60 + seed + 30 * late for seed, late in zip(runs["seed"], maxed, strict=True)]
    runs.loc[maxed, "engine"] = engine
    return runs


def test_times_compare_where_the_runs_were_made_alike(judge: Judge) -> None:
    row = judge(timed("native"), SLOW).loc["pooling"]
    assert (row["verdict"], row["unit"]) == (SUPPORTED, "%")
    assert 45 < row["effect"] < 50


def test_times_of_different_engines_do_not_compare(judge: Judge) -> None:
    row = judge(timed("torch"), SLOW).loc["pooling"]
    assert row["verdict"] == NOT_TESTABLE
    assert row["hindrance"] == DIFFERENT_PLACES


def test_a_claim_that_is_open_has_the_effect_that_would_have_been_seen(judge: Judge) -> None:
    row = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.9025, order=1)), POOLING).loc["pooling"]
    assert 0.3 < row["min_detectable_effect"] < 0.6
    alike = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.904, order=1)), ALIKE).loc["alike"]
    assert alike["need"] == WITHIN
    assert alike["min_detectable_effect"] > 0.5  # the margin that would have been kept is wider than the claim's


def test_pairing_by_seed_stands_beside(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9025))  # the same seeds up and down in both: pairs differ by 0.25
    row = judge(runs, POOLING).loc["pooling"]
    assert row["verdict"] == INCONCLUSIVE
    assert row["paired_p"] < 1e-6


def test_pairing_checks_the_opposite_where_that_is_the_verdict(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.88, order=1))
    row = judge(runs, POOLING).loc["pooling"]
    assert row["verdict"] == CONTRADICTED
    assert row["paired_p"] < 0.001
