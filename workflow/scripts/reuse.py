"""Write the files of every run that is reused, as its training wrote them."""

from pathlib import Path
from typing import Any

from fmnist.common.job import run_logged
from fmnist.plan.experiments import plan_experiments
from fmnist.runs.predictions import read_test_labels
from fmnist.runs.reuse import read_known, reusable
from fmnist.runs.reused_runs import rebuild, write_run


def main(job: Any) -> None:
    # From the outputs and the config, not from params: Snakemake keeps those beside every output.
    folders = {_pair(Path(path)): Path(path).parent for path in job.output.metrics}
    plan = plan_experiments(job.config)
    settings = {run_id: run.settings() for run_id, run in plan.runs.items()}
    known = read_known(Path(job.input.runs).parent, job.config["reuse"])
    pairs = reusable(known, settings, folders, job.config["data"]["dataset"])
    for run in rebuild(known, pairs, settings, read_test_labels(Path(job.input.arrays))):
        write_run(run, folders[run.pair])


def _pair(metrics: Path) -> tuple[str, int]:
    """Return the run id and the seed that a path ends with: <run_id>/seed=<n>/metrics.json."""
    return metrics.parts[-3], int(metrics.parts[-2].removeprefix("seed="))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
