"""Put every claim of the original to its test, and write the table of verdicts."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import evaluate_claims, read_material
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.plan.experiments import Experiment

FILES = ("runs", "loss", "claims", "reported")


def main(job: Any) -> None:
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    material = read_material({name: Path(getattr(job.input, name)) for name in FILES}, experiments)
    write_text(Path(job.output[0]), to_csv(evaluate_claims(material)))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
