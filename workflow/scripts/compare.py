"""Hold results against the reference and print the table."""

from pathlib import Path
from typing import Any

from fmnist.analysis.compare import compare_runs
from fmnist.analysis.tables import to_csv
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.runs.gathering import read_runs


def main(job: Any) -> None:
    table = compare_runs(read_runs(Path(job.input.runs)), read_runs(Path(job.input.reference)))
    write_text(Path(job.output[0]), to_csv(table))
    print(table.to_string(index=False, float_format="{:.3f}".format, na_rep="-"))
    print("\n" + ", ".join(f"{count} {verdict}" for verdict, count in table["verdict"].value_counts().items()))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
