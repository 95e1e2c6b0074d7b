"""Reuse in the real workflow: what is kept is not trained, what is not kept is, and off means from scratch."""

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
BYTES = ("metrics.json", "loss.csv", "predictions.npy")


def made(copy: Copy, results: str, *overrides: str) -> Path:
    """Make the tidy results, by the workflow; return their folder."""
    targets = [f"{results}/{name}" for name in TIDY]
    answer = copy.snakemake("--config", f"results={results}", *overrides, "--", *targets)
    assert answer.returncode == 0, answer.stderr
    return copy.folder / results


def keep(copy: Copy, results: Path, name: str) -> None:
    """Keep tidy results in a folder of their own, as make reference does."""
    (copy.folder / name).mkdir(exist_ok=True)
    for file in TIDY:
        shutil.copy(results / file, copy.folder / name)


def logs(results: Path) -> list[str]:
    """The trainings that were run, by their logs."""
    return sorted(path.relative_to(results / "logs/train").as_posix() for path in results.glob("logs/train/*/*"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A project of two small runs, trained under results/, kept in `kept`, and made of these under results/again."""
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


def test_what_is_kept_is_not_trained_and_has_the_same_bytes(project: Copy) -> None:
    trained, again = project.folder / "results", project.folder / "results/again"
    assert (len(logs(trained)), logs(again)) == (RUNS, [])
    for folder in trained.glob("runs/*/seed=0"):
        for name in BYTES:
            assert (again / folder.relative_to(trained) / name).read_bytes() == (folder / name).read_bytes()
    assert (again / "runs.csv").read_bytes() == (trained / "runs.csv").read_bytes()
    summary = json.loads((again / "provenance.json").read_text(encoding="utf-8"))
    assert [(reused["from"], reused["runs"]) for reused in summary["reused"]] == [("kept", RUNS)]


def planned(copy: Copy, results: str, *overrides: str) -> dict[str, int]:
    return copy.planned("--config", f"results={results}", *overrides, "--", *(f"{results}/{name}" for name in TIDY))


def test_a_second_time_there_is_nothing_to_do(project: Copy) -> None:
    assert planned(project, "results/again", "reuse=kept") == {}


def test_an_edited_network_makes_no_difference_to_what_is_kept(edited: Copy) -> None:
    assert "train" not in planned(edited, "results/again", "reuse=kept")
    assert planned(edited, "results")["train"] == RUNS


def test_without_reuse_everything_is_trained_from_scratch(project: Copy) -> None:
    found = planned(project, "results/again")
    assert found["train"] == RUNS
    assert "reuse" not in found


def test_runs_that_were_trained_here_are_taken_from_the_folder_too(project: Copy) -> None:
    found = planned(project, "results", "reuse=kept")
    assert found["reuse"] == 1
    assert "train" not in found


def test_only_what_is_not_kept_is_trained(project: Copy) -> None:
    found = planned(project, "results/new", "reuse=kept", "seeds=2")
    assert (found["reuse"], found["train"]) == (1, RUNS)
    overlay = project.folder / "more.yaml"
    more = {"experiments": {"learning_rate": {"sweep": {"learning_rate": [0.001, 0.0016, 0.0032]}}}}
    overlay.write_text(yaml.safe_dump(more), encoding="utf-8")
    files = ["--configfile", "config.yaml", "more.yaml"]
    found = project.planned(*files, "--config", "results=results/again", "reuse=kept")
    assert found["train"] == 1


def test_a_partial_report_is_of_what_is_kept(project: Copy) -> None:
    found = project.planned("--config", "results=results/part", "reuse=kept", "partial=True", "seeds=3")
    assert found["reuse"] == 1
    assert "train" not in found
    assert found["report"] == 1


def test_a_partial_report_without_reuse_trains_nothing_and_counts_nothing_that_was_kept(project: Copy) -> None:
    answer = project.snakemake("--config", "results=results/again", "partial=True", "-n")
    assert "Error: partial is true, and no run is finished in 'results/again'" in answer.stderr
    assert answer.returncode != 0


def test_kept_and_new_runs_merge_and_nothing_is_lost(project: Copy) -> None:
    both = made(project, "results/both", "reuse=kept", "seeds=2")
    assert [log.split("/")[1] for log in logs(both)] == ["seed=1.log"] * RUNS
    keep(project, both, "merged")
    once_more = made(project, "results/once_more", "reuse=merged", "seeds=2")
    assert logs(once_more) == []
    for name in ("runs.csv", "loss.csv", "predictions.npz", "confusion.csv"):
        assert (once_more / name).read_bytes() == (both / name).read_bytes()
    for file in project.folder.glob("results/runs/*/seed=0/predictions.npy"):
        assert (once_more / file.relative_to(project.folder / "results")).read_bytes() == file.read_bytes()


def test_corrupt_predictions_end_in_a_sentence_and_write_no_run(project: Copy) -> None:
    keep(project, project.folder / "results", "corrupt")
    (project.folder / "corrupt/predictions.npz").write_bytes(b"PK")
    answer = project.snakemake("--config", "results=results/corrupt", "reuse=corrupt", "--", "results/corrupt/runs.csv")
    assert answer.returncode != 0
    assert "reuse failed: reuse is 'corrupt', and corrupt/predictions.npz cannot be read" in answer.stderr
    assert not list(project.folder.glob("results/corrupt/runs/*/*/metrics.json"))


def test_the_whole_report_is_made_of_what_is_kept_and_says_so(project: Copy) -> None:
    answer = project.snakemake("--config", "results=results/again", "reuse=kept")
    assert answer.returncode == 0, answer.stderr
    page = " ".join((project.folder / "results/again/report/report.md").read_text(encoding="utf-8").split())
    assert "The numbers of all of these trainings are those kept in `kept`. None was trained for this report." in page
