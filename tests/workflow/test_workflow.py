"""The whole workflow on the small sample, as a user runs it: in a copy of the project.

The copy has four experiments and one extension, so that the one whole run of these tests
takes 5 trainings. The shipped config is planned, not run.
"""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from training_process import RUN_FILES
from workflow_builders import QUICK, Copy, keep_experiments

pytestmark = pytest.mark.slow

EXPERIMENTS = ("fully_connected", "lenet5_base", "optimizer", "pooling")
EXTENSION = "momentum"
RUNS = {"fc", "lenet5", "lenet5__optimizer=sgd", "lenet5__optimizer=rmsprop", "lenet5__pooling=max"}
FC = "results/quick/runs/fc/seed=0/metrics.json"
MODELS, STYLE = "fmnist/training/models.py", "fmnist/figures/style.py"


def test_the_shipped_quick_config_plans_every_run_and_experiment(tmp_path: Path) -> None:
    planned = Copy(tmp_path / "shipped").planned(*QUICK)
    assert (planned["train"], planned["figure"], planned["table"], planned["report"]) == (41, 13, 13, 1)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A project after one quick run of everything, with spaces and Unicode in its path."""
    copy = Copy(tmp_path_factory.mktemp("workflow") / "ein Ordner – 폴더")
    keep_experiments(copy.folder, *EXPERIMENTS, EXTENSION)
    printed = copy.succeeds(*QUICK, "--resources", "gpu=1")
    assert "The report: results/quick/report/index.html and results/quick/report/report.pdf" in printed
    return copy


@pytest.fixture
def results(finished: Copy) -> Path:
    return finished.folder / "results/quick"


def test_every_run_has_its_files_a_log_and_a_benchmark(results: Path) -> None:
    for run in RUNS:
        assert {path.name for path in (results / f"runs/{run}/seed=0").iterdir()} == set(RUN_FILES.values())
    for pattern in ("runs/*/seed=0", "logs/train/*/seed=0.log", "benchmarks/train/*/seed=0.tsv"):
        assert {path.parent.name for path in results.glob(pattern)} == RUNS


def test_runs_are_gathered_and_every_experiment_and_claim_is_drawn(results: Path) -> None:
    assert set(pd.read_csv(results / "runs.csv")["run_id"]) == RUNS
    assert len(pd.read_csv(results / "loss.csv")) == 2 * len(RUNS)
    assert {path.stem for path in results.glob("tables/*.csv")} == {*EXPERIMENTS, "reported_vs_replicated"}
    assert {path.stem for path in results.glob("figures/*.svg")} > {*EXPERIMENTS, "reported_vs_replicated"}
    claims = {path.stem for path in results.glob("figures/claims/*.svg")}
    assert claims == set(pd.read_csv(results / "claims.csv")["id"])
    assert len(claims) == 44


def test_the_report_is_one_page_and_one_pdf_that_say_it_means_nothing(results: Path) -> None:
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert "these numbers mean nothing" in page
    assert (results / "report/report.pdf").read_bytes().startswith(b"%PDF-")


def test_snakemake_reports_on_a_finished_run_with_its_figures_and_verdicts(finished: Copy, results: Path) -> None:
    """As `make workflow-report` does."""
    finished.succeeds(*QUICK, "--report", "results/quick/report/workflow.html")
    page = (results / "report/workflow.html").read_text(encoding="utf-8")
    assert all(name in page for name in ("Reported against replicated", "pooling.svg", "pooling.csv", "claims.csv"))


def test_a_second_run_does_nothing_also_with_touched_modules(finished: Copy) -> None:
    assert "Nothing to be done" in finished.succeeds(*QUICK)
    for path in (MODELS, STYLE):
        (finished.folder / path).touch()
    assert finished.planned(*QUICK) == {}


def test_an_edited_module_reruns_what_it_decides(finished: Copy) -> None:
    contents = {path: (finished.folder / path).read_bytes() for path in (STYLE, MODELS)}
    finished.append(STYLE, "\n# edited\n")
    planned = finished.planned(*QUICK)
    assert (planned["figure"], planned.get("train", 0)) == (len(EXPERIMENTS), 0)
    finished.append(MODELS, "\n# edited\n")
    assert finished.planned(*QUICK)["train"] == len(RUNS)
    for path, content in contents.items():
        (finished.folder / path).write_bytes(content)


@pytest.mark.parametrize(
    ("overlay", "trained", "drawn"),
    [
        ("{experiments: {pooling: {sweep: {batch_size: [100]}}}}", 0, 1),  # a setting at its default
        ("{experiments: {pooling: {sweep: {batch_size: [100, 77]}}}}", 2, 4),
        ("{experiments: {decay: {section: '9', title: Decay, sweep: {weight_decay: [0, 0.0001]}}}}", 1, 5),
        ("{extensions: true}", 1, 5),
        ("{seeds: 2}", 5, 4),
        ("{models: {fc: {hidden_units: 64}}}", 1, 4),
    ],
)
def test_an_edited_config_trains_the_new_runs_and_no_other(
    finished: Copy, overlay: str, trained: int, drawn: int
) -> None:
    (finished.folder / "overlay.yaml").write_text(overlay, encoding="utf-8")
    planned = finished.planned(*QUICK, "overlay.yaml")
    assert (planned.get("train", 0), planned["figure"]) == (trained, drawn)


def test_a_deleted_run_is_noticed_and_repeated_to_the_byte(finished: Copy, results: Path) -> None:
    folder = (finished.folder / FC).parent
    before = {name: (folder / name).read_bytes() for name in ("metrics.json", "loss.csv", "predictions.npy")}
    shutil.rmtree(folder)
    assert finished.planned(*QUICK)["train"] == 1
    assert "The report:" not in finished.succeeds(*QUICK, "--", FC)
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_a_failing_job_names_its_log_and_a_mended_one_goes_on(finished: Copy, results: Path) -> None:
    arrays = results / "data/fashion_mnist.npz"
    content = arrays.read_bytes()
    arrays.write_bytes(content[:1000])
    answer = finished.snakemake(*QUICK, "--forcerun", "train", "--", FC)
    assert answer.returncode != 0
    (failure,) = {line for line in answer.stderr.splitlines() if "train failed: " in line}
    assert "results/quick/data/fashion_mnist.npz" in failure
    assert "(log: results/quick/logs/train/fc/seed=0.log)" in failure
    assert "Traceback" in (results / "logs/train/fc/seed=0.log").read_text(encoding="utf-8")
    arrays.write_bytes(content)
    finished.succeeds(*QUICK, "--", FC)
