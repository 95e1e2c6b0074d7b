"""Put the predictions of all runs into one small file."""

from pathlib import Path
from typing import Any

from fmnist.common.job import run_logged
from fmnist.runs.gathering import read_runs
from fmnist.runs.predictions import check_predictions, read_predictions, read_store, read_test_labels, write_store


def main(job: Any) -> None:
    labels = read_test_labels(Path(job.input.arrays))
    trained = {tuple(pair) for pair in job.params.trained}
    reused = {pair: classes for path in job.input.reused for pair, classes in read_store(Path(path)).items()}
    runs, found = read_runs(Path(job.input.runs)), {}
    for run_id, seed, accuracy in zip(runs["run_id"], runs["seed"], runs["test_accuracy"], strict=True):
        pair = (run_id, seed)
        if pair in trained:
            path = Path(job.input.runs).parent / "runs" / run_id / f"seed={seed}" / "predictions.npy"
            found[pair] = read_predictions(path, labels, accuracy)
        elif pair in reused:
            check_predictions(f"{job.input.reused[0]}: run {run_id}, seed {seed}", reused[pair], labels, accuracy)
            found[pair] = reused[pair]
    write_store(Path(job.output[0]), found)


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
