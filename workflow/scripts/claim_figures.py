"""Draw every claim's runs, and all verdicts in one view."""

from pathlib import Path
from typing import Any

from fmnist.claims.compared_runs import compared_runs
from fmnist.claims.evaluate import read_material, read_verdicts
from fmnist.claims.examine import examine
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.figures.claim import claim_figure
from fmnist.figures.style import save_svg
from fmnist.figures.verdicts import overview_figure
from fmnist.plan.experiments import Experiment

FILES = ("runs", "loss", "claims", "reported")


def main(job: Any) -> None:
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    material = read_material({name: Path(getattr(job.input, name)) for name in FILES}, experiments)
    claims = {claim.id: claim for claim in material.claims.claims}
    for path in map(Path, job.output.claims):
        claim = claims[path.stem]
        found = examine(claim, compared_runs(claim, material.known), material)
        write_text(path, claim_figure(found, material.curves, material.known.reported))
    save_svg(overview_figure(read_verdicts(Path(job.input.verdicts))), Path(job.output.overview))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
