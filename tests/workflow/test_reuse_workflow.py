"""Reuse in the real workflow: what a folder holds is not trained; without `reuse` everything is."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from builders import changed
from workflow_builders import Copy

pytestmark = pytest.mark.slow
RUNS = 2
ENTRY = {"section": "4-2-1", "title": "Learning rate", "sweep": {"learning_rate": [0.001, 0.0016]}}
CONFIG = {
    "seeds": 1,
    "defaults/epochs": 1,
    "models/lenet5/channels": [2, 4, 8],
    "data": {"folder": "tests/sample", "dataset": "sample"},
    "experiments": {"learning_rate": ENTRY},
}
REUSED = ("--config", "results=results/again", "reuse=kept")
TIDY = ("runs.csv", "loss.csv", "provenance.json", "predictions.npz", "confusion.csv")


def made(copy: Copy, results: str, *overrides: str) -> Path:
    """Make the tidy results, by the workflow; return their folder."""
    targets = [f"{results}/{name}" for name in TIDY]
    copy.succeeds("--config", f"results={results}", *overrides, "--", *targets)
    return copy.folder / results


def keep(copy: Copy, results: Path, name: str) -> None:
    """Keep tidy results in another folder, as make reference does."""
    (copy.folder / name).mkdir(exist_ok=True)
    for file in TIDY:
        shutil.copy(results / file, copy.folder / name)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Two small runs, trained under results/, kept in `kept`, and reused under results/again."""
    copy = Copy(tmp_path_factory.mktemp("reuse") / "a project")
    (copy.folder / "config.yaml").write_text(yaml.safe_dump(changed(CONFIG)), encoding="utf-8")
    keep(copy, made(copy, "results"), "kept")
    made(copy, "results/again", "reuse=kept")
    return copy


def test_reused_runs_are_not_trained_and_give_the_same_bytes(project: Copy) -> None:
    trained, again = project.folder / "results", project.folder / "results/again"
    assert not (again / "runs").exists()
    for name in set(TIDY) - {"provenance.json"}:
        assert (again / name).read_bytes() == (trained / name).read_bytes()
    summary = json.loads((again / "provenance.json").read_text(encoding="utf-8"))
    assert [(reused["from"], reused["runs"]) for reused in summary["reused"]] == [("kept", RUNS)]
    assert project.planned(*REUSED, "--", "results/again/confusion.csv") == {}


def test_verdicts_on_earlier_seeds_are_compared_where_the_reused_folder_has_them(project: Copy) -> None:
    earlier = project.folder / "kept/exploration/claims.csv"
    earlier.parent.mkdir()
    earlier.touch()
    plans = [
        project.snakemake("--config", "results=results/again", reuse, "-n") for reuse in ("reuse=kept", "reuse=null")
    ]
    assert ["kept/exploration/claims.csv" in plan.stdout for plan in plans] == [True, False]
    earlier.unlink()


def test_an_edited_network_retrains_only_what_is_not_reused(project: Copy) -> None:
    path = project.folder / "fmnist/training/models.py"
    content = path.read_bytes()
    path.write_bytes(content + b"\n# edited\n")
    assert "train" not in project.planned(*REUSED)
    assert project.planned("--config", "results=results")["train"] == RUNS
    path.write_bytes(content)


def test_without_reuse_everything_is_trained(project: Copy) -> None:
    assert project.planned("--config", "results=results/again")["train"] == RUNS
    answer = project.snakemake("--config", "results=results/again", "partial=True", "-n")
    assert "Error: partial is true, and no run is finished in 'results/again'" in answer.stderr


def test_a_partial_report_is_of_what_is_reused(project: Copy) -> None:
    found = project.planned("--config", "results=results/part", "reuse=kept", "partial=True", "seeds=3")
    assert "train" not in found
    assert found["report"] == 1


def test_own_and_reused_runs_merge_and_nothing_is_lost(project: Copy) -> None:
    both = made(project, "results/both", "reuse=kept", "seeds=2")
    assert sorted(path.parts[-2] for path in both.glob("runs/*/*/metrics.json")) == ["seed=1"] * RUNS
    keep(project, both, "merged")
    once_more = made(project, "results/once_more", "reuse=merged", "seeds=2")
    for name in set(TIDY) - {"provenance.json"}:
        assert (once_more / name).read_bytes() == (both / name).read_bytes()


def test_the_whole_report_is_made_of_what_is_reused_and_says_so(project: Copy) -> None:
    project.succeeds(*REUSED)
    page = " ".join((project.folder / "results/again/report/report.md").read_text(encoding="utf-8").split())
    assert " were not run for this report but taken from `kept`." in page
