"""Draw one network, as the config's `models:` declares it."""

from pathlib import Path
from typing import Any

from fmnist.analysis.network_layers import build_network, layers
from fmnist.common.job import run_logged
from fmnist.figures.networks import network_figure
from fmnist.figures.svg import save_svg


def main(job: Any) -> None:
    model = job.wildcards.network
    save_svg(network_figure(layers(build_network(model, job.params.model))), Path(job.output[0]), crop=True)


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
