"""Draw every reported number beside the replicated one."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import read_comparison
from fmnist.common.job import run_logged
from fmnist.figures.comparison import comparison_figure
from fmnist.figures.style import save_svg


def main(job: Any) -> None:
    save_svg(comparison_figure(read_comparison(Path(job.input.table))), Path(job.output[0]))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
