"""Judge the claims under other choices of the analyst, and on either half of the seeds."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import read_material
from fmnist.claims.robustness import verdicts_by_choice, verdicts_by_half
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.plan.experiments import Experiment

FILES = ("runs", "loss", "claims", "reported")


def main(job: Any) -> None:
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    material = read_material({name: Path(getattr(job.input, name)) for name in FILES}, experiments)
    write_text(Path(job.output.choices), to_csv(verdicts_by_choice(material)))
    write_text(Path(job.output.halves), to_csv(verdicts_by_half(material)))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
