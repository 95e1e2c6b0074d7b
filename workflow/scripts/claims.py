"""Put every claim of the original to its test, and write the table of verdicts."""

from pathlib import Path
from typing import Any

from fmnist.claim_list import read_claims
from fmnist.claim_runs import KnownRuns
from fmnist.claim_testing import Material
from fmnist.claims import evaluate_claims
from fmnist.experiments import Experiment
from fmnist.files import write_text
from fmnist.gathering import read_curves, read_runs
from fmnist.joblog import run_logged
from fmnist.reported import read_reported
from fmnist.tables import to_csv


def main(job: Any) -> None:
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    reported = read_reported(Path(job.input.reported), Path(job.input.reported_schema))
    material = Material(
        claims=read_claims(Path(job.input.claims), Path(job.input.claims_schema)),
        known=KnownRuns(experiments=experiments, reported=reported),
        runs=read_runs(Path(job.input.runs)),
        curves=read_curves(Path(job.input.loss)),
    )
    write_text(Path(job.output[0]), to_csv(evaluate_claims(material)))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
