"""Draw the opening picture."""

from pathlib import Path
from typing import Any

from fmnist.analysis.effects import TEXTS
from fmnist.analysis.tables import read_table
from fmnist.claims.changes import with_verdicts
from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, run_ids_by_claim
from fmnist.claims.evaluate import read_verdicts
from fmnist.common.job import run_logged
from fmnist.figures.opening import opening_figure
from fmnist.figures.svg import save_svg
from fmnist.plan.experiments import Experiment
from fmnist.plan.original import read_reported


def main(job: Any) -> None:
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    claims = read_claims(Path(job.input.claims))
    compared = run_ids_by_claim(
        claims, KnownRuns(experiments=experiments, reported=read_reported(Path(job.input.reported)))
    )
    effects = read_table(Path(job.input.effects), TEXTS)
    changes = with_verdicts(effects, read_verdicts(Path(job.input.verdicts)), compared)
    save_svg(opening_figure(changes, claims.margins["accuracy"].margin), Path(job.output[0]))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
