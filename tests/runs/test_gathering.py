"""Many run folders into tidy tables; files of another run are refused."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from builders import provenance_of
from run_builders import CURVE, DATA, RUNS, SETTINGS, finished, read
from sentences import refusal

from fmnist.runs.columns import CURVE_HEADER, RUN_COLUMNS
from fmnist.runs.gathering import curves_text, read_curves, read_runs, runs_table, summarise


def test_columns_are_pinned() -> None:
    settings = ",".join(sorted({key for run in SETTINGS.values() for key in run}))
    assert ",".join(RUN_COLUMNS) == (
        f"run_id,seed,{settings},"
        "parameter_count,train_loss,train_accuracy,test_loss,test_accuracy,fitted_train_accuracy,generalization_gap,"
        "diverged,epochs_trained,seconds,device,engine"
    )
    assert CURVE_HEADER == "epoch,train_loss,train_accuracy,test_loss,test_accuracy,learning_rate"


def test_one_row_per_run_and_seed_with_every_setting_as_text(tmp_path: Path) -> None:
    wide = next(run_id for run_id in RUNS if "channels" in run_id)
    runs = runs_table(read(finished(tmp_path, run_id, 3)) for run_id in ("fc", wide))
    assert tuple(runs.columns) == RUN_COLUMNS
    assert list(zip(runs["run_id"], runs["seed"], strict=True)) == [("fc", 3), (wide, 3)]
    wanted = {"channels": "32x64x256", "batch_norm": "true", "learning_rate": "0.001", "dropout_probability": "0.3"}
    assert runs.loc[1, list(wanted)].to_dict() == wanted
    assert runs.loc[0, ["hidden_units", "activation", "epochs"]].tolist() == ["512", "relu", "20"]
    assert runs.loc[0, ["channels", "step_size"]].isna().all()
    assert runs.loc[0, ["test_accuracy", "seconds", "device", "engine"]].tolist() == [0.89, 12.5, "cpu", "torch"]


def test_a_diverged_run_survives_csv(tmp_path: Path) -> None:
    run = finished(tmp_path, "fc", 0, diverged=True, train_loss=None, test_loss=None)
    last = "2,nan,0.94,inf,0.89,0.0009\n"
    (run / "loss.csv").write_text(CURVE.replace(CURVE.splitlines()[-1] + "\n", last), encoding="utf-8")
    record = read(run)
    (tmp_path / "loss.csv").write_text(curves_text([record]), encoding="utf-8")
    runs_table([record]).to_csv(tmp_path / "runs.csv", index=False)
    runs, curves = read_runs(tmp_path / "runs.csv"), read_curves(tmp_path / "loss.csv")
    assert runs["diverged"].tolist() == [True]
    assert math.isnan(runs.loc[0, "train_loss"])
    assert math.isnan(curves.loc[1, "train_loss"])
    assert math.isinf(curves.loc[1, "test_loss"])


def test_curves_are_each_runs_rows_with_its_id_and_seed(tmp_path: Path) -> None:
    records = [read(finished(tmp_path, "fc", 0)), read(finished(tmp_path, "lenet5", 3))]
    assert curves_text(records) == (
        f"run_id,seed,{CURVE_HEADER}\n"
        "fc,0,1,0.5,0.8,0.6,0.7,0.001\n"
        "fc,0,2,0.16,0.94,0.31,0.89,0.0009\n"
        "lenet5,3,1,0.5,0.8,0.6,0.7,0.001\n"
        "lenet5,3,2,0.16,0.94,0.31,0.89,0.0009\n"
    )


def refused(run: Path) -> str:
    """Return why a run is refused, without what to do about it."""
    fault, remedy = refusal(read, run).split("; delete ")
    assert remedy == f"{run} to train the run again."
    return fault.replace(str(run), "RUN")


OTHER = {
    "metrics.json": [
        ({"run_id": "lenet5"}, "RUN/metrics.json: run_id is 'lenet5'; expected 'fc'"),
        ({"seed": 1}, "RUN/metrics.json: seed is 1; expected 0"),
        ({"data_sha256": "e" * 64}, "RUN/metrics.json: data_sha256 is 'eee"),
        ({"config": {**SETTINGS["fc"], "epochs": 19}}, "RUN/metrics.json: epochs is '19'; expected '20'"),
        ({"config": None}, "RUN/metrics.json: activation is None; expected 'relu'"),
        ({"test_accuracy": float("nan")}, "test_accuracy is nan; expected a number"),
        ({"train_loss": [0.5]}, "train_loss is [0.5]; expected a number"),
        ({"parameter_count": None}, "parameter_count is null; expected a whole number"),
        ({"epochs_trained": 21}, "epochs_trained is 21; expected at most 20"),
    ],
    "provenance.json": [
        ({"seconds": "a"}, "seconds is 'a' (text); expected a number"),
        ({"cpu": ["a"]}, "RUN/provenance.json: cpus[0] is ['a']; expected text"),
        ({"threads": None}, "RUN/provenance.json: threads[0] is null; expected a whole number"),
    ],
    "loss.csv": [
        (CURVE_HEADER + "\n", "run fc, seed 0: the number of epochs is 0; expected 2"),
        ("epoch,loss\n1,0.5\n", "the column train_loss is missing"),
        (CURVE.replace("\n1,", "\n3,"), "line 2: epoch is 3; expected 1"),
        (CURVE.replace("0.16", "0.17"), "line 3: train_loss is 0.17; expected 0.16"),
        (CURVE.replace("0.31", "nan"), "line 3: test_loss is None; expected 0.31"),
        (CURVE.replace("0.94", "?"), "line 3: train_accuracy is '?' (text)"),
        (CURVE.replace("0.7,0.001", "0.7"), "line 2 has too many or too few cells; expected 6"),
    ],
}


@pytest.mark.parametrize(
    ("name", "change", "fault"), [(name, *fault) for name, faults in OTHER.items() for fault in faults]
)
def test_a_file_of_another_run_or_without_numbers(tmp_path: Path, name: str, change: Any, fault: str) -> None:
    path = finished(tmp_path, "fc", 0) / name
    if isinstance(change, dict):
        change = json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change})
    path.write_text(change, encoding="utf-8")
    assert fault in refused(path.parent)


@pytest.mark.parametrize("name", ["metrics.json", "provenance.json", "loss.csv"])
@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[1]", None])
def test_a_broken_file_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    run = finished(tmp_path, "fc", 0)
    (run / name).unlink()
    if content is not None:
        (run / name).write_bytes(content)
    assert refused(run).startswith(f"RUN/{name}")


@pytest.mark.parametrize("name", ["metrics.json", "loss.csv"])
def test_a_file_that_is_cut_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    path = finished(tmp_path, "fc", 0) / name
    whole = path.read_text(encoding="utf-8")
    for length in range(len(whole)):
        path.write_text(whole[:length], encoding="utf-8")
        assert refused(path.parent).startswith(f"RUN/{name}")


def test_many_runs_are_summarised_with_every_distinct_value_once(tmp_path: Path) -> None:
    made = [
        ("lenet5", 0, provenance_of(seconds=10, threads=2)),
        ("lenet5", 1, provenance_of(seconds=20, engine="native", cpu="Another CPU")),
        ("fc", 0, provenance_of(seconds=1.5, git_revision=None, versions={"python": "3.12.1"})),
    ]
    records = []
    for run_id, seed, provenance in made:
        run = finished(tmp_path, run_id, seed)
        (run / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
        records.append(read(run))
    assert summarise(records) == {
        "runs": 3,
        "reused": [],
        "versions": {"python": ["3.11.0", "3.12.1"], "torch": ["2.9.0"]},
        "platforms": ["Linux"],
        "cpus": ["A CPU", "Another CPU"],
        "devices": ["cpu"],
        "engines": ["native", "torch"],
        "threads": [1, 2],
        "data_sha256": [DATA],
        "git_revisions": ["f" * 40],
        "seconds_total": 31.5,
        "seconds_by_run": {"fc": 1.5, "lenet5": 15.0},
    }
