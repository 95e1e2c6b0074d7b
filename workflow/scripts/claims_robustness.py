"""Judge the claims under other choices of the analyst, and on either half of the seeds."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import material_of
from fmnist.claims.robustness import verdicts_by_choice, verdicts_by_half
from fmnist.common.files import write_text
from fmnist.common.job import run_logged


def main(job: Any) -> None:
    material = material_of(job.input, job.params.experiments)
    write_text(Path(job.output.choices), to_csv(verdicts_by_choice(material)))
    write_text(Path(job.output.halves), to_csv(verdicts_by_half(material)))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
