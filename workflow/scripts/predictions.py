"""Put the predictions of all runs into one small file."""

from pathlib import Path
from typing import Any

from fmnist.common.job import run_logged
from fmnist.runs.gathering import read_runs
from fmnist.runs.prediction_store import write_store
from fmnist.runs.predictions import all_predictions, read_test_labels


def main(job: Any) -> None:
    labels = read_test_labels(Path(job.input.arrays))
    predictions = all_predictions(read_runs(Path(job.input.runs)), Path(job.input.runs).parent / "runs", labels)
    write_store(Path(job.output[0]), {(run_id, seed): predicted for run_id, seed, predicted in predictions})


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
