"""The shipped config, run by run: the original's 41, and the extensions."""

import math

import pandas as pd
import pytest
from builders import CONFIG, ROOT, changed, plan

from fmnist.plan.experiments import Plan


@pytest.fixture(scope="module")
def whole() -> Plan:
    return plan(changed({"extensions": True}))


def test_the_reference_holds_every_run_the_originals_41_first(whole: Plan) -> None:
    reference = pd.read_csv(ROOT / "reference/runs.csv")["run_id"].drop_duplicates().tolist()
    assert set(whole.runs) <= set(reference)
    assert list(plan().runs) == list(whole.runs)[:41] == reference[:41]
    assert len(whole.runs) == 41 + 56


def test_extensions_come_after_the_originals_experiments_and_are_left_out_by_default(whole: Plan) -> None:
    sizes = [len(experiment.members) for experiment in whole.experiments.values()]
    assert sizes == [1, 1, 6, 6, 8, 3, 3, 8, 3, 2, 2, 2, 2, *(2, 1, 25, 2, 16, 10, 2, 8)]
    extensions = [name for name, experiment in whole.experiments.items() if experiment.extension]
    assert plan().left_out == tuple(extensions)
    assert list(whole.experiments) == [*plan().experiments, *extensions]


def test_the_base_case_is_one_run_of_seven_experiments() -> None:
    users = [experiment.name for experiment in plan().experiments.values() if "lenet5" in experiment.run_ids]
    assert users == ["lenet5_base", "optimizer", "loss", "activation", "pooling", "batch_norm", "dropout"]


def test_the_four_changes_lead_from_the_base_case_to_the_combined_setting(whole: Plan) -> None:
    grid = whole.experiments["combined_factors"].run_ids
    assert (grid[0], grid[-1]) == ("lenet5", whole.experiments["combined"].run_ids[1])
    assert len(set(grid)) == 16


def test_every_case_of_the_step_budget_takes_the_steps_of_the_base_case(whole: Plan) -> None:
    runs = [whole.runs[run_id] for run_id in ("lenet5", *whole.experiments["step_budget"].run_ids)]
    steps = [run.epochs * math.ceil(60_000 / run.batch_size) for run in runs]
    assert steps == [12_000] * 6 + [12_032, 12_032, 11_985]
    assert [run.batch_size for run in runs[1:]] == CONFIG["experiments"]["batch_size"]["sweep"]["batch_size"]
