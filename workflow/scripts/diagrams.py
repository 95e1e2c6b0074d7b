"""Draw one network, as the config's `models:` declares it."""

from pathlib import Path
from typing import Any

from fmnist.architecture import build_network, layers
from fmnist.diagrams import DRAWINGS
from fmnist.files import atomic
from fmnist.joblog import run_logged


def main(job: Any) -> None:
    model = job.wildcards.network
    with atomic(Path(job.output[0])) as drawing:
        DRAWINGS[model](layers(build_network(model, job.params.model)), drawing)


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
