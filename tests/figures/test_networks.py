"""The drawings of the networks: one block per array, and the same file each time."""

from pathlib import Path

import pytest

from fmnist.analysis.network_layers import build_network, format_shape, layers
from fmnist.figures.networks import DRAWINGS, stages

MODELS = {
    "fc": {"hidden_units": 512, "activation": "relu"},
    "lenet5": {
        "channels": [6, 16, 120],
        "activation": "tanh",
        "pooling": "average",
        "batch_norm": True,
        "dropout": True,
        "dropout_probability": 0.3,
    },
}


@pytest.mark.parametrize("model", MODELS)
def test_drawings_are_svg_and_the_same_each_time(tmp_path: Path, model: str) -> None:
    for name in ("a.svg", "b.svg"):
        DRAWINGS[model](layers(build_network(model, MODELS[model])), tmp_path / name)
    first = (tmp_path / "a.svg").read_bytes()
    assert first == (tmp_path / "b.svg").read_bytes()
    assert b"<svg" in first


def test_a_drawing_shows_every_array_once() -> None:
    blocks = stages(layers(build_network("lenet5", MODELS["lenet5"])))
    shapes = ["1 × 28 × 28", "6 × 28 × 28", "6 × 14 × 14", "16 × 10 × 10", "16 × 5 × 5", "120 × 1 × 1", "84", "10"]
    assert [format_shape(block.shape) for block in blocks] == shapes
    assert blocks[1].operations == ["convolution 5 × 5, padding 2", "batch normalisation", "tanh"]
    assert blocks[6].operations == ["reshape", "fully connected, 120 → 84", "dropout, p = 0.3", "tanh"]
