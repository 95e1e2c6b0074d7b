"""The files of a finished run, byte for byte."""

import json
from pathlib import Path

import numpy as np
from builders import run_config
from run_builders import epoch_record

from fmnist.runs.files import write_loss_curve, write_metrics
from fmnist.training.loop import TrainingResult

RESULT = TrainingResult(
    epochs=[epoch_record(1), epoch_record(2, float("nan"))],
    parameter_count=3,
    fitted_train_accuracy=0.75,
    diverged=True,
    predictions=np.array([9, 0, 255], dtype=np.uint8),
    seconds=1.0,
    engine="torch",
)


def test_metrics_hold_the_contracts_keys_and_no_time_or_host(tmp_path: Path) -> None:
    config = run_config(model="fc")
    write_metrics(tmp_path / "m.json", run_id="fc", seed=7, config=config, data_sha256="abc", result=RESULT)
    assert json.loads((tmp_path / "m.json").read_text()) == {
        "run_id": "fc",
        "seed": 7,
        "config": config.settings(),
        "data_sha256": "abc",
        "parameter_count": 3,
        "epochs_trained": 2,
        "diverged": True,
        "train_loss": None,
        "train_accuracy": 0.5,
        "test_loss": 0.1 + 0.2,
        "test_accuracy": 0.625,
        "fitted_train_accuracy": 0.75,
        "generalization_gap": 0.125,
    }


def test_loss_curve_is_one_row_an_epoch_in_shortest_exact_numbers(tmp_path: Path) -> None:
    write_loss_curve(tmp_path / "loss.csv", RESULT.epochs)
    assert (tmp_path / "loss.csv").read_bytes() == (
        b"epoch,train_loss,train_accuracy,test_loss,test_accuracy,learning_rate\n"
        b"1,0.25,0.5,0.30000000000000004,0.625,1e-05\n"
        b"2,nan,0.5,0.30000000000000004,0.625,1e-05\n"
    )
