"""Set the noise of the test images beside that of the seeds, for every pair of runs that a claim rests on."""

from pathlib import Path
from typing import Any

import numpy as np

from fmnist.analysis.image_noise import COLUMNS, TEXTS, compared_pairs, noise_table
from fmnist.analysis.known_noise import with_known
from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import read_verdicts
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.runs.gathering import read_runs
from fmnist.runs.known_tables import read_known
from fmnist.runs.predictions import all_predictions, read_test_labels


def main(job: Any) -> None:
    labels = read_test_labels(Path(job.input.arrays))
    pairs = compared_pairs(read_verdicts(Path(job.input.verdicts)))
    compared = {run_id for pair in pairs for run_id in (pair.first_run, pair.second_run)}
    runs = read_runs(Path(job.input.runs))
    correct: dict[str, list[Any]] = {}
    for run_id, _, predicted in all_predictions(
        runs[runs["run_id"].isin(compared)], Path(job.input.runs).parent / "runs", labels
    ):
        correct.setdefault(run_id, []).append(predicted == labels)
    table = noise_table(pairs, {run_id: np.stack(seeds) for run_id, seeds in correct.items()})
    if job.input.known:  # of the folder whose runs are reused
        noise, theirs = map(Path, job.input.known)
        table = with_known(table, read_known(noise, COLUMNS, TEXTS), read_runs(theirs), runs)
    write_text(Path(job.output[0]), to_csv(table))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
