"""Draw one experiment's figure."""

from pathlib import Path
from typing import Any

from fmnist.common.job import run_logged
from fmnist.figures.experiment import experiment_figure
from fmnist.figures.svg import save_svg
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import read_reported
from fmnist.runs.gathering import read_curves, read_runs


def main(job: Any) -> None:
    reported = read_reported(Path(job.input.reported))
    runs, curves = read_runs(Path(job.input.runs)), read_curves(Path(job.input.loss))
    figure = experiment_figure(Experiment.from_dict(job.params.experiment), runs, curves, reported)
    save_svg(figure, Path(job.output[0]))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
