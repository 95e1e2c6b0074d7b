"""Put every claim of the original to its test, and write the table of verdicts."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import evaluate_claims, material_of
from fmnist.common.files import write_text
from fmnist.common.job import run_logged


def main(job: Any) -> None:
    material = material_of(job.input, job.params.experiments)
    write_text(Path(job.output[0]), to_csv(evaluate_claims(material)))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
