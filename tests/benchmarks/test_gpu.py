"""benchmarks/gpu.py on the CPU: its parts, its table, and what it does with a part that fails or hangs."""

import csv
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import gpu
import gpu_parity
import gpu_report
import gpu_speed
import pytest
from gpu_parts import Scale
from training_builders import needs_native

pytestmark = pytest.mark.usefixtures("one_thread")


def scale(tmp_path: Path) -> Scale:
    return gpu.scale_of(gpu.parse(["--dry-run", "--data", str(tmp_path / "none.npz")]))


def table(out: Path) -> list[dict[str, str]]:
    with (out / "gpu.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@needs_native
def test_parity_finds_no_difference_where_there_is_none(tmp_path: Path) -> None:
    rows = list(gpu_parity.parity(scale(tmp_path)))
    assert {row.case for row in rows} == set(gpu_parity.PARITY)
    for row in rows:
        assert row.value is not None
        exact = row.contender not in ("the torch engine", "the native engine on the CPU")
        assert row.value == 0 if exact else row.value < 0.05, row


@pytest.mark.slow
def test_a_dry_run_writes_a_table_and_a_broken_part_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_text("not an array", encoding="utf-8")
    common = ["--dry-run", "--out", str(tmp_path)]
    assert gpu.main([*common, "--data", str(tmp_path / "broken.npz"), "--parts", "parity", "8 lanes"]) == 1
    first, second = table(tmp_path)
    assert (first["part"], second["part"]) == ("parity", "8 lanes")
    assert "failed: " in first["problem"]
    assert "failed: " in second["problem"]

    assert (
        gpu.main([*common, "--data", str(tmp_path / "none.npz"), "--parts", "graph engine", "8 lanes", "report"]) == 0
    )
    rows = table(tmp_path)
    expected = [("speed", "graph engine"), ("speed", "8 lanes"), ("report", "native engine")]
    assert [(row["part"], row["contender"]) for row in rows] == expected
    assert all(float(row["value"]) > 0 for row in rows)
    assert {row["card"] for row in rows} == {"none"}


def test_a_part_that_hangs_ends_at_its_limit_with_all_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    late = f"import time, pathlib; time.sleep(3); pathlib.Path({str(mark)!r}).touch()"
    hanging = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {late!r}]); time.sleep(60)"
    assert gpu.supervised([sys.executable, "-c", hanging], tmp_path / "log", 1) == "ended after 1 s, its limit"
    time.sleep(4)
    assert not mark.exists()


def test_a_part_that_fails_says_why_in_its_last_line(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('no memory')"]
    assert gpu.supervised(failing, tmp_path / "log", 60) == "failed: no memory"
    assert gpu.supervised([sys.executable, "-c", "print(1)"], tmp_path / "log", 60) == ""
    assert gpu.supervised(failing, tmp_path / "log", 0) == "not started: the time is used up"


def test_lanes_measure_no_network_that_they_cannot_train(tmp_path: Path) -> None:
    (row,) = gpu_speed.timed("8 lanes")(replace(scale(tmp_path), cases=("wide",)))
    assert (row.value, row.problem) == (None, "lanes have neither dropout nor batch normalisation")


def test_without_a_gpu_the_measurement_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if gpu.torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert gpu.main(["--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "PyTorch finds no CUDA GPU here; expected one, or --dry-run.\n"


def test_a_report_whose_time_is_too_short_says_how_many_runs_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(command: list[str], **options: object) -> None:
        raise subprocess.TimeoutExpired(command, 7.0)

    monkeypatch.setattr(gpu_report.subprocess, "run", slow)
    (row,) = gpu_report.whole_report(scale(tmp_path), "results/none")
    assert (row.measure, row.value, row.problem) == ("runs finished in 7 s", 0, "the time is used up")


def test_limits_are_those_of_parts() -> None:
    assert set(gpu.LIMITS) <= set(gpu.PARTS)
