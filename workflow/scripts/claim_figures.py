"""Draw every claim's runs, and all verdicts in one view."""

from pathlib import Path
from typing import Any

from fmnist.claim_figures import claim_figure
from fmnist.claim_overview import overview_figure
from fmnist.claim_runs import compared_runs
from fmnist.claim_testing import examine
from fmnist.claims import read_material, read_verdicts
from fmnist.experiments import Experiment
from fmnist.figures import save_svg
from fmnist.files import write_text
from fmnist.joblog import run_logged

FILES = ("runs", "loss", "claims", "claims_schema", "reported", "reported_schema")


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
