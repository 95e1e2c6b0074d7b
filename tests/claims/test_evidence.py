"""The page of the runs behind every claim: minutes that add up; and the files that one claim needs."""

from pathlib import Path

import pandas as pd
import pytest
from builders import ROOT

from fmnist.claims.evidence import PAGE, evidence_page, main, metrics_files
from fmnist.common.errors import ConfigError

RUNS = pd.DataFrame(
    [("fc", 0, 60.0), ("fc", 1, 60.0), ("fc", 2, 600.0), ("lenet5", 0, 30.0), ("lenet5", 1, 30.0), ("other", 5, 6.0)],
    columns=["run_id", "seed", "seconds"],
)


@pytest.mark.parametrize(
    ("run_ids", "cells"),
    [
        (["fc", "lenet5"], ["2", "0 and 1", "3.0"]),
        (["other"], ["1", "5", "0.1"]),
        (["fc", "other"], ["2", "–", "–"]),
    ],
)
def test_seeds_and_minutes_are_those_that_all_runs_have(run_ids: list[str], cells: list[str]) -> None:
    page = evidence_page(RUNS, {"claim": run_ids})
    assert page.splitlines()[-1].strip("| ").split(" | ") == ["claim", *cells]
    assert "6 trainings in 13 minutes" in page
    assert "fmnist.claims.evidence claim)" in page
    assert "SEEDS=6" in page


def test_a_claim_needs_every_shared_seed_of_its_runs() -> None:
    files = metrics_files(RUNS, ["fc", "lenet5"], "out")
    assert files == [f"out/runs/{run}/seed={seed}/metrics.json" for run in ("fc", "lenet5") for seed in (0, 1)]


def test_a_claim_is_asked_for_by_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    main(["batch-norm"])
    assert {line.split("/")[2] for line in capsys.readouterr().out.split()} == {"lenet5", "lenet5__batch_norm=true"}
    with pytest.raises(ConfigError, match="no claim 'batch-nrm'; expected one"):
        main(["batch-nrm"])


def test_the_committed_page_is_of_the_reference(tmp_path: Path) -> None:
    """`make evidence` writes it."""
    for name in ("config.yaml", "report", "reference"):
        (tmp_path / name).symlink_to(ROOT / name)
    main([], tmp_path)
    assert (ROOT / PAGE).read_text(encoding="utf-8") == (tmp_path / PAGE).read_text(encoding="utf-8")
