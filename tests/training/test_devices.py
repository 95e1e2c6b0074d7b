"""The device of a run: what the config demands, what Snakemake granted, what the machine has."""

import os

import pytest
import torch

from fmnist.common.errors import DeviceError
from fmnist.training.devices import choose_device, make_deterministic


@pytest.mark.parametrize(
    ("demanded", "granted", "cuda_here", "expected"),
    [
        ("cpu", 1, True, "cpu"),
        ("auto", 0, True, "cpu"),
        ("auto", 1, False, "cpu"),
        ("auto", 1, True, "cuda"),
        ("cuda", 1, True, "cuda"),
    ],
)
def test_the_device_is_what_was_demanded_and_granted(
    monkeypatch: pytest.MonkeyPatch, demanded: str, granted: int, cuda_here: bool, expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda_here)
    assert choose_device(demanded, granted).type == expected


@pytest.mark.parametrize(
    ("granted", "cuda_here", "reason"),
    [(0, True, "Snakemake granted no GPU"), (1, False, "finds no CUDA GPU")],
)
def test_cuda_that_cannot_be_had_is_an_error(
    monkeypatch: pytest.MonkeyPatch, granted: int, cuda_here: bool, reason: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda_here)
    with pytest.raises(DeviceError, match=f"^device is 'cuda', but .*{reason}.*; use .*device: .*cpu"):
        choose_device("cuda", granted)


@pytest.mark.usefixtures("one_thread")
def test_on_cuda_torch_is_deterministic_in_full_float32_on_the_jobs_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    deterministic: list[bool] = []
    monkeypatch.setattr(torch, "use_deterministic_algorithms", deterministic.append)
    monkeypatch.setattr(os, "environ", {})
    cudnn, products = torch.backends.cudnn, torch.backends.cuda.matmul
    monkeypatch.setattr(cudnn, "benchmark", True)
    monkeypatch.setattr(cudnn, "allow_tf32", True)
    products.allow_tf32 = True  # False is torch's default
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    make_deterministic(torch.device("cuda"), 2)
    assert (torch.get_num_threads(), deterministic) == (2, [True])
    assert not any((cudnn.benchmark, cudnn.allow_tf32, products.allow_tf32))
    assert not torch.utils.deterministic.fill_uninitialized_memory
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
