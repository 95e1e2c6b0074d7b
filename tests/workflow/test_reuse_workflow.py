"""Reuse in the real workflow: what a folder holds is not trained; without `reuse` everything is."""

import json
import shutil
from collections.abc import Iterator
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
    "data": {"folder": "tests/sample", "checksums": "sample"},
    "experiments": {"learning_rate": ENTRY},
}
TIDY = ("runs.csv", "loss.csv", "provenance.json", "predictions.npz", "confusion.csv")


def made(copy: Copy, results: str, *overrides: str) -> Path:
    """Make the tidy results, by the workflow; return their folder."""
    targets = [f"{results}/{name}" for name in TIDY]
    answer = copy.snakemake("--config", f"results={results}", *overrides, "--", *targets)
    assert answer.returncode == 0, answer.stderr
    return copy.folder / results


def keep(copy: Copy, results: Path, name: str) -> None:
    """Keep tidy results in another folder, as make reference does."""
    (copy.folder / name).mkdir(exist_ok=True)
    for file in TIDY:
        shutil.copy(results / file, copy.folder / name)


def planned(copy: Copy, results: str, *overrides: str) -> dict[str, int]:
    return copy.planned("--config", f"results={results}", *overrides, "--", *(f"{results}/{name}" for name in TIDY))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Two small runs, trained under results/, kept in `kept`, and reused under results/again."""
    copy = Copy(tmp_path_factory.mktemp("reuse") / "a project")
    (copy.folder / "config.yaml").write_text(yaml.safe_dump(changed(CONFIG)), encoding="utf-8")
    keep(copy, made(copy, "results"), "kept")
    made(copy, "results/again", "reuse=kept")
    return copy


@pytest.fixture
def edited(project: Copy) -> Iterator[Copy]:
    path = project.folder / "fmnist/training/models.py"
    content = path.read_bytes()
    project.append("fmnist/training/models.py", "\n# edited\n")
    yield project
    path.write_bytes(content)


def test_reused_runs_are_not_trained_and_give_the_same_bytes(project: Copy) -> None:
    trained, again = project.folder / "results", project.folder / "results/again"
    assert not (again / "runs").exists()
    for name in set(TIDY) - {"provenance.json"}:
        assert (again / name).read_bytes() == (trained / name).read_bytes()
    summary = json.loads((again / "provenance.json").read_text(encoding="utf-8"))
    assert [(reused["from"], reused["runs"]) for reused in summary["reused"]] == [("kept", RUNS)]
    assert planned(project, "results/again", "reuse=kept") == {}


def test_an_edited_network_retrains_only_what_is_not_reused(edited: Copy) -> None:
    assert "train" not in planned(edited, "results/again", "reuse=kept")
    assert planned(edited, "results")["train"] == RUNS


def test_without_reuse_everything_is_trained(project: Copy) -> None:
    assert planned(project, "results/again")["train"] == RUNS
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


def test_predictions_of_another_run_end_in_a_sentence(project: Copy) -> None:
    keep(project, project.folder / "results", "corrupt")
    (project.folder / "corrupt/predictions.npz").write_bytes(b"PK")
    target = "results/corrupt/predictions.npz"
    answer = project.snakemake("--config", "results=results/corrupt", "reuse=corrupt", "--", target)
    assert "predictions failed: corrupt/predictions.npz cannot be read (BadZipFile)." in answer.stderr


def test_the_whole_report_is_made_of_what_is_reused_and_says_so(project: Copy) -> None:
    answer = project.snakemake("--config", "results=results/again", "reuse=kept")
    assert answer.returncode == 0, answer.stderr
    page = " ".join((project.folder / "results/again/report/report.md").read_text(encoding="utf-8").split())
    assert "None was trained for this report." in page
