"""Separate random streams: known values, all different, and the same shuffles for every configuration."""

from typing import Any

import pytest
import torch
from builders import Spy, run_config

from fmnist.training.dataset import Dataset
from fmnist.training.loop import train
from fmnist.training.randomness import shuffling_generator, stream_seed

PURPOSES = ("initialisation", "shuffling", "dropout")


def test_streams_never_change_and_differ_by_seed_and_purpose() -> None:
    seeds = [stream_seed(seed, purpose) for seed in range(1000) for purpose in PURPOSES]
    assert seeds[:3] == [4786909632162015820, 212224324611678216, 8600780944559419983]
    assert seeds[3:6] == [5546116790577588906, 491132541787242885, 4415727338745863154]
    assert len(set(seeds)) == 3000
    assert max(seeds) < 2**63


@pytest.mark.parametrize(("seed", "order"), [(0, [2, 0, 5, 3, 4, 8, 7, 1, 6, 9]), (1, [7, 1, 8, 2, 0, 9, 6, 3, 4, 5])])
def test_shuffles_never_change_and_ignore_the_global_stream(seed: int, order: list[int]) -> None:
    torch.manual_seed(5)
    assert torch.randperm(10, generator=shuffling_generator(seed)).tolist() == order


SETTINGS: list[dict[str, Any]] = [
    {"model": "fc", "hidden_units": 4},
    {"channels": [2, 3, 4], "batch_size": 7},
    {"channels": [2, 3, 4], "batch_size": 1000, "batch_norm": True},
    {"channels": [2, 3, 4], "dropout": True, "optimizer": "sgd", "activation": "relu"},
]


def order_of(monkeypatch: pytest.MonkeyPatch, data: Dataset, seed: int, settings: dict[str, Any]) -> list[int]:
    """Train two epochs and return the images in the order in which the network saw them."""
    with monkeypatch.context() as patch:
        spy = Spy(patch)
        train(run_config(**settings, epochs=2), data, seed, engine="torch")
    return torch.cat(spy.batches).tolist()


def test_a_seed_gives_every_config_the_same_shuffles(few_images: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = [order_of(monkeypatch, few_images, 3, settings) for settings in SETTINGS]
    assert others == [first] * 3
    assert sorted(first[:150]) == sorted(first[150:]) == list(range(150))
    assert first[:150] != first[150:]
    assert order_of(monkeypatch, few_images, 4, SETTINGS[0]) != first
