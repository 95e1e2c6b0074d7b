"""From runs.csv to the verdict on a claim, on made-up runs whose answer is known."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import curves_frame
from claim_builders import ALIKE, BASE, MAX, POOLING, ROWS, UP, A, B, Judge, claim, frame, rate_claim, rates, seeds
from scipy import stats

from fmnist.claims.examine import PROTOCOL
from fmnist.claims.hindrances import DIFFERENT_PLACES, NEVER_ACTED, NO_NUMBER, NOT_RUN, SAME_RUN
from fmnist.claims.verdicts import FAILS, HOLDS, NO_DIFFERENCE, NOT_TESTABLE, OPEN, SMALL, TOO_FEW

LOSS = {**POOLING, "measure": "train_loss"}
PEAK = (0.80, 0.82, 0.84, 0.86, 0.85, 0.83, 0.81, 0.79)
DIP = tuple(1 - accuracy for accuracy in PEAK)


def rate(value: float) -> dict[str, Any]:
    return {"experiment": "learning_rate", "value": value}


@pytest.mark.parametrize(
    ("accuracy", "above", "alike"),
    [(0.92, HOLDS, FAILS), (0.88, FAILS, FAILS), (0.90, NO_DIFFERENCE, HOLDS), (0.9025, OPEN, OPEN)],
)
def test_two_runs_both_ways(judge: Judge, accuracy: float, above: str, alike: str) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, accuracy, order=1))
    row, level = judge(runs, POOLING).loc["pooling"], judge(runs, ALIKE).loc["alike"]
    assert (row["verdict"], level["verdict"]) == (above, alike)
    assert (row["effect"], level["effect"]) == pytest.approx((100 * (accuracy - 0.9), 100 * abs(accuracy - 0.9)))
    assert row["lower"] < row["effect"] < row["upper"]
    assert (row["unit"], row["margin"], row["n"], row["unpaired"]) == ("points", 0.5, 5, 0)
    assert (row["first"], row["second"]) == ("max pooling", "LeNet-5, base case")
    values = [runs.loc[runs["run_id"] == run, "test_accuracy"] for run in (MAX, BASE)]
    p_values = [stats.ttest_rel(*values, alternative=side).pvalue for side in ("greater", "less")]
    assert [row["p_holds"], row["p_fails"]] == pytest.approx(p_values)


@pytest.mark.parametrize(("turned", "effect", "verdict"), [(False, 25, HOLDS), (True, -20, FAILS)])
def test_losses_are_compared_in_percent_of_each_other(judge: Judge, turned: bool, effect: float, verdict: str) -> None:
    runs = frame(seeds(BASE, 0.9, loss=0.2), seeds(MAX, 0.9, loss=0.25))
    row = judge(runs, {**LOSS, "a": B, "b": A} if turned else LOSS).loc["pooling"]
    assert (row["unit"], row["margin"], row["effect"]) == ("%", pytest.approx(5), pytest.approx(effect))
    assert row["verdict"] == verdict


@pytest.mark.parametrize(
    ("engine", "verdict", "hindrance"), [("native", HOLDS, None), ("torch", NOT_TESTABLE, DIFFERENT_PLACES)]
)
def test_times_compare_where_the_runs_were_made_alike(
    judge: Judge, engine: str, verdict: str, hindrance: str | None
) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9, order=1))
    late = runs["run_id"] == MAX
    runs["seconds"] = 60 + runs["seed"] + 30 * late
    runs.loc[late, "engine"] = engine
    row = judge(runs, {**POOLING, "measure": "seconds"}).loc["pooling"]
    assert row["verdict"] == verdict
    assert row["hindrance"] == hindrance or pd.isna(row["hindrance"])


@pytest.mark.parametrize(("loss", "verdict"), [(0.15, HOLDS), (0.3, FAILS)])
def test_an_effect_is_signed_towards_the_claim_and_names_the_run_claimed_higher_first(
    judge: Judge, loss: float, verdict: str
) -> None:
    rmsprop, sgd = "lenet5__optimizer=rmsprop", "lenet5__optimizer=sgd"
    lowest = claim(
        "best",
        a={"experiment": "optimizer", "value": "rmsprop"},
        b={"experiment": "optimizer"},
        measure="train_loss",
        direction="lowest",
    )
    runs = frame(seeds(BASE, 0.9), seeds(rmsprop, 0.9, loss=loss, order=1), seeds(sgd, 0.8, loss=0.6, order=2))
    row = judge(runs, lowest).loc["best"]
    assert (row["verdict"], row["first"], row["second"]) == (verdict, "Adam", "RMSprop")
    assert row["effect"] == pytest.approx(100 * (0.2 / loss - 1), abs=0.1)
    assert row["as_claimed"] == (verdict == HOLDS)


@pytest.mark.parametrize(
    ("entry", "accuracies", "expected"),
    [
        (rate_claim("trend", direction="rises"), UP, HOLDS),
        (rate_claim("trend", direction="falls"), UP, FAILS),
        (rate_claim("trend", direction="rises", values=[0.0001, 0.0004, 0.0008]), PEAK, HOLDS),
        (rate_claim("turn", direction="rises then falls"), PEAK, HOLDS),
        (rate_claim("turn", direction="falls then rises"), DIP, HOLDS),
        (rate_claim("best", a=rate(0.0008), b={"experiment": "learning_rate"}, direction="highest"), PEAK, HOLDS),
        (rate_claim("level", values=[0.0001, 0.0128]), UP, FAILS),
        (claim("level", a=rate(0.0001), b=rate(0.0128), only_gain=True), UP, HOLDS),
    ],
)
def test_every_form_along_an_experiment(judge: Judge, entry: Any, accuracies: tuple[float, ...], expected: str) -> None:
    assert judge(rates(*accuracies), entry)["verdict"].item() == expected


def test_a_falling_loss_has_a_positive_effect_and_names_steps_back(judge: Judge) -> None:
    losses = (0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.36, 0.1)
    row = judge(rates(*UP, losses=losses), rate_claim("trend", measure="train_loss", direction="falls")).loc["trend"]
    assert (row["verdict"], row["effect"]) == (HOLDS, pytest.approx(700, abs=1))
    assert 0 < row["lower"] < row["effect"] < row["upper"]
    assert (row["first"], row["second"]) == ("learning rate 0.0001", "learning rate 0.0128")
    assert row["steps_back"] == "learning rate 0.0032 to learning rate 0.0064 (20.00 %)"


CURVE = claim("curve", run={"experiment": "fully_connected"}, curve="falls_at_every_epoch", contrast=B)


@pytest.mark.parametrize(
    ("count", "falling", "contrast", "lacks", "expected"),
    [
        (10, 10, 10, False, HOLDS),
        (10, 0, 10, False, FAILS),
        (10, 5, 10, False, OPEN),
        (4, 4, 0, False, OPEN),
        (2, 2, 0, False, TOO_FEW),
        (10, 10, 0, True, HOLDS),
        (10, 10, 10, True, FAILS),
        (10, 10, 5, True, OPEN),
        (3, 0, 0, None, NOT_TESTABLE),  # one epoch has no shape
    ],
)
def test_a_curve_in_most_seeds(
    judge: Judge, count: int, falling: int, contrast: int, lacks: bool | None, expected: str
) -> None:
    curves = curves_frame(["fc", BASE], range(count), epochs=1 if lacks is None else 5)
    falls = np.where(curves["run_id"] == "fc", falling, contrast)
    curves.loc[(curves["seed"] >= falls) & (curves["epoch"] == 4), "train_loss"] = 9.0
    runs = frame([(run, seed, 0.88 + seed / 100, 0.2) for run in ("fc", BASE) for seed in range(count)])
    row = judge(runs, {**CURVE, "contrast_lacks_it": bool(lacks)}, curves=curves).loc["curve"]
    assert row["verdict"] == expected
    if lacks is not None:
        assert (row["n"], row["unit"], row["unpaired"]) == (count, "% of seeds", 0)
        assert (row["effect"], row["contrast"]) == pytest.approx((100 * falling / count, 100 * contrast / count))


@pytest.mark.parametrize(("count", "expected"), [(1, TOO_FEW), (2, TOO_FEW), (3, HOLDS)])
def test_a_verdict_needs_three_seeds(judge: Judge, count: int, expected: str) -> None:
    row = judge(frame(seeds(BASE, 0.9, count=count), seeds(MAX, 0.95, order=1, count=count)), POOLING).loc["pooling"]
    assert row["verdict"] == expected
    assert math.isfinite(row["effect"])
    assert (math.isnan(row["p"]), math.isnan(row["lower"])) == (count < 3, count < 2)


@pytest.mark.parametrize(("lacking", "n"), [(range(3), 2), (range(2), 3), ([], 5)])
def test_a_trend_goes_by_seeds_that_every_run_has(judge: Judge, lacking: Any, n: int) -> None:
    runs = rates(*UP)
    lacks = (runs["run_id"] == "lenet5__learning_rate=0.0002") & runs["seed"].isin(lacking)
    row = judge(runs[~lacks], rate_claim("trend", direction="rises")).loc["trend"]
    assert (row["n"], row["unpaired"], row["verdict"]) == (n, 5 - n, TOO_FEW if n < 3 else HOLDS)


LATER: ROWS = [(MAX, seed + 3, 0.2, 0.2) for seed in range(5)]  # seeds 3 to 7
LOST: ROWS = [(MAX, 4, 0.1, None)]


@pytest.mark.parametrize(
    ("runs", "entry", "expected"),
    [
        ((seeds(BASE, 0.9), seeds(MAX, 0.92, count=4)), POOLING, (4, 1, 0, HOLDS)),
        ((seeds(BASE, 0.9, count=3), seeds(MAX, 0.95, count=3), LATER), POOLING, (3, 5, 0, HOLDS)),
        ((seeds(BASE, 0.9), LATER), POOLING, (2, 6, 0, TOO_FEW)),
        # A diverged run counts with its accuracy, and has no loss: four above and one lost show neither.
        ((seeds(BASE, 0.9), seeds(MAX, 0.92, count=4), LOST), POOLING, (5, 0, 1, OPEN)),
        ((seeds(BASE, 0.9), seeds(MAX, 0.9, loss=0.3, count=4), LOST), LOSS, (4, 1, 1, HOLDS)),
    ],
)
def test_pairs_are_of_shared_seeds_and_the_rest_is_counted(
    judge: Judge, runs: tuple[ROWS, ...], entry: dict[str, Any], expected: tuple[object, ...]
) -> None:
    row = judge(frame(*runs), entry).loc["pooling"]
    assert (row["n"], row["unpaired"], row["diverged"], row["verdict"]) == expected


@pytest.mark.parametrize(
    ("maxed", "entry", "hindrance", "runs"),
    [
        ([], POOLING, NOT_RUN, "pooling (max)"),
        # A default that a config changes can make one run of two: no fault of the claim's.
        ([], {**POOLING, "a": {"experiment": "activation", "value": "tanh"}}, SAME_RUN, "lenet5"),
        ([(MAX, seed, 0.1, None) for seed in range(5)], LOSS, NO_NUMBER, ""),
        ([(MAX, seed, 0.9, 0.0) for seed in range(5)], LOSS, NO_NUMBER, ""),  # zero has no logarithm
        ([(MAX, seed + 9, 0.9, 0.2) for seed in range(5)], POOLING, NO_NUMBER, ""),  # no shared seed
    ],
)
def test_what_is_not_testable_and_why(
    judge: Judge, maxed: ROWS, entry: dict[str, Any], hindrance: str, runs: str
) -> None:
    row = judge(frame(seeds(BASE, 0.9), maxed), entry).loc["pooling"]
    assert (row["verdict"], row["hindrance"], row["hindrance_runs"]) == (NOT_TESTABLE, hindrance, runs)


@pytest.mark.parametrize(
    ("same", "more", "hindrance"), [(5, 0, NEVER_ACTED), (5, 4, NEVER_ACTED), (4, 0, None), (2, 0, None)]
)
def test_a_setting_that_never_acted_is_not_testable(judge: Judge, same: int, more: int, hindrance: str | None) -> None:
    base, count = seeds(BASE, 0.9), 2 if same == 2 else 5
    maxed = [(MAX, seed, value, loss if seed < same else 0.3) for _, seed, value, loss in base[:count]]
    further = [(BASE, seed + 5, 0.9, 0.2 + seed / 100) for seed in range(more)]  # which the other run has not
    row = judge(frame(base, maxed, further, test_loss=0.4), POOLING).loc["pooling"]
    assert row["hindrance"] == hindrance or pd.isna(row["hindrance"])
    assert row["hindrance_runs"] == "pooling (max)" or hindrance is None


def exactly(effect: float, deviation: float, n: int) -> pd.DataFrame:
    """Runs of n seeds whose paired differences have this mean and this standard deviation, in points."""
    apart = (effect + deviation * stats.zscore(np.arange(n), ddof=1)) / 100
    base = [(BASE, seed, 0.8, 0.2 + seed / 100) for seed in range(n)]
    return frame(base, [(MAX, seed, 0.8 + apart[seed], 0.3) for seed in range(n)])


@pytest.mark.parametrize(
    ("entry", "effect"), [(POOLING, 0.2), (POOLING, -0.2), (POOLING, 0.0), (ALIKE, 0.2), (ALIKE, 0.8)]
)
@pytest.mark.parametrize("others", [0, 3])
def test_so_many_seeds_decide_an_open_claim(judge: Judge, entry: dict[str, Any], effect: float, others: int) -> None:
    # The others stay open: their runs differ by 10 points, up and down in turn.
    dropout = "lenet5__dropout=true"
    undecided = {**POOLING, "a": {"experiment": "dropout", "value": True}, "b": rate(0.0001)}

    def judged(n: int) -> Any:
        ends = ((dropout, 0), ("lenet5__learning_rate=0.0001", 1))
        noisy: ROWS = [(run, seed, 0.8 + 0.1 * ((seed + odd) % 2), 0.2) for run, odd in ends for seed in range(n)]
        runs = pd.concat([exactly(effect, 0.8, n), frame(noisy)])
        return judge(runs, entry, *({**undecided, "id": f"other-{i}"} for i in range(others))).iloc[0]

    found = judged(4)
    assert found["verdict"] == OPEN
    needed = int(found["seeds_to_decide"])
    assert [judged(n)["verdict"] == OPEN for n in (needed - 1, needed)] == [True, False]
    assert math.isnan(judged(needed)["seeds_to_decide"])


def test_what_nobody_would_run_has_no_number_of_seeds(judge: Judge) -> None:
    row = judge(exactly(0.5, 0.8, 5), ALIKE).loc["alike"]  # exactly the margin
    assert (row["verdict"], math.isnan(row["seeds_to_decide"])) == (OPEN, True)


@pytest.mark.parametrize(
    ("entry", "effect", "verdicts"),
    [
        (POOLING, 1.5, [HOLDS, SMALL]),
        (POOLING, 0.1, [OPEN, NO_DIFFERENCE]),
        (ALIKE, 0.1, [OPEN, HOLDS]),
        (ALIKE, 1.5, [FAILS, OPEN]),
        (LOSS, 0.1, [HOLDS, SMALL]),
    ],
)
def test_the_verdict_turns_at_its_margin(judge: Judge, entry: Any, effect: float, verdicts: list[str]) -> None:
    runs = exactly(effect, 0.4, 6)
    row = judge(runs, entry).iloc[0]
    factors = [nudge * row["turning_margin"] / row["margin"] for nudge in (0.999, 1.001)]
    found = [judge(runs, entry, choices=PROTOCOL._replace(margin_factor=factor)) for factor in factors]
    assert [table["verdict"].item() for table in found] == verdicts
