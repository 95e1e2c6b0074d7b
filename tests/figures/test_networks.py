"""The drawings of the networks: every array once, under the operations that lead to it."""

from pathlib import Path

import pytest
from builders import plan
from figure_builders import svg

from fmnist.analysis.network_layers import build_network, format_shape, layers
from fmnist.figures.networks import network_figure, stages
from fmnist.plan.config import resolved

NETWORKS = resolved(plan().config)["models"]
pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("no_figure_stays_open")]


def test_a_drawing_shows_every_array_once(tmp_path: Path) -> None:
    settings = {**NETWORKS["lenet5"], "batch_norm": True, "dropout": True}
    network = layers(build_network("lenet5", settings))
    arrays = stages(network)
    maps = ["1 × 28 × 28", "6 × 28 × 28", "6 × 14 × 14", "16 × 10 × 10", "16 × 5 × 5", "120 × 1 × 1"]
    assert [format_shape(array.shape) for array in arrays] == [*maps, "120", "84", "10"]
    assert arrays[1].operations == ["convolution 5 × 5, padding 2", "batch normalisation", "tanh"]
    figure = network_figure(network)
    texts = {text.get_text().replace("\u00a0", " ") for text in figure.axes[0].texts}
    assert {"120 × 1 × 1", "convolution\n5 × 5,\npadding 2\nbatch\nnormalisation\ntanh"} <= texts
    assert b"<svg" in svg(figure, tmp_path)


def test_of_a_long_vector_ten_places_are_drawn(tmp_path: Path) -> None:
    figure = network_figure(layers(build_network("fc", NETWORKS["fc"])))
    assert len(figure.axes[0].patches) == 1 + 8 + 8 + 10  # the image; two vectors with dots for two units; ten classes
    assert len(figure.axes[0].lines) == 8 * 8 + 8 * 10
    svg(figure, tmp_path)
