"""The original's numbers: complete, unchanged, and strictly read."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import REPORTED, plan, reported
from sentences import refusal

from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_yaml


def test_there_are_44_runs_with_44_accuracies_and_41_losses() -> None:
    runs = reported().runs
    assert len(runs) == 44
    assert sum(run.train_loss is not None for run in runs.values()) == 41


@pytest.mark.parametrize(
    ("experiment", "value", "accuracy", "train_loss"),
    [
        ("lenet5_base", "base", 89.24, 0.16),
        ("learning_rate", "0.0128", 81.36, 0.4886),
        ("batch_norm", "true", 90.88, None),
        ("combined", "leaky_relu", 92.07, 0.0096),
    ],
)
def test_numbers_are_the_originals(experiment: str, value: str, accuracy: float, train_loss: float | None) -> None:
    run = reported().runs[experiment, value]
    assert (run.accuracy, run.train_loss) == (accuracy, train_loss)


def test_dropout_alone_has_losses_by_epoch() -> None:
    printed = {key: run.train_loss_by_epoch for key, run in reported().runs.items() if run.train_loss_by_epoch}
    assert list(printed) == [("dropout", "true")]
    losses = printed["dropout", "true"]
    assert (len(losses), losses[0], losses[-1]) == (19, 0.44898925987382704, 0.20520317571401618)


def test_every_reported_run_is_in_the_plan() -> None:
    planned = {(name, member.label) for name, e in plan().experiments.items() for member in e.members}
    assert set(reported().runs) <= planned


NUMBERS = {"accuracy": 89.4, "train_loss": None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"new": {"x": {**NUMBERS, "accuracy": 101}}}, ["new.x.accuracy is 101", "from 0 to 100"]),
        ({"new": {"x": {**NUMBERS, "train_loss": -0.1}}}, ["new.x.train_loss is -0.1"]),
        ({"new": {"x": {**NUMBERS, "train_loss_by_epoch": [1, "a"]}}}, ["train_loss_by_epoch[1] is 'a' (text)"]),
        ({"new": {"x": {"accuracy": 90}}}, ["new.x.train_loss is missing"]),
        ({"new": {"x": {**NUMBERS, "los": 1}}}, ["unknown key new.x.los"]),
        ({"new": {"x": 90}}, ["new.x is 90"]),
        ({"new": [1]}, ["new is [1]"]),
        ({"new": {0.001: NUMBERS, "0.001": NUMBERS}}, ["new.0.001", "two spellings"]),
        ({"environment": None}, ["environment is null"]),
        ({"environment": {"torch": 1.8}}, ["environment.torch is 1.8"]),
    ],
)
def test_a_fault_is_one_sentence(tmp_path: Path, changes: dict[str, Any], words: list[str]) -> None:
    path = tmp_path / "reported.yaml"
    path.write_text(yaml.safe_dump({**read_yaml(REPORTED), **changes}), encoding="utf-8")
    message = refusal(read_reported, path)
    assert [word for word in [str(path), *words] if word not in message] == []
