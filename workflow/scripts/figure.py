"""Draw one experiment's figure."""

from pathlib import Path
from typing import Any

from fmnist.experiments import Experiment
from fmnist.figures import experiment_figure, save_svg
from fmnist.gathering import read_curves, read_runs
from fmnist.joblog import run_logged
from fmnist.reported import read_reported


def main(job: Any) -> None:
    reported = read_reported(Path(job.input.reported), Path(job.input.schema))
    runs, curves = read_runs(Path(job.input.runs)), read_curves(Path(job.input.loss))
    figure = experiment_figure(Experiment.from_dict(job.params.experiment), runs, curves, reported)
    save_svg(figure, Path(job.output[0]))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
