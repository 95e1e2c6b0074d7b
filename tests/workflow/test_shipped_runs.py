"""The shipped config, run by run: the original's 41, and the extensions."""

import math
from collections import Counter

from builders import CLAIMS, CONFIG, changed, plan, reported

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, runs_by_claim
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


COMBINED = "lenet5__activation=leaky_relu__batch_norm=true__channels=32x64x256__pooling=max"


EXTENSIONS = {  # name -> the ids of its runs
    "channels": ["lenet5", "lenet5__channels=32x64x256"],
    "plateau_scheduler": ["lenet5__gamma=0.1__patience=1__scheduler=plateau"],
    "momentum": ["lenet5__optimizer=sgd", "lenet5__momentum=0.9__optimizer=sgd"],
    "combined_without": [
        COMBINED,
        "lenet5__activation=leaky_relu__batch_norm=true__pooling=max",
        "lenet5__activation=leaky_relu__batch_norm=true__channels=32x64x256",
        "lenet5__activation=leaky_relu__channels=32x64x256__pooling=max",
        "lenet5__batch_norm=true__channels=32x64x256__pooling=max",
    ],
    "combined_more": [
        COMBINED,
        f"{COMBINED}__scheduler=step__step_size=800",
        f"{COMBINED}__scheduler=step__step_size=1600",
        f"{COMBINED}__scheduler=step__step_size=3200",
        COMBINED.replace("__pooling", "__learning_rate=0.0008__pooling"),
        COMBINED.replace("__channels", "__batch_size=160__channels"),
        COMBINED.replace("__pooling", "__dropout=true__pooling"),
        "lenet5__activation=leaky_relu__batch_norm=true__batch_size=160__channels=32x64x256__learning_rate=0.0008"
        "__pooling=max",
        "lenet5__activation=leaky_relu__batch_norm=true__batch_size=160__channels=32x64x256__learning_rate=0.0008"
        "__pooling=max__scheduler=step__step_size=3200",
        "lenet5__activation=leaky_relu__batch_norm=true__batch_size=160__channels=32x64x256__dropout=true"
        "__learning_rate=0.0008__pooling=max__scheduler=step__step_size=3200",
    ],
    "combined_step": [
        f"{COMBINED}__scheduler=step__step_size=1600".replace("leaky_relu", "relu"),
        f"{COMBINED}__scheduler=step__step_size=1600",
    ],
    "step_budget": [
        f"lenet5__batch_size={size}__epochs={epochs}"
        for size, epochs in zip((10, 20, 40, 80, 160, 320, 640, 1280), (2, 4, 8, 16, 32, 64, 128, 255), strict=True)
    ],
}


WITH_EXTENSIONS = changed({"extensions": True})


def test_the_shipped_config_is_41_runs_in_the_order_of_first_use() -> None:
    assert list(plan().runs) == RUN_IDS
    assert len(RUN_IDS) == 41


def test_the_shipped_config_is_13_experiments_of_47_members() -> None:
    assert {name: len(experiment.members) for name, experiment in plan().experiments.items()} == MEMBERS


def test_the_base_case_is_one_run_of_seven_experiments() -> None:
    users = [experiment.name for experiment in plan().experiments.values() if "lenet5" in experiment.run_ids]
    assert users == ["lenet5_base", "optimizer", "loss", "activation", "pooling", "batch_norm", "dropout"]


def test_every_member_is_a_run_and_every_run_a_member() -> None:
    whole = plan()
    assert {run_id for experiment in whole.experiments.values() for run_id in experiment.run_ids} == set(whole.runs)


def test_extensions_are_left_out_unless_the_config_asks_for_them() -> None:
    assert plan().left_out == tuple(EXTENSIONS)
    assert not any(experiment.extension for experiment in plan().experiments.values())


def test_extensions_come_after_the_originals_experiments_and_share_their_runs() -> None:
    whole = plan(WITH_EXTENSIONS)
    assert whole.left_out == ()
    assert list(whole.experiments) == [*MEMBERS, *EXTENSIONS]
    found = {name: experiment.run_ids for name, experiment in whole.experiments.items() if experiment.extension}
    assert found == EXTENSIONS
    assert list(whole.runs)[:41] == RUN_IDS
    assert len(whole.runs) == 41 + 25


def test_runs_that_claims_compare_have_ten_seeds_and_others_five() -> None:
    whole = plan(WITH_EXTENSIONS)
    known = KnownRuns(experiments=whole.experiments, reported=reported())
    claims = runs_by_claim(read_claims(CLAIMS), known)
    compared = {run.run_id for runs in claims.values() for run in runs}
    counts = Counter(run_id for run_id, _ in whole.trainings(range(10)))
    assert counts == {run_id: 10 if run_id in compared else 5 for run_id in whole.runs}


def test_every_case_without_a_change_has_the_base_cases_value_of_that_change_alone() -> None:
    runs = plan(WITH_EXTENSIONS).runs
    base, whole = runs["lenet5"].settings(), runs[COMBINED].settings()
    taken_out = []
    for run_id in EXTENSIONS["combined_without"][1:]:
        settings = runs[run_id].settings()
        (key,) = [key for key in whole if settings[key] != whole[key]]
        assert settings[key] == base[key]
        taken_out.append(key)
    assert taken_out == ["channels", "pooling", "batch_norm", "activation"]


def test_every_case_of_the_step_budget_takes_the_steps_of_the_base_case() -> None:
    runs = plan(WITH_EXTENSIONS).runs

    def steps(run: RunSettings) -> int:
        return run.epochs * math.ceil(60_000 / run.batch_size)

    assert steps(runs["lenet5"]) == 12_000
    budgets = [steps(runs[run_id]) for run_id in EXTENSIONS["step_budget"]]
    assert budgets == [12_000] * 5 + [12_032, 12_032, 11_985]
    sizes = [runs[run_id].batch_size for run_id in EXTENSIONS["step_budget"]]
    assert sizes == CONFIG["experiments"]["batch_size"]["sweep"]["batch_size"]


def test_labels_and_values_are_those_of_the_sweep() -> None:
    experiments = plan().experiments
    assert [m.label for m in experiments["batch_norm"].members] == ["false", "true"]
    assert [m.values for m in experiments["batch_norm"].members] == [(False,), (True,)]
    assert [m.label for m in experiments["learning_rate"].members][:2] == ["0.0001", "0.0002"]
    assert [m.label for m in experiments["lenet5_base"].members] == ["base"]
    assert experiments["lenet5_base"].members[0].values == ()
    assert experiments["combined"].swept == ("activation",)
