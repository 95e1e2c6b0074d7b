"""The shipped config, run by run: the original's 41, and the extensions."""

import math
from collections import Counter

from builders import CLAIMS, CONFIG, changed, plan, reported

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, runs_by_claim
from fmnist.plan.experiments import Plan
from fmnist.training.settings import RunSettings

RUN_IDS = [
    "fc",
    "lenet5",
    "lenet5__scheduler=step__step_size=100",
    "lenet5__scheduler=step__step_size=200",
    "lenet5__scheduler=step__step_size=400",
    "lenet5__scheduler=step__step_size=800",
    "lenet5__scheduler=step__step_size=1600",
    "lenet5__scheduler=step__step_size=3200",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=100",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=200",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=400",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=800",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=1600",
    "lenet5__learning_rate=0.01__scheduler=step__step_size=3200",
    "lenet5__learning_rate=0.0001",
    "lenet5__learning_rate=0.0002",
    "lenet5__learning_rate=0.0004",
    "lenet5__learning_rate=0.0008",
    "lenet5__learning_rate=0.0016",
    "lenet5__learning_rate=0.0032",
    "lenet5__learning_rate=0.0064",
    "lenet5__learning_rate=0.0128",
    "lenet5__optimizer=sgd",
    "lenet5__optimizer=rmsprop",
    "lenet5__loss=mse",
    "lenet5__loss=multi_margin",
    "lenet5__batch_size=10",
    "lenet5__batch_size=20",
    "lenet5__batch_size=40",
    "lenet5__batch_size=80",
    "lenet5__batch_size=160",
    "lenet5__batch_size=320",
    "lenet5__batch_size=640",
    "lenet5__batch_size=1280",
    "lenet5__activation=relu",
    "lenet5__activation=leaky_relu",
    "lenet5__pooling=max",
    "lenet5__batch_norm=true",
    "lenet5__dropout=true",
    "lenet5__activation=relu__batch_norm=true__channels=32x64x256__pooling=max",
    "lenet5__activation=leaky_relu__batch_norm=true__channels=32x64x256__pooling=max",
]

MEMBERS = {
    "fully_connected": 1,
    "lenet5_base": 1,
    "scheduler_lr_0.001": 6,
    "scheduler_lr_0.01": 6,
    "learning_rate": 8,
    "optimizer": 3,
    "loss": 3,
    "batch_size": 8,
    "activation": 3,
    "pooling": 2,
    "batch_norm": 2,
    "dropout": 2,
    "combined": 2,
}

EXTENSIONS = {
    "channels": 2,
    "plateau_scheduler": 1,
    "momentum": 2,
    "combined_without": 5,
    "combined_more": 10,
    "combined_step": 2,
    "step_budget": 8,
}

WITH_EXTENSIONS = changed({"extensions": True})

COMBINED = "lenet5__activation=leaky_relu__batch_norm=true__channels=32x64x256__pooling=max"


def members(whole: Plan) -> dict[str, int]:
    return {name: len(experiment.members) for name, experiment in whole.experiments.items()}


def test_the_shipped_config_is_41_runs_in_the_order_of_first_use() -> None:
    assert list(plan().runs) == RUN_IDS
    assert len(RUN_IDS) == 41


def test_the_shipped_config_is_13_experiments_and_leaves_the_extensions_out() -> None:
    assert members(plan()) == MEMBERS
    assert plan().left_out == tuple(EXTENSIONS)


def test_the_base_case_is_one_run_of_seven_experiments() -> None:
    users = [experiment.name for experiment in plan().experiments.values() if "lenet5" in experiment.run_ids]
    assert users == ["lenet5_base", "optimizer", "loss", "activation", "pooling", "batch_norm", "dropout"]


def test_extensions_come_after_the_originals_experiments_and_share_their_runs() -> None:
    whole = plan(WITH_EXTENSIONS)
    assert list(members(whole).items()) == [*MEMBERS.items(), *EXTENSIONS.items()]
    assert [name for name, experiment in whole.experiments.items() if experiment.extension] == list(EXTENSIONS)
    assert list(whole.runs)[:41] == RUN_IDS
    assert len(whole.runs) == 41 + 25
    assert {run_id for experiment in whole.experiments.values() for run_id in experiment.run_ids} == set(whole.runs)


def test_runs_that_claims_compare_have_ten_seeds_and_others_five() -> None:
    whole = plan(WITH_EXTENSIONS)
    known = KnownRuns(experiments=whole.experiments, reported=reported())
    claims = runs_by_claim(read_claims(CLAIMS), known)
    compared = {run.run_id for runs in claims.values() for run in runs}
    counts = Counter(run_id for run_id, _ in whole.trainings(range(10)))
    assert counts == {run_id: 10 if run_id in compared else 5 for run_id in whole.runs}


def test_every_case_without_a_change_has_the_base_cases_value_of_that_change_alone() -> None:
    whole = plan(WITH_EXTENSIONS)
    base, combined = whole.runs["lenet5"].settings(), whole.runs[COMBINED].settings()
    first, *others = whole.experiments["combined_without"].run_ids
    assert first == COMBINED
    taken_out = []
    for run_id in others:
        settings = whole.runs[run_id].settings()
        (key,) = [key for key in combined if settings[key] != combined[key]]
        assert settings[key] == base[key]
        taken_out.append(key)
    assert taken_out == ["channels", "pooling", "batch_norm", "activation"]


def test_every_case_of_the_step_budget_takes_the_steps_of_the_base_case() -> None:
    whole = plan(WITH_EXTENSIONS)
    runs = [whole.runs[run_id] for run_id in whole.experiments["step_budget"].run_ids]

    def steps(run: RunSettings) -> int:
        return run.epochs * math.ceil(60_000 / run.batch_size)

    assert steps(whole.runs["lenet5"]) == 12_000
    assert [steps(run) for run in runs] == [12_000] * 5 + [12_032, 12_032, 11_985]
    assert [run.batch_size for run in runs] == CONFIG["experiments"]["batch_size"]["sweep"]["batch_size"]


def test_labels_and_values_are_those_of_the_sweep() -> None:
    experiments = plan().experiments
    assert [m.label for m in experiments["batch_norm"].members] == ["false", "true"]
    assert [m.values for m in experiments["batch_norm"].members] == [(False,), (True,)]
    assert [m.label for m in experiments["learning_rate"].members][:2] == ["0.0001", "0.0002"]
    assert [(m.label, m.values) for m in experiments["lenet5_base"].members] == [("base", ())]
    assert experiments["combined"].swept == ("activation",)
