"""Compare every change of a setting with the base case."""

from pathlib import Path
from typing import Any

from fmnist.analysis.effects import effects
from fmnist.analysis.tables import to_csv
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import read_reported
from fmnist.runs.gathering import read_runs


def main(job: Any) -> None:
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    table = effects(experiments, read_runs(Path(job.input.runs)), read_reported(Path(job.input.reported)))
    write_text(Path(job.output[0]), to_csv(table))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
