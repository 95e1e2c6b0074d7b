"""The tables, exactly: ours over the seeds beside the original's numbers."""

from pathlib import Path

import pandas as pd
import pytest
from builders import changed, plan, plan_of, reported, runs_frame, swept_runs

from fmnist.analysis.tables import (
    COMPARISON_COLUMNS,
    experiment_table,
    read_comparison,
    reported_against_replicated,
    to_csv,
)
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import Reported, ReportedRun

POOLING = {"sweep": {"pooling": ["average", "max"]}}


def pooling() -> Experiment:
    return plan_of({"pooling": POOLING}).experiments["pooling"]


def originals(**runs: tuple[float, float | None]) -> Reported:
    """Numbers that an original might print of the pooling experiment, by value."""
    return Reported(
        runs={
            ("pooling", value): ReportedRun(accuracy=accuracy, train_loss=loss, train_loss_by_epoch=())
            for value, (accuracy, loss) in runs.items()
        },
        environment={},
    )


HEADER = (
    "value,run_id,n,diverged,train_loss,train_loss_sd,train_loss_lower,train_loss_upper,"
    "accuracy,accuracy_sd,accuracy_lower,accuracy_upper,"
    "reported_train_loss,reported_accuracy,difference\n"
)


def test_one_seed_has_no_spread() -> None:
    runs = runs_frame([("lenet5", 0, 0.8925, 0.16), ("lenet5__pooling=max", 0, 0.9, 0.125)])
    table = experiment_table(pooling(), runs, originals(average=(89.0, 0.15), max=(90.5, None)))
    assert to_csv(table) == (
        HEADER + "average,lenet5,1,0,0.160000,,,,89.250000,,,,0.150000,89.000000,0.250000\n"
        "max,lenet5__pooling=max,1,0,0.125000,,,,90.000000,,,,,90.500000,-0.500000\n"
    )


def test_three_seeds_have_mean_and_sample_deviation() -> None:
    runs = runs_frame(
        ("lenet5", seed, accuracy, loss) for seed, accuracy, loss in [(0, 0.88, 0.1), (1, 0.89, 0.2), (2, 0.90, 0.3)]
    )
    table = experiment_table(pooling(), runs, originals(average=(88.5, 0.25)))
    # Student's t of two degrees of freedom is 4.302653; times s times the root of 4/3, 0.496828 and 4.968275.
    assert to_csv(table).splitlines()[1] == (
        "average,lenet5,3,0,0.200000,0.100000,-0.296828,0.696828,"
        "89.000000,1.000000,84.031725,93.968275,0.250000,88.500000,0.500000"
    )


def test_a_run_that_is_missing_has_an_empty_row() -> None:
    table = experiment_table(pooling(), runs_frame([("lenet5", 0, 0.89, 0.16)]), originals(max=(90.5, 0.1)))
    assert to_csv(table).splitlines()[1:] == [
        "average,lenet5,1,0,0.160000,,,,89.000000,,,,,,",
        "max,lenet5__pooling=max,0,0,,,,,,,,,0.100000,90.500000,",
    ]


def test_a_diverged_seed_counts_with_its_accuracy_and_without_a_loss() -> None:
    runs = runs_frame([("lenet5", 0, 0.9, 0.2), ("lenet5", 1, 0.1, None), ("lenet5", 2, 0.8, 0.4)])
    table = experiment_table(pooling(), runs, originals())
    # Two losses: t of one degree of freedom, 12.7062, times s times the root of 3/2, 2.200779.
    assert to_csv(table).splitlines()[1] == (
        "average,lenet5,3,1,0.300000,0.141421,-1.900779,2.500779,60.000000,43.588989,-156.562105,276.562105,,,"
    )


def test_where_every_seed_diverged_there_is_no_loss() -> None:
    runs = runs_frame([("lenet5", 0, 0.1, None), ("lenet5", 1, 0.1, None)])
    table = experiment_table(pooling(), runs, originals())
    assert to_csv(table).splitlines()[1] == "average,lenet5,2,2,,,,,10.000000,0.000000,10.000000,10.000000,,,"


def test_rows_stand_in_the_order_of_the_sweep() -> None:
    experiment = plan().experiments["batch_size"]
    table = experiment_table(experiment, runs_frame([]), reported())
    assert list(table["value"]) == ["10", "20", "40", "80", "160", "320", "640", "1280"]
    assert list(table["reported_accuracy"]) == [88.19, 88.94, 88.97, 89.48, 89.56, 88.77, 88.24, 87.29]


COMPARISON_HEADER = ",".join(COMPARISON_COLUMNS) + "\n"


def compared(runs: pd.DataFrame, numbers: Reported) -> str:
    return to_csv(reported_against_replicated({"pooling": pooling()}, runs, numbers))


def test_a_number_inside_and_one_outside_the_interval() -> None:
    # Accuracies 88, 89, 90: 89 +- 4.968275. Losses 0.1, 0.2, 0.3: 0.2 +- 0.496828.
    runs = runs_frame(("lenet5", seed, 0.88 + seed / 100, 0.1 + seed / 10) for seed in range(3))
    assert compared(runs, originals(average=(93.0, 0.7))) == (
        COMPARISON_HEADER
        + "pooling,average,accuracy,93.000000,3,89.000000,1.000000,-4.000000,84.031725,93.968275,true\n"
        + "pooling,average,train_loss,0.700000,3,0.200000,0.100000,-0.500000,-0.296828,0.696828,false\n"
    )


def test_one_seed_says_neither_inside_nor_outside() -> None:
    assert compared(runs_frame([("lenet5", 0, 0.89, 0.2)]), originals(average=(88.0, None))) == (
        COMPARISON_HEADER + "pooling,average,accuracy,88.000000,1,89.000000,,1.000000,,,\n"
    )


def test_a_number_without_a_run_stays_empty() -> None:
    numbers = originals(average=(88.0, 0.2))
    numbers.runs["elsewhere", "base"] = ReportedRun(accuracy=77.0, train_loss=None, train_loss_by_epoch=())
    assert compared(runs_frame([]), numbers) == (
        COMPARISON_HEADER
        + "pooling,average,accuracy,88.000000,0,,,,,,\n"
        + "pooling,average,train_loss,0.200000,0,,,,,,\n"
        + "elsewhere,base,accuracy,77.000000,0,,,,,,\n"
    )


def test_a_diverged_seed_has_no_part_in_the_losses_interval() -> None:
    runs = runs_frame([("lenet5", 0, 0.9, 0.2), ("lenet5", 1, 0.1, None)])
    rows = compared(runs, originals(average=(90.0, 0.2))).splitlines()[1:]
    assert rows[0].startswith("pooling,average,accuracy,90.000000,2,50.000000,")
    assert rows[1] == "pooling,average,train_loss,0.200000,1,0.200000,,0.000000,,,"


def test_every_printed_number_has_its_row() -> None:
    table = reported_against_replicated(plan().experiments, runs_frame([]), reported())
    assert table["measure"].value_counts().to_dict() == {"accuracy": 44, "train_loss": 41}
    assert tuple(table.columns) == COMPARISON_COLUMNS


def test_the_comparison_is_read_back_with_its_values_as_text(tmp_path: Path) -> None:
    runs = runs_frame(("lenet5__batch_norm=true", seed, 0.88 + seed / 100, 0.1) for seed in range(3))
    table = reported_against_replicated(plan().experiments, runs, reported())
    path = tmp_path / "comparison.csv"
    path.write_text(to_csv(table), encoding="utf-8")
    read = read_comparison(path)
    assert list(read["value"]) == list(table["value"])
    assert {"true", "100", "0.0128", "base"} <= set(read["value"])
    assert list(read["reported"]) == pytest.approx(list(table["reported"]))
    assert read.loc[read["experiment"] == "batch_norm", "mean"].item() == pytest.approx(89)


def test_an_extension_has_no_number_of_the_original() -> None:
    channels = plan(changed({"extensions": True})).experiments["channels"]
    table = experiment_table(channels, swept_runs(channels), reported())
    assert list(table["accuracy"]) == pytest.approx([80, 81])
    assert table[["reported_train_loss", "reported_accuracy", "difference"]].isna().all(axis=None)
