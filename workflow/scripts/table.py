"""Make one experiment's table."""

from pathlib import Path
from typing import Any

from fmnist.experiments import Experiment
from fmnist.files import write_text
from fmnist.gathering import read_runs
from fmnist.joblog import run_logged
from fmnist.reported import read_reported
from fmnist.tables import experiment_table, to_csv


def main(job: Any) -> None:
    reported = read_reported(Path(job.input.reported), Path(job.input.schema))
    experiment = Experiment.from_dict(job.params.experiment)
    table = experiment_table(experiment, read_runs(Path(job.input.runs)), reported)
    write_text(Path(job.output[0]), to_csv(table))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
