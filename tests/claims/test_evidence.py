"""The page of the runs behind every claim: commands that bash understands, and minutes that add up."""

import subprocess
from pathlib import Path

import pandas as pd
from builders import ROOT

from fmnist.claims.evidence import PAGE, evidence_page, write_evidence

RUNS = pd.DataFrame(
    [("fc", 0, 60.0), ("fc", 1, 60.0), ("fc", 2, 600.0), ("lenet5", 0, 30.0), ("lenet5", 1, 30.0), ("other", 5, 6.0)],
    columns=["run_id", "seed", "seconds"],
)


def cells(run_ids: list[str]) -> list[str]:
    return evidence_page(RUNS, {"claim": run_ids}, "results").splitlines()[-1].strip("| ").split(" | ")


def test_the_minutes_are_those_of_the_seeds_that_all_runs_have() -> None:
    assert cells(["fc", "lenet5"])[:2] == ["claim", "3.0"]
    assert "6 trainings in 13 minutes" in evidence_page(RUNS, {}, "results")


def test_the_command_names_every_file_once() -> None:
    targets = cells(["fc", "lenet5"])[2].strip("`").partition(" -- ")[2]
    files = subprocess.run(["bash", "-c", f"echo {targets}"], capture_output=True, text=True, check=True).stdout.split()
    assert files == [f"results/runs/{run}/seed={seed}/metrics.json" for run in ("fc", "lenet5") for seed in (0, 1)]
    assert cells(["other"])[2].endswith("results/runs/other/seed=5/metrics.json`")


def test_runs_without_a_common_seed_have_no_command() -> None:
    assert cells(["fc", "other"])[1:] == ["–", "not run with a common seed"]


def test_the_committed_page_is_of_the_reference(tmp_path: Path) -> None:
    """`make evidence` writes it."""
    for name in ("config.yaml", "report"):
        (tmp_path / name).symlink_to(ROOT / name)
    write_evidence(ROOT / "reference", tmp_path)
    assert (ROOT / PAGE).read_text(encoding="utf-8") == (tmp_path / PAGE).read_text(encoding="utf-8")
