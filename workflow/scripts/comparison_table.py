"""Make the table of every reported number against the replicated ones."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import reported_against_replicated, to_csv
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import read_reported
from fmnist.runs.gathering import read_runs


def main(job: Any) -> None:
    reported = read_reported(Path(job.input.reported))
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    table = reported_against_replicated(experiments, read_runs(Path(job.input.runs)), reported)
    write_text(Path(job.output[0]), to_csv(table))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
