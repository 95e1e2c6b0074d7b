"""Draw every reported number beside the replicated one."""

from pathlib import Path
from typing import Any

from fmnist.comparison_figure import comparison_figure
from fmnist.figures import save_svg
from fmnist.joblog import run_logged
from fmnist.tables import read_comparison


def main(job: Any) -> None:
    save_svg(comparison_figure(read_comparison(Path(job.input.table))), Path(job.output[0]))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
