"""Draw one network, as the config's `models:` declares it."""

from pathlib import Path
from typing import Any

from fmnist.analysis.network_layers import build_network, layers
from fmnist.common.files import atomic
from fmnist.common.job import run_logged
from fmnist.figures.networks import DRAWINGS


def main(job: Any) -> None:
    model = job.wildcards.network
    with atomic(Path(job.output[0])) as drawing:
        DRAWINGS[model](layers(build_network(model, job.params.model)), drawing)


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
