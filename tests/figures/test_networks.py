"""The drawings of the networks: every array once, and bytes that repeat."""

from pathlib import Path

import pytest
from builders import plan
from figure_builders import svg

from fmnist.analysis.network_layers import build_network, format_shape, layers
from fmnist.figures.networks import DRAWINGS, stages
from fmnist.plan.config import resolved

NETWORKS = resolved(plan().config)["models"]
pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]


@pytest.mark.parametrize("model", DRAWINGS)
def test_drawings_are_svg_and_the_same_each_time(model: str, tmp_path: Path) -> None:
    network = layers(build_network(model, NETWORKS[model]))
    once, again = (svg(DRAWINGS[model](network), tmp_path) for _ in range(2))
    assert once == again
    assert b"<svg" in once


def test_a_drawing_shows_every_array_once() -> None:
    settings = {**NETWORKS["lenet5"], "batch_norm": True, "dropout": True}
    blocks = stages(layers(build_network("lenet5", settings)))
    maps = ["1 × 28 × 28", "6 × 28 × 28", "6 × 14 × 14", "16 × 10 × 10", "16 × 5 × 5", "120 × 1 × 1"]
    assert [format_shape(block.shape) for block in blocks] == [*maps, "84", "10"]
    assert blocks[1].operations == ["convolution 5 × 5, padding 2", "batch normalisation", "tanh"]
    assert blocks[6].operations == ["reshape", "fully connected, 120 → 84", "dropout, p = 0.3", "tanh"]
