"""Write the report: one Markdown file, one HTML page, one PDF."""

from typing import Any

from fmnist.common.job import run_logged
from fmnist.report.report import write_report


def main(job: Any) -> None:
    files = {**dict(job.input.items()), "section_folders": job.params.section_folders}
    files["compared"] = dict(zip(job.params.compared, job.input.compared, strict=True))
    write_report(files, dict(job.output.items()), job.params.config)


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
