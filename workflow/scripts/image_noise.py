"""Compare the noise of the test images with the noise of the seeds, for each pair of runs that a claim compares."""

from pathlib import Path
from typing import Any

import numpy as np

from fmnist.analysis.image_noise import compared_pairs, noise_table
from fmnist.analysis.known import with_known_noise
from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import read_verdicts
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.runs.gathering import read_runs
from fmnist.runs.predictions import read_store, read_test_labels


def main(job: Any) -> None:
    labels = read_test_labels(Path(job.input.arrays))
    pairs = compared_pairs(read_verdicts(Path(job.input.verdicts)))
    compared = {*pairs["first_run"], *pairs["second_run"]}
    correct: dict[str, list[Any]] = {}
    for (run_id, _), predicted in read_store(Path(job.input.predictions)).items():
        if run_id in compared:
            correct.setdefault(run_id, []).append(predicted == labels)
    table = noise_table(pairs, {run_id: np.stack(seeds) for run_id, seeds in correct.items()})
    if job.input.known:
        noise, runs = map(Path, job.input.known)
        table = with_known_noise(table, noise, runs, read_runs(Path(job.input.runs)))
    write_text(Path(job.output[0]), to_csv(table))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
