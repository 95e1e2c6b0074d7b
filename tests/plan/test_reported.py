"""The original's numbers: complete, unchanged, and strictly read."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import REPORTED, REPORTED_SCHEMA, plan, reported

from fmnist.common.errors import ConfigError
from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_yaml

DROPOUT_LOSSES = (
    0.44898925987382704,
    0.39537846418718525,
    0.36487800747156146,
    0.3447611017773549,
    0.3296039090802273,
    0.3141102272147935,
    0.30269648113598435,
    0.2906275656570989,
    0.2813079141825433,
    0.27341642474134775,
    0.26201685659587376,
    0.25292652030785867,
    0.24665122659256072,
    0.2372478244329492,
    0.23030539847910392,
    0.22527634012202397,
    0.2184324014311036,
    0.21321125507354746,
    0.20520317571401618,
)


def test_there_are_44_runs_with_44_accuracies_and_41_losses() -> None:
    runs = reported().runs
    assert len(runs) == 44
    assert sum(isinstance(run.accuracy, float) for run in runs.values()) == 44
    assert sum(run.train_loss is not None for run in runs.values()) == 41


@pytest.mark.parametrize(
    ("experiment", "value", "accuracy", "train_loss"),
    [
        ("fully_connected", "base", 89.4, None),
        ("lenet5_base", "base", 89.24, 0.16),
        ("scheduler_lr_0.001", "3200", 89.43, 0.157264),
        ("scheduler_lr_0.01", "800", 88.62, 0.2048),
        ("learning_rate", "0.0128", 81.36, 0.4886),
        ("optimizer", "sgd", 75.93, 0.6372),
        ("loss", "mse", 88.98, 0.0091),
        ("batch_size", "1280", 87.29, 0.3103),
        ("activation", "leaky_relu", 90.5, 0.1692),
        ("pooling", "max", 90.82, None),
        ("batch_norm", "true", 90.88, None),
        ("dropout", "true", 89.76, 0.2052),
        ("combined", "leaky_relu", 92.07, 0.0096),
    ],
)
def test_numbers_are_the_originals(experiment: str, value: str, accuracy: float, train_loss: float | None) -> None:
    run = reported().runs[experiment, value]
    assert (run.accuracy, run.train_loss) == (accuracy, train_loss)


def test_the_dropout_print_has_19_losses_and_no_other_run_has_a_print() -> None:
    runs = reported().runs
    assert runs["dropout", "true"].train_loss_by_epoch == DROPOUT_LOSSES
    assert [key for key, run in runs.items() if run.train_loss_by_epoch] == [("dropout", "true")]


def test_the_base_case_stands_four_times_with_the_originals_own_spread() -> None:
    runs = reported().runs
    places = [("lenet5_base", "base"), ("optimizer", "adam"), ("loss", "cross_entropy"), ("activation", "tanh")]
    assert [runs[place].accuracy for place in places] == [89.24, 89.67, 89.71, 89.8]


def test_every_reported_run_is_in_the_plan() -> None:
    planned = {(name, member.label) for name, e in plan().experiments.items() for member in e.members}
    assert set(reported().runs) <= planned


def test_the_environment_is_the_originals() -> None:
    assert reported().environment == {
        "os": "Linux 5.4.109+",
        "python": "3.7.10",
        "torch": "1.8.1+cu101",
        "torchvision": "0.9.1+cu101",
        "matplotlib": "3.2.2",
        "numpy": "1.19.5",
    }


def written(path: Path, document: Any) -> Path:
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"accuracy": 101, "train_loss": 0.1}, ["new.x.accuracy is 101", "at most 100"]),
        ({"accuracy": -1, "train_loss": 0.1}, ["new.x.accuracy is -1", "at least 0"]),
        ({"accuracy": 90, "train_loss": -0.1}, ["new.x.train_loss is -0.1", "at least 0"]),
        ({"accuracy": None, "train_loss": 0.1}, ["new.x.accuracy is null", "a number"]),
        ({"accuracy": 90}, ["the key 'new.x.train_loss' is missing"]),
        ({"accuracy": 90, "train_loss": 0.1, "los": 1}, ["unknown key 'new.x.los'"]),
        ({"accuracy": 90, "train_loss": float("nan")}, ["new.x.train_loss is nan"]),
        ({"accuracy": 90, "train_loss": 0.1, "train_loss_by_epoch": []}, ["new.x.train_loss_by_epoch is []"]),
        (90, ["new.x is 90", "a mapping"]),
    ],
)
def test_a_fault_in_reported_is_one_sentence(tmp_path: Path, entry: Any, words: list[str]) -> None:
    path = written(tmp_path / "reported.yaml", {**read_yaml(REPORTED), "new": {"x": entry}})
    with pytest.raises(ConfigError) as caught:
        read_reported(path, REPORTED_SCHEMA)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert [word for word in [str(path), *words] if word not in message] == []


def test_reported_without_an_environment(tmp_path: Path) -> None:
    path = written(tmp_path / "reported.yaml", {"new": {"x": {"accuracy": 90, "train_loss": None}}})
    with pytest.raises(ConfigError, match="the key 'environment' is missing"):
        read_reported(path, REPORTED_SCHEMA)
