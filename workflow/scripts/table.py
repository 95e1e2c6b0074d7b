"""Make one experiment's table."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import experiment_table, to_csv
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import read_reported
from fmnist.runs.gathering import read_runs


def main(job: Any) -> None:
    reported = read_reported(Path(job.input.reported))
    experiment = Experiment.from_dict(job.params.experiment)
    table = experiment_table(experiment, read_runs(Path(job.input.runs)), reported)
    write_text(Path(job.output[0]), to_csv(table))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
