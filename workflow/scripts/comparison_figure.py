"""Draw every reported number beside the replicated one."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import read_table
from fmnist.common.job import run_logged
from fmnist.figures.comparison import comparison_figure
from fmnist.figures.svg import save_svg
from fmnist.plan.experiments import Experiment


def main(job: Any) -> None:
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    table = read_table(Path(job.input.table), ["experiment", "value"])
    save_svg(comparison_figure(table, experiments), Path(job.output[0]))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
