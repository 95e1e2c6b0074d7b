"""Print the verdict on every claim."""

from pathlib import Path
from typing import Any

from fmnist.claims.evaluate import read_verdicts, verdict_table
from fmnist.common.job import run_logged


def main(job: Any) -> None:
    print(verdict_table(read_verdicts(Path(job.input[0]))))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
