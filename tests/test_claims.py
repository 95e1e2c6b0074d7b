"""From runs.csv and loss.csv to a verdict on every claim: on made-up runs whose answer is known."""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from builders import CLAIMS, CLAIMS_SCHEMA, ROOT, changed, curves_frame, plan, reported, runs_frame

from fmnist.claim_list import ClaimList, read_claims
from fmnist.claim_rows import COLUMNS
from fmnist.claim_runs import KnownRuns
from fmnist.claim_testing import Material
from fmnist.claims import evaluate_claims, main, verdict_table
from fmnist.config import read_yaml
from fmnist.errors import ConfigError, DataError
from fmnist.statistics import holm
from fmnist.verdicts import VERDICTS, verdict, without_verdict

SPREAD = (-0.003, -0.002, 0.0, 0.002, 0.003)  # of five seeds: a quarter of a point
ORDERS = ((0, 1, 2, 3, 4), (3, 0, 4, 1, 2), (1, 4, 2, 0, 3), (2, 3, 0, 4, 1))
BASE, MAX = "lenet5", "lenet5__pooling=max"
POOLING = {
    "id": "pooling",
    "section": "4",
    "form": "greater",
    "text": "max beats average",
    "a": {"experiment": "pooling", "value": "max"},
    "b": {"experiment": "lenet5_base"},
}
ALIKE = {**POOLING, "id": "alike", "form": "equivalent", "tail": "two"}
ROWS = Sequence[tuple[str, int, float, float | None]]


def seeds(run_id: str, accuracy: float, loss: float = 0.2, order: int = 0, count: int = 5) -> ROWS:
    """Seeds of a run with exactly this mean accuracy, and with losses that scatter by a few percent."""
    spread = [SPREAD[place] for place in ORDERS[order]][:count]
    return [(run_id, seed, accuracy + deviation, loss * (1 + 10 * deviation)) for seed, deviation in enumerate(spread)]


def frame(*runs: ROWS, **others: Any) -> pd.DataFrame:
    rows: Iterable[tuple[str, int, float, float | None]] = [row for run in runs for row in run]
    return runs_frame(
        rows, **{"generalization_gap": 0.05, "seconds": 60.0, "device": "cpu", "engine": "native", **others}
    )


def claims(folder: Path, *entries: dict[str, Any]) -> ClaimList:
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump({**read_yaml(CLAIMS), "claims": list(entries)}), encoding="utf-8")
    return read_claims(path, CLAIMS_SCHEMA)


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., pd.DataFrame]:
    """Judge claims on runs, and on loss curves that fall for every run and seed."""

    def judged(runs: pd.DataFrame, *entries: dict[str, Any], curves: pd.DataFrame | None = None) -> pd.DataFrame:
        if curves is None:
            curves = curves_frame(sorted(set(runs["run_id"])), sorted(set(runs["seed"])))
        material = Material(
            claims=claims(tmp_path, *entries),
            known=KnownRuns(experiments=plan(changed({"extensions": True})).experiments, reported=reported()),
            runs=runs,
            curves=curves,
        )
        return evaluate_claims(material).set_index("id", drop=False)

    return judged


Judge = Callable[..., pd.DataFrame]


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [
        (0.91, "supported"),
        (0.89, "contradicted"),
        (0.9, "equivalent"),
        (0.9025, "inconclusive"),
    ],
)
def test_greater_both_ways(judge: Judge, accuracy: float, expected: str) -> None:
    row = judge(frame(seeds(BASE, 0.9), seeds(MAX, accuracy, order=1)), POOLING).loc["pooling"]
    assert row["verdict"] == expected
    assert row["effect"] == pytest.approx(100 * (accuracy - 0.9))
    assert row["lower"] < row["effect"] < row["upper"]
    assert (row["unit"], row["margin"], row["n"], row["towards"]) == ("points", 0.5, 5, 1)
    assert (row["first"], row["second"]) == ("max pooling", "LeNet-5, base case")


def test_a_difference_that_is_shown_to_be_small(judge: Judge) -> None:
    near = [(run_id, seed, accuracy / 10 + 0.81, loss) for run_id, seed, accuracy, loss in seeds(BASE, 0.9)]
    above = [(MAX, seed, accuracy / 10 + 0.812, loss) for _, seed, accuracy, loss in seeds(MAX, 0.9, order=1)]
    row = judge(frame(near, above), POOLING).loc["pooling"]
    assert row["verdict"] == "supported, but smaller than matters"
    assert row["reason"].endswith("That is shown, and shown to be less than 0.50 points.")


def test_what_the_margin_of_few_seeds_would_have_made_of_many(judge: Judge) -> None:
    def ten(run_id: str, accuracy: float, order: int = 0) -> ROWS:
        five = seeds(run_id, accuracy, order=order)
        return [*five, *((run_id, seed + 5, value, loss) for _, seed, value, loss in five)]

    table = judge(frame(ten(BASE, 0.9), ten(MAX, 0.9012, order=1)), POOLING, ALIKE)
    assert list(table["margin"]) == [0.25, 0.25]
    assert list(table["verdict"]) == ["inconclusive", "inconclusive"]
    assert list(table["few_seeds_margin"]) == [0.5, 0.5]
    assert list(table["few_seeds_verdict"]) == ["equivalent", "supported"]
    of_five = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.9012, order=1)), POOLING)
    assert of_five[["few_seeds_margin", "few_seeds_verdict"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [(0.9, "supported"), (0.92, "contradicted"), (0.88, "contradicted"), (0.905, "inconclusive")],
)
def test_equivalent_both_ways(judge: Judge, accuracy: float, expected: str) -> None:
    row = judge(frame(seeds(BASE, 0.9), seeds(MAX, accuracy, order=1)), ALIKE).loc["alike"]
    assert row["verdict"] == expected
    assert row["towards"] == 0


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "no verdict: one seed"), (2, "no verdict: two seeds"), (3, "supported"), (5, "supported")],
)
def test_a_verdict_needs_three_seeds(judge: Judge, count: int, expected: str) -> None:
    table = judge(frame(seeds(BASE, 0.9, count=count), seeds(MAX, 0.95, order=1, count=count)), POOLING, ALIKE)
    row = table.loc["pooling"]
    assert row["verdict"] == expected
    assert math.isfinite(row["effect"])
    assert math.isnan(row["p"]) == (count < 3)
    assert math.isnan(row["lower"]) == (count < 2)
    assert table.loc["alike", "verdict"] == expected.replace("supported", "contradicted")


def test_a_seed_that_one_side_lacks_is_counted_and_the_rest_judged(judge: Judge) -> None:
    row = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.92, count=4)), POOLING).loc["pooling"]
    assert (row["n"], row["missing"], row["diverged"], row["verdict"]) == (4, 1, 0, "supported")


def test_seeds_that_both_sides_lack_and_other_runs_have_are_missing_too(judge: Judge) -> None:
    three = (seeds(BASE, 0.9, count=3), seeds(MAX, 0.95, order=1, count=3))
    row = judge(frame(*three, seeds("fc", 0.9)), POOLING).loc["pooling"]
    assert (row["n"], row["missing"], row["verdict"]) == (3, 4, "supported")


def test_a_diverged_run_counts_with_the_accuracy_it_ended_with(judge: Judge) -> None:
    lost = [*seeds(MAX, 0.92, count=4), (MAX, 4, 0.1, None)]
    row = judge(frame(seeds(BASE, 0.9), lost), POOLING).loc["pooling"]
    assert (row["n"], row["diverged"], row["missing"]) == (5, 1, 0)
    assert row["effect"] < -10
    assert row["verdict"] == "inconclusive"  # four above and one lost: neither is shown


def test_a_diverged_run_has_no_loss_and_is_counted(judge: Judge) -> None:
    lost = [*seeds(MAX, 0.9, loss=0.3, count=4), (MAX, 4, 0.1, None)]
    row = judge(frame(seeds(BASE, 0.9), lost), {**POOLING, "measure": "train_loss"}).loc["pooling"]
    assert (row["n"], row["diverged"], row["verdict"]) == (4, 1, "supported")
    assert row["reason"].endswith(" Without 1 run that diverged, whose loss was the highest of all.")


def test_where_every_run_diverged_nothing_is_testable(judge: Judge) -> None:
    lost: ROWS = [(MAX, seed, 0.1, None) for seed in range(5)]
    row = judge(frame(seeds(BASE, 0.9), lost), {**POOLING, "measure": "train_loss"}).loc["pooling"]
    assert (row["verdict"], row["n"]) == ("not testable", 0)
    assert row["reason"] == "No seed has a number for every run that is compared. 5 of the runs diverged."


def test_a_run_that_was_not_run_is_named(judge: Judge) -> None:
    row = judge(frame(seeds(BASE, 0.9)), POOLING).loc["pooling"]
    assert (row["verdict"], row["reason"]) == ("not testable", "Not run: pooling (max).")


def test_losses_are_compared_in_percent_of_each_other(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9, loss=0.2), seeds(MAX, 0.9, loss=0.25, order=0))
    row = judge(runs, {**POOLING, "measure": "train_loss"}).loc["pooling"]
    assert (row["unit"], row["margin"], row["verdict"]) == ("%", pytest.approx(5), "supported")
    assert row["effect"] == pytest.approx(25)
    back = judge(runs, {**POOLING, "a": POOLING["b"], "b": POOLING["a"], "measure": "train_loss"}).loc["pooling"]
    assert (back["verdict"], back["effect"]) == ("contradicted", pytest.approx(-20))


def test_a_loss_of_zero_is_no_number_to_compare_in_percent(judge: Judge) -> None:
    zeros: ROWS = [(MAX, seed, 0.9, 0.0) for seed in range(5)]
    row = judge(frame(seeds(BASE, 0.9), zeros), {**POOLING, "measure": "train_loss"}).loc["pooling"]
    assert row["verdict"] == "not testable"


RMSPROP = {
    "id": "lowest",
    "section": "4",
    "form": "best",
    "text": "RMSprop has the lowest loss",
    "experiment": "optimizer",
    "best": "rmsprop",
    "measure": "train_loss",
}


@pytest.mark.parametrize(("loss", "expected"), [(0.15, "supported"), (0.3, "contradicted")])
def test_the_best_loss_is_the_lowest(judge: Judge, loss: float, expected: str) -> None:
    runs = frame(
        seeds(BASE, 0.9, loss=0.2),
        seeds("lenet5__optimizer=rmsprop", 0.9, loss=loss, order=1),
        seeds("lenet5__optimizer=sgd", 0.8, loss=0.6, order=2),
    )
    row = judge(runs, RMSPROP).loc["lowest"]
    assert (row["verdict"], row["towards"]) == (expected, -1)
    assert row["effect"] == pytest.approx(100 * (loss / 0.2 - 1), abs=0.1)
    assert (row["first"], row["second"]) == ("RMSprop", "Adam")
    assert (row["probability"] > 0.5) == (expected == "supported")
    assert (row["dunnett_p"] < 0.05) == (expected == "supported")


def rates(*accuracies: float, losses: Sequence[float] = (0.2,) * 8) -> pd.DataFrame:
    values = ("0.0001", "0.0002", "0.0004", "0.0008", "0.0016", "0.0032", "0.0064", "0.0128")
    runs = zip(values, accuracies, losses, strict=True)
    return frame(*(seeds(f"lenet5__learning_rate={v}", a, loss, order=i % 4) for i, (v, a, loss) in enumerate(runs)))


def rate_claim(form: str, **more: Any) -> dict[str, Any]:
    return {"id": "r", "section": "4", "form": form, "text": "x", "experiment": "learning_rate", **more}


UP = (0.80, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87)
PEAK = (0.80, 0.82, 0.84, 0.86, 0.85, 0.83, 0.81, 0.79)
LEVEL = (0.80, 0.82, 0.84, 0.86, 0.86, 0.86, 0.86, 0.86)


@pytest.mark.parametrize(
    ("claim", "accuracies", "expected"),
    [
        (rate_claim("rising"), UP, "supported"),
        (rate_claim("rising"), UP[::-1], "contradicted"),
        (rate_claim("rising"), PEAK, "contradicted"),
        (rate_claim("falling"), UP[::-1], "supported"),
        (rate_claim("falling"), UP, "contradicted"),
        (rate_claim("rise_fall"), PEAK, "supported"),
        (rate_claim("rise_fall"), UP, "contradicted"),
        (rate_claim("fall_rise"), tuple(1 - a for a in PEAK), "supported"),
        (rate_claim("fall_rise"), PEAK, "contradicted"),
        (rate_claim("rise_fall", turn=0.0008), PEAK, "supported"),
        (rate_claim("rise_fall", turn=0.0004), PEAK, "contradicted"),
        (rate_claim("best", best=0.0008), PEAK, "supported"),
        (rate_claim("best", best=0.0004), PEAK, "contradicted"),
        (rate_claim("ranking", order=[0.0008, 0.0016, 0.0001]), PEAK, "supported"),
        (rate_claim("ranking", order=[0.0016, 0.0008, 0.0001]), PEAK, "contradicted"),
        (rate_claim("plateau", plateau_from=0.0008), LEVEL, "supported"),
        (rate_claim("plateau", plateau_from=0.0008), UP, "contradicted"),
        (rate_claim("rising"), (0.8,) * 8, "equivalent"),
        (rate_claim("rise_fall"), (0.8,) * 8, "equivalent"),
        (rate_claim("ranking", order=[0.0016, 0.0008, 0.0001]), LEVEL, "equivalent"),
    ],
)
def test_every_form_along_an_experiment_both_ways(
    judge: Judge, claim: dict[str, Any], accuracies: tuple[float, ...], expected: str
) -> None:
    assert judge(rates(*accuracies), claim).loc["r", "verdict"] == expected


def test_a_falling_loss_is_told_with_the_sign_it_has(judge: Judge) -> None:
    losses = (0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    row = judge(rates(*UP, losses=losses), rate_claim("falling", measure="train_loss")).loc["r"]
    assert (row["verdict"], row["towards"], row["effect"]) == ("supported", -1, pytest.approx(-87.5, abs=0.1))
    assert row["lower"] < row["effect"] < row["upper"] < 0
    assert row["reason"].startswith("Learning rate 0.0128 against learning rate 0.0001: final training loss −87.5")


def test_a_trend_goes_by_seeds_that_every_run_has(judge: Judge) -> None:
    runs = rates(*UP)
    lacking = (runs["run_id"] == "lenet5__learning_rate=0.0002") & (runs["seed"] < 3)
    row = judge(runs[~lacking], rate_claim("rising")).loc["r"]
    assert (row["n"], row["missing"], row["verdict"]) == (2, 3, "no verdict: two seeds")


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
        (10, 10, "supported"),
        (10, 0, "contradicted"),
        (10, 5, "inconclusive"),
        (4, 4, "inconclusive"),
        (2, 2, "no verdict: two seeds"),
    ],
)
def test_a_curve_in_most_seeds_both_ways(judge: Judge, count: int, falling: int, expected: str) -> None:
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
    assert judge(runs, CURVE, curves=curves(3, 3, epochs=1)).loc["falls", "verdict"] == "not testable"


def value_claim(**more: Any) -> dict[str, Any]:
    run = {"experiment": "optimizer", "value": "sgd"}
    return {"id": "v", "section": "4", "form": "value", "text": "x", "run": run, **more}


@pytest.mark.parametrize(("accuracy", "expected"), [(0.7593, "inconclusive"), (0.80, "contradicted")])
def test_a_reported_number_against_the_runs(judge: Judge, accuracy: float, expected: str) -> None:
    row = judge(frame(seeds("lenet5__optimizer=sgd", accuracy)), value_claim()).loc["v"]
    assert (row["verdict"], row["effect"]) == (expected, pytest.approx(100 * accuracy - 75.93))
    assert row["second"] == "the reported number"


def test_a_reported_loss_is_compared_in_percent(judge: Judge) -> None:
    runs = frame(seeds("lenet5__optimizer=sgd", 0.75, loss=2 * 0.6372))
    row = judge(runs, value_claim(measure="train_loss")).loc["v"]
    assert (row["verdict"], row["effect"]) == ("contradicted", pytest.approx(100, abs=0.5))


def test_a_number_that_the_original_does_not_print(judge: Judge) -> None:
    row = judge(frame(seeds("lenet5__optimizer=sgd", 0.75)), value_claim(measure="seconds")).loc["v"]
    assert (row["verdict"], row["reason"]) == ("not testable", "The original prints no such number.")


SLOW = {**POOLING, "measure": "seconds"}


def timed(engine: str) -> pd.DataFrame:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9))
    maxed = runs["run_id"] == MAX
    runs["seconds"] = [60 + seed + 30 * late for seed, late in zip(runs["seed"], maxed, strict=True)]
    runs.loc[maxed, "engine"] = engine
    return runs


def test_times_compare_where_the_runs_were_made_alike(judge: Judge) -> None:
    row = judge(timed("native"), SLOW).loc["pooling"]
    assert (row["verdict"], row["unit"]) == ("supported", "%")
    assert 45 < row["effect"] < 50


def test_times_of_different_engines_do_not_compare(judge: Judge) -> None:
    row = judge(timed("torch"), SLOW).loc["pooling"]
    assert row["verdict"] == "not testable"
    assert "different devices or engines" in row["reason"]


def test_an_extension_that_was_not_run(tmp_path: Path) -> None:
    wide = {**POOLING, "a": {"experiment": "channels", "value": [32, 64, 256]}, "extension": True}
    known = KnownRuns(experiments=plan().experiments, reported=reported())
    material = Material(
        claims=claims(tmp_path, wide), known=known, runs=frame(seeds(BASE, 0.9)), curves=curves_frame([BASE], range(5))
    )
    row = evaluate_claims(material).iloc[0]
    assert row["verdict"] == "not testable"
    assert row["reason"] == "It needs an extension that was not run: channels (32x64x256)."


# --- many claims --------------------------------------------------------------------------


def test_holm_counts_every_claim_that_has_a_p(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9045, order=1))
    alone = judge(runs, POOLING).loc["pooling"]
    others = [{**POOLING, "id": f"other-{i}", "a": POOLING["b"], "b": POOLING["a"]} for i in range(30)]
    untestable = {**POOLING, "id": "no", "a": {"experiment": "dropout", "value": True}}
    among = judge(runs, POOLING, *others, untestable)
    assert (alone["verdict"], among.loc["pooling", "verdict"]) == ("supported", "inconclusive")
    assert alone["adjusted_p"] == alone["p"] == among.loc["pooling", "p"]
    assert among.loc["pooling", "adjusted_p"] == pytest.approx(31 * alone["p"])
    assert "Holm’s correction" in among.loc["pooling", "reason"]
    np.testing.assert_allclose(among["adjusted_p"], holm(among["p"].to_numpy()))
    np.testing.assert_allclose(among["adjusted_p_against"], holm(among["p_against"].to_numpy()))


def test_a_claim_that_is_open_says_what_could_have_been_seen(judge: Judge) -> None:
    row = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.9025, order=1)), POOLING).loc["pooling"]
    assert 0.3 < row["detectable"] < 0.6
    assert f"with 5 seeds, a difference of {row['detectable']:.2f} points would have been seen" in row["reason"]
    alike = judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.904, order=1)), ALIKE).loc["alike"]
    assert f"a margin of {alike['detectable']:.2f} points would have been kept" in alike["reason"]


def test_pairing_by_seed_stands_beside(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9025))  # the same seeds up and down in both: pairs differ by 0.25
    row = judge(runs, POOLING).loc["pooling"]
    assert row["verdict"] == "inconclusive"
    assert row["paired_p"] < 1e-6


def test_a_run_that_stands_twice(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9))
    with pytest.raises(DataError, match=r"the run 'lenet5' with seed 0 stands twice; allowed: once\.$"):
        judge(pd.concat([runs, runs.head(1)]), POOLING)


@pytest.mark.parametrize("column", ["seed", "test_accuracy", "engine"])
def test_a_table_without_a_column(judge: Judge, column: str) -> None:
    with pytest.raises(DataError, match=rf"runs\.csv: the column '{column}' is missing"):
        judge(frame(seeds(BASE, 0.9)).drop(columns=column), POOLING, curves=curves_frame([BASE]))


def test_a_claim_about_what_is_not_there_is_an_error(judge: Judge) -> None:
    with pytest.raises(ConfigError, match=r"claim 'pooling': a\.experiment is 'pool'"):
        judge(frame(seeds(BASE, 0.9)), {**POOLING, "a": {"experiment": "pool"}})


def test_the_table_for_a_terminal(judge: Judge) -> None:
    text = verdict_table(judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.92, order=1)), POOLING, ALIKE))
    header, first, second, empty, counts = text.splitlines()
    assert header.split() == ["claim", "verdict", "effect", "(90%", "interval)", "n", "adjusted", "p"]
    assert first.startswith("pooling  supported     +2.00 [")
    assert second.startswith("alike    contradicted  +2.00 [")
    assert (empty, counts) == ("", "1 supported, 1 contradicted")


@pytest.mark.parametrize(
    ("support", "against", "equal", "small", "expected"),
    [
        (0.01, 1, 0.9, 0.9, "supported"),
        (0.01, 1, 0.01, 0.01, "supported, but smaller than matters"),
        (0.9, 0.01, 0.9, 0.9, "contradicted"),
        (0.9, 0.9, 0.01, 0.9, "equivalent"),
        (0.9, 0.9, 0.9, 0.01, "inconclusive"),
        (0.05, 0.05, 0.05, 0.05, "inconclusive"),
        (0.9, 0.01, math.nan, math.nan, "contradicted"),
        (0.9, 0.9, math.nan, math.nan, "inconclusive"),
    ],
)
def test_verdicts(support: float, against: float, equal: float, small: float, expected: str) -> None:
    assert verdict(support=support, against=against, equal=equal, small=small, significance=0.05) == expected
    assert expected in VERDICTS


def test_too_few_seeds() -> None:
    assert [without_verdict(n) for n in range(4)] == [
        "not testable",
        "no verdict: one seed",
        "no verdict: two seeds",
        None,
    ]


def test_the_reference_is_judged_in_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reference = ROOT / "reference"
    main([str(reference / "runs.csv"), str(reference / "loss.csv"), "--csv", str(tmp_path / "claims.csv")])
    printed = capsys.readouterr().out.splitlines()
    table = pd.read_csv(tmp_path / "claims.csv")
    assert tuple(table.columns) == COLUMNS
    assert list(table["id"]) == [claim.id for claim in read_claims(CLAIMS, CLAIMS_SCHEMA).claims]
    assert [line.split()[0] for line in printed[1:-2]] == list(table["id"])
    assert set(table["verdict"]) <= set(VERDICTS)


@pytest.mark.parametrize("loss", ["missing.csv", "empty.csv"])
def test_a_table_that_cannot_be_read_ends_with_one_sentence(tmp_path: Path, loss: str) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^Error: .*\S$"):
        main([str(ROOT / "reference/runs.csv"), str(tmp_path / loss)])
