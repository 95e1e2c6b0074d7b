"""Many run folders into two tidy tables; files of another run are refused."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from builders import metrics_of, plan, provenance_of

from fmnist.analysis.compare import compare_runs
from fmnist.common.errors import DataError
from fmnist.runs.gathering import (
    CURVE_HEADER,
    RUN_COLUMNS,
    RunFolder,
    gather_curves,
    gather_runs,
    read_curves,
    read_runs,
)

DATA = "d" * 64
CURVE = CURVE_HEADER + "\n1,0.5,0.8,0.6,0.7,0.001\n2,0.16,0.94,0.31,0.89,0.0009\n"  # ends as metrics_of says
RUNS = plan().runs


def folder(root: Path, run_id: str, seed: int, changes: dict[str, Any] | None = None) -> RunFolder:
    """Make the folder of a finished run; `changes` spoil its metrics."""
    settings = RUNS[run_id].settings()
    changes = {"epochs_trained": 2, **(changes or {})}
    path = root / run_id / f"seed={seed}"
    path.mkdir(parents=True)
    (path / "metrics.json").write_text(json.dumps({**metrics_of(run_id, seed, settings), **changes}), encoding="utf-8")
    (path / "provenance.json").write_text(json.dumps(provenance_of()), encoding="utf-8")
    (path / "loss.csv").write_text(CURVE, encoding="utf-8")
    return RunFolder(path=path, run_id=run_id, seed=seed, settings=settings)


def test_columns_are_pinned() -> None:
    assert ",".join(RUN_COLUMNS) == (
        "run_id,seed,"
        "activation,batch_norm,batch_size,channels,dropout,dropout_probability,epochs,gamma,hidden_units,last_batch,"
        "learning_rate,loss,model,momentum,optimizer,patience,pooling,scheduler,step_size,step_unit,weight_decay,"
        "parameter_count,train_loss,train_accuracy,test_loss,test_accuracy,fitted_train_accuracy,generalization_gap,"
        "diverged,epochs_trained,seconds,device,engine"
    )
    assert CURVE_HEADER == "epoch,train_loss,train_accuracy,test_loss,test_accuracy,learning_rate"


def test_a_runs_csv_from_before_a_setting_was_added_is_read_without_it(tmp_path: Path) -> None:
    runs, _ = gather_runs([folder(tmp_path, "fc", 0)], DATA)
    runs.drop(columns="patience").to_csv(tmp_path / "runs.csv", index=False)
    read = read_runs(tmp_path / "runs.csv")
    assert set(RUN_COLUMNS) - set(read.columns) == {"patience"}
    assert compare_runs(runs, read)["verdict"].tolist() == ["identical"]


def test_one_row_per_run_and_seed_with_every_setting_as_text(tmp_path: Path) -> None:
    wide = next(run_id for run_id in RUNS if "channels" in run_id)
    folders = [folder(tmp_path, run_id, seed) for run_id in ("fc", wide) for seed in (0, 1)]
    runs, provenances = gather_runs(folders, DATA)
    assert tuple(runs.columns) == RUN_COLUMNS
    assert list(zip(runs["run_id"], runs["seed"], strict=True)) == [("fc", 0), ("fc", 1), (wide, 0), (wide, 1)]
    assert runs.loc[2, ["channels", "batch_norm", "learning_rate", "dropout_probability"]].tolist() == [
        "32x64x256",
        "true",
        "0.001",
        "0.3",
    ]
    assert runs.loc[0, ["hidden_units", "activation", "epochs"]].tolist() == ["512", "relu", "20"]
    assert runs.loc[0, ["channels", "step_size"]].isna().all()
    assert runs.loc[0, ["test_accuracy", "seconds", "device", "engine"]].tolist() == [0.89, 12.5, "cpu", "torch"]
    assert [run_id for run_id, _ in provenances] == ["fc", "fc", wide, wide]


def test_runs_survive_csv(tmp_path: Path) -> None:
    diverged = {"diverged": True, "train_loss": None, "test_loss": None}
    folders = [folder(tmp_path, "lenet5", 0), folder(tmp_path, "lenet5__batch_norm=true", 0, diverged)]
    gather_runs(folders, DATA)[0].to_csv(tmp_path / "runs.csv", index=False)
    runs = read_runs(tmp_path / "runs.csv")
    assert runs["batch_norm"].tolist() == ["false", "true"]
    assert runs["learning_rate"].tolist() == ["0.001", "0.001"]
    assert runs["diverged"].tolist() == [False, True]
    assert runs.loc[0, "train_loss"] == 0.16
    assert math.isnan(runs.loc[1, "train_loss"])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"run_id": "fc"}, "run_id 'fc'"),
        ({"seed": 1}, "seed 1"),
        ({"data_sha256": "e" * 64}, "data_sha256 'eee"),
        ({"config": {"model": "lenet5"}}, "config {'model': 'lenet5'}"),
        ({"config": None}, "config None"),
    ],
)
def test_metrics_of_another_run_are_refused(tmp_path: Path, changes: dict[str, Any], found: str) -> None:
    spoilt = folder(tmp_path, "lenet5", 0, changes)
    with pytest.raises(DataError) as caught:
        gather_runs([spoilt], DATA)
    message = str(caught.value)
    assert message.startswith(f"{spoilt.path / 'metrics.json'} holds {found}")
    assert message.endswith(f"; delete {spoilt.path} to train the run anew.")
    assert "\n" not in message


def test_metrics_of_a_config_with_one_other_setting_are_refused(tmp_path: Path) -> None:
    spoilt = folder(tmp_path, "lenet5", 0, {"config": {**RUNS["lenet5"].settings(), "epochs": 19}})
    with pytest.raises(DataError, match=r"metrics\.json holds config"):
        gather_runs([spoilt], DATA)


@pytest.mark.parametrize("name", ["metrics.json", "provenance.json"])
@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", None], ids=["cut", "empty", "binary", "missing"])
def test_broken_json_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    spoilt = folder(tmp_path, "fc", 0)
    if content is None:
        (spoilt.path / name).unlink()
    else:
        (spoilt.path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        gather_runs([spoilt], DATA)
    assert str(caught.value).startswith(f"{spoilt.path / name} cannot be read (")
    assert str(caught.value).endswith(f"delete {spoilt.path} to train the run anew.")


def test_metrics_that_are_no_mapping_are_refused(tmp_path: Path) -> None:
    spoilt = folder(tmp_path, "fc", 0)
    (spoilt.path / "metrics.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(DataError, match=r"metrics\.json holds run_id None"):
        gather_runs([spoilt], DATA)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[]", "holds [], which is no mapping"),
        ("{}", "holds no number as its seconds"),
        ('{"seconds": "a"}', "holds no number as its seconds"),
        ('{"seconds": 1.5, "device": 3, "engine": "native"}', "holds device 3, which is none"),
        ('{"seconds": 1.5, "device": "cpu"}', "holds engine None, which is none"),
        ('{"seconds": 1.5, "device": "cpu", "engine": "native", "cpu": ["a"]}', "holds cpu ['a'], which is none"),
        ('{"seconds": 1.5, "device": "cpu", "engine": "native", "versions": 3}', "holds versions 3, which is none"),
    ],
)
def test_a_provenance_that_cannot_be_summarised_is_refused(tmp_path: Path, content: str, fault: str) -> None:
    spoilt = folder(tmp_path, "fc", 0)
    (spoilt.path / "provenance.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        gather_runs([spoilt], DATA)
    assert f"provenance.json {fault}; delete" in str(caught.value)


def curves_of(*folders: RunFolder) -> str:
    return gather_curves(folders, gather_runs(folders, DATA)[0])


def test_curves_are_each_runs_rows_with_its_id_and_seed(tmp_path: Path) -> None:
    text = curves_of(folder(tmp_path, "fc", 0), folder(tmp_path, "lenet5", 3))
    assert text == (
        f"run_id,seed,{CURVE_HEADER}\n"
        "fc,0,1,0.5,0.8,0.6,0.7,0.001\n"
        "fc,0,2,0.16,0.94,0.31,0.89,0.0009\n"
        "lenet5,3,1,0.5,0.8,0.6,0.7,0.001\n"
        "lenet5,3,2,0.16,0.94,0.31,0.89,0.0009\n"
    )
    (tmp_path / "loss.csv").write_text(text, encoding="utf-8")
    assert read_curves(tmp_path / "loss.csv")["train_loss"].tolist() == [0.5, 0.16, 0.5, 0.16]


def test_the_curve_of_a_diverged_run_ends_without_a_number(tmp_path: Path) -> None:
    changes = {"train_loss": None, "test_loss": None, "diverged": True}
    diverged = folder(tmp_path, "fc", 0, changes)
    for last in ("2,nan,0.94,inf,0.89,0.0009\n", "2,-inf,0.94,nan,0.89,0.0009\n"):
        (diverged.path / "loss.csv").write_text(CURVE.replace(CURVE.splitlines()[-1] + "\n", last), encoding="utf-8")
        assert last in curves_of(folder(tmp_path, "lenet5", 0), diverged)
        shutil.rmtree(tmp_path / "lenet5")


def test_a_diverged_curve_is_read_as_nan(tmp_path: Path) -> None:
    (tmp_path / "loss.csv").write_text(f"run_id,seed,{CURVE_HEADER}\nfc,0,1,nan,0.1,inf,0.1,1.0\n", encoding="utf-8")
    curves = read_curves(tmp_path / "loss.csv")
    assert math.isnan(curves.loc[0, "train_loss"])
    assert math.isinf(curves.loc[0, "test_loss"])


def refused(spoilt: RunFolder) -> str:
    """Return why a run's loss curve is refused."""
    runs, _ = gather_runs([spoilt], DATA)
    with pytest.raises(DataError) as caught:
        gather_curves([spoilt], runs)
    assert str(caught.value).endswith(f"; delete {spoilt.path} to train the run anew.")
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "",
        CURVE_HEADER + "\n",
        "epoch,loss\n1,0.5\n",
        CURVE.replace("\n1,", "\n3,"),
        CURVE + "3,0.16,0.94,0.31,0.89,0.0009\n",
        CURVE.replace("0.16", "0.17"),
        CURVE.replace("0.89", "0.88"),
        CURVE.replace("0.31", "nan"),
        CURVE.replace("0.94", "?"),
        CURVE.replace("0.7,0.001", "0.7"),
    ],
    ids=["empty", "no rows", "other", "epochs", "too long", "loss", "accuracy", "nan", "no number", "a cell less"],
)
def test_the_loss_curve_of_another_run_is_refused(tmp_path: Path, content: str) -> None:
    spoilt = folder(tmp_path, "fc", 0)
    (spoilt.path / "loss.csv").write_text(content, encoding="utf-8")
    assert refused(spoilt) == (
        f"{spoilt.path / 'loss.csv'} is not the curve of its metrics: one row for each of 2 epochs, the last with the "
        f"final numbers; delete {spoilt.path} to train the run anew."
    )


def test_a_loss_curve_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    spoilt = folder(tmp_path, "fc", 0)
    for length in range(len(CURVE)):
        (spoilt.path / "loss.csv").write_text(CURVE[:length], encoding="utf-8")
        assert "is not the curve of its metrics" in refused(spoilt)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["missing", "binary"])
def test_a_loss_curve_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    spoilt = folder(tmp_path, "fc", 0)
    (spoilt.path / "loss.csv").unlink()
    if content is not None:
        (spoilt.path / "loss.csv").write_bytes(content)
    assert "loss.csv cannot be read (" in refused(spoilt)


@pytest.mark.parametrize(
    "changes", [{"test_accuracy": "high"}, {"train_loss": [0.5]}, {"epochs_trained": 2.5}, {"parameter_count": None}]
)
def test_metrics_that_are_no_numbers_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    spoilt = folder(tmp_path, "fc", 0, changes)
    with pytest.raises(DataError, match=rf"metrics\.json holds no number as its {next(iter(changes))}; delete"):
        gather_runs([spoilt], DATA)


@pytest.mark.parametrize("key", ["test_accuracy", "parameter_count", "diverged", "epochs_trained"])
def test_metrics_that_lack_a_number_are_refused(tmp_path: Path, key: str) -> None:
    spoilt = folder(tmp_path, "fc", 0)
    metrics = spoilt.read_json("metrics.json")
    del metrics[key]
    (spoilt.path / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    with pytest.raises(DataError, match=rf"metrics\.json holds no number as its {key}; delete"):
        gather_runs([spoilt], DATA)
