"""`make reference` replaces the committed runs only where none of them is lost."""

import subprocess
from pathlib import Path

import pytest
from builders import ROOT

FILES = (
    "runs.csv",
    "loss.csv",
    "provenance.json",
    "predictions.npz",
    "confusion.csv",
    "image_noise.csv",
    "report/index.html",
    "report/report.pdf",
    "report/ko.html",
    "report/ko.pdf",
    "figures/opening.svg",
)
BEFORE = "run_id,seed,test_loss\nfc,0,0.3\nfc,1,0.4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/runs.csv").write_text(BEFORE)
    for name in FILES:
        (tmp_path / "results" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "results" / name).write_text(f"new {name}")
    return tmp_path


def make_reference(folder: Path, runs: str, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "results/runs.csv").write_text(runs)
    command = ["make", "-f", str(ROOT / "Makefile"), "reference", *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("runs", "options"),
    [
        (BEFORE.replace("0.3", "0.2") + "fc,2,0.5\n", []),
        ("run_id,seed,test_loss\nfc,0,0.3\n", ["LESS=1"]),  # fewer runs, where that is asked for
    ],
)
def test_more_runs_replace_the_committed_ones(folder: Path, runs: str, options: list[str]) -> None:
    assert make_reference(folder, runs, *options).returncode == 0
    assert (folder / "reference/runs.csv").read_text() == runs
    for name in FILES[1:]:
        assert (folder / "reference" / Path(name).name).read_text() == f"new {name}"


def test_where_a_run_would_be_lost_nothing_is_copied_and_it_is_named(folder: Path) -> None:
    finished = make_reference(folder, "run_id,seed,test_loss\nfc,0,0.3\nfc,10,0.4\n")
    assert finished.returncode != 0
    assert finished.stderr.startswith("fc,1\nNothing copied: ")
    assert "make reference LESS=1" in finished.stderr
    assert (folder / "reference/runs.csv").read_text() == BEFORE
    assert [path.name for path in (folder / "reference").iterdir()] == ["runs.csv"]
