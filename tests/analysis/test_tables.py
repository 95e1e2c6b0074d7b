"""The tables, exactly: ours over the seeds beside the original's numbers."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import plan, plan_of, reported, runs_frame

from fmnist.analysis.statistics import shrunken_variances
from fmnist.analysis.tables import COLUMNS, experiment_table, read_table, reported_against_replicated, to_csv
from fmnist.plan.original import Reported, ReportedRun

POOLING = plan_of({"pooling": {"sweep": {"pooling": ["average", "max"]}}}).experiments["pooling"]
Numbers = tuple[float, float | None]  # accuracy and training loss
# Student's t of two degrees of freedom is 4.302653; times s, times the root of 4/3: 4.968275 points. Losses are
# logarithms there, with mean -1.705332 and s 0.555527.
THREE_SEEDS: list[Numbers] = [(0.88, 0.1), (0.89, 0.2), (0.90, 0.3)]


def originals(**runs: Numbers) -> Reported:
    """Return numbers that an original might print of the pooling experiment, by value."""
    return Reported(
        runs={
            ("pooling", value): ReportedRun(accuracy=accuracy, train_loss=loss, train_loss_by_epoch=())
            for value, (accuracy, loss) in runs.items()
        },
        environment={"Python": "3"},
    )


def base_runs(numbers: list[Numbers]) -> pd.DataFrame:
    return runs_frame(("lenet5", seed, *pair) for seed, pair in enumerate(numbers))


def table_rows(runs: pd.DataFrame, numbers: Reported) -> list[str]:
    header, *rows = to_csv(experiment_table(POOLING, runs, numbers)).splitlines()
    assert header == (
        "value,run_id,n,diverged,train_loss,train_loss_sd,train_loss_lower,train_loss_upper,"
        "accuracy,accuracy_sd,accuracy_lower,accuracy_upper,reported_train_loss,reported_accuracy,difference"
    )
    return rows


def compared(runs: pd.DataFrame, numbers: Reported) -> list[str]:
    header, *rows = to_csv(reported_against_replicated({"pooling": POOLING}, runs, numbers)).splitlines()
    assert header == ",".join(COLUMNS)
    return rows


def test_one_seed_has_no_spread_and_a_missing_run_an_empty_row() -> None:
    assert table_rows(base_runs([(0.8925, 0.16)]), originals(average=(89.0, None), max=(90.5, 0.1))) == [
        "average,lenet5,1,0,0.160000,,,,89.250000,,,,,89.000000,0.250000",
        "max,lenet5__pooling=max,0,0,,,,,,,,,0.100000,90.500000,",
    ]


@pytest.mark.parametrize(
    ("numbers", "row"),
    [
        (THREE_SEEDS, "3,0,0.200000,0.100000,0.011500,2.871359,89.000000,1.000000,84.031725,93.968275"),
        # A diverged seed has an accuracy and no loss. Two losses: t is 12.7062.
        (
            [(0.9, 0.2), (0.1, None), (0.8, 0.4)],
            "3,1,0.300000,0.141421,0.000138,580.828322,60.000000,43.588989,-156.562105,276.562105",
        ),
        ([(0.1, None), (0.1, None)], "2,2,,,,,10.000000,0.000000,10.000000,10.000000"),
    ],
    ids=["three seeds", "one diverged", "all diverged"],
)
def test_several_seeds(numbers: list[Numbers], row: str) -> None:
    assert table_rows(base_runs(numbers), originals())[0] == f"average,lenet5,{row},,,"


def test_rows_are_in_the_order_of_the_sweep() -> None:
    table = experiment_table(plan().experiments["batch_size"], runs_frame([]), reported())
    assert list(table["value"]) == ["10", "20", "40", "80", "160", "320", "640", "1280"]
    assert list(table["reported_accuracy"]) == [88.19, 88.94, 88.97, 89.48, 89.56, 88.77, 88.24, 87.29]


def test_a_number_inside_and_one_outside_the_interval() -> None:
    """Two numbers: Holm doubles the smaller p."""
    accuracy, loss = compared(base_runs(THREE_SEEDS), originals(average=(93.0, 12.0)))
    assert accuracy == (
        "pooling,average,accuracy,93.000000,3,89.000000,1.000000,-4.000000,84.031725,93.968275,0.074180,0.074180,true"
    )
    assert loss == (
        "pooling,average,train_loss,12.000000,3,0.200000,0.100000,-11.800000,0.011500,2.871359,0.022644,0.045288,false"
    )


def test_one_loss_is_neither_inside_nor_outside_and_a_missing_run_has_an_empty_row() -> None:
    numbers = originals(average=(90.0, 0.2))
    numbers.runs["elsewhere", "base"] = ReportedRun(accuracy=77.0, train_loss=None, train_loss_by_epoch=())
    accuracy, *others = compared(base_runs([(0.9, 0.2), (0.1, None)]), numbers)  # a diverged seed has no loss
    assert accuracy.startswith("pooling,average,accuracy,90.000000,2,50.000000,")
    assert others == [
        "pooling,average,train_loss,0.200000,1,0.200000,,0.000000,,,,,",
        "elsewhere,base,accuracy,77.000000,0,,,,,,,,",
    ]


def test_a_run_that_scatters_little_by_luck_gets_the_scatter_of_the_others() -> None:
    random = np.random.default_rng(0)
    freedoms, common = np.full(4000, 9.0), 0.06
    true = common * 5 / random.chisquare(5, 4000)  # the prior: five degrees of freedom
    variances = true * random.chisquare(9, 4000) / 9
    shrunken, added = shrunken_variances(variances, freedoms)
    assert added == pytest.approx(5, rel=0.1)
    assert np.std(np.log(shrunken / true)) < 0.85 * np.std(np.log(variances / true))
    assert shrunken.min() > 2 * variances.min()
    alike, infinite = shrunken_variances(np.full(50, common), np.full(50, 9.0))
    assert math.isinf(infinite)
    assert len(set(alike)) == 1
    assert shrunken_variances(np.array([0.1, math.nan]), np.array([2.0, 0.0]))[1] == 0


def test_every_printed_number_has_its_row_which_is_read_back(tmp_path: Path) -> None:
    runs = runs_frame(("lenet5__batch_norm=true", seed, 0.88 + seed / 100, 0.1) for seed in range(3))
    path = tmp_path / "comparison.csv"
    path.write_text(to_csv(reported_against_replicated(plan().experiments, runs, reported())), encoding="utf-8")
    read = read_table(path, ["value"])
    assert read["measure"].value_counts().to_dict() == {"accuracy": 44, "train_loss": 41}
    assert {"true", "100", "0.0128", "base"} <= set(read["value"])
    assert read.loc[read["experiment"] == "batch_norm", "mean"].item() == pytest.approx(89)
