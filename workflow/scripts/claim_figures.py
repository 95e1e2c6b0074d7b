"""Draw every claim's runs, and all verdicts in one view."""

from pathlib import Path
from typing import Any

from fmnist.claims.evaluate import material_of, read_verdicts
from fmnist.common.job import run_logged
from fmnist.figures.claim import claim_figure
from fmnist.figures.svg import save_svg
from fmnist.figures.verdicts import overview_figure


def main(job: Any) -> None:
    material = material_of(job.input, job.params.experiments)
    claims = {claim.id: claim for claim in material.claims.tested}
    for path in map(Path, job.output.claims):
        figure = claim_figure(claims[path.stem], material.known, material.runs, material.curves)
        save_svg(figure, path)
    save_svg(overview_figure(read_verdicts(Path(job.input.verdicts))), Path(job.output.overview))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
