"""Which device a run gets: what the config demands, what Snakemake granted, what there is."""

import os
from collections.abc import Iterator

import pytest
import torch

from fmnist.common.errors import DeviceError
from fmnist.training.devices import choose_device, make_deterministic


@pytest.fixture(params=[True, False], ids=["CUDA here", "no CUDA here"])
def cuda(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param)
    return bool(request.param)


@pytest.mark.parametrize("granted", [0, 1, 2])
def test_cpu_is_the_cpu(cuda: bool, granted: int) -> None:
    assert choose_device("cpu", granted) == torch.device("cpu")


@pytest.mark.parametrize("granted", [0, 1])
def test_auto_is_the_gpu_where_there_is_one_and_it_was_granted(cuda: bool, granted: int) -> None:
    assert choose_device("auto", granted).type == ("cuda" if cuda and granted else "cpu")


def test_cuda_is_the_gpu_that_was_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("cuda", 1).type == "cuda"


@pytest.mark.parametrize(
    ("here", "granted", "words"),
    [
        (True, 0, ["Snakemake granted no GPU", "--resources gpu=1", "device: cpu"]),
        (False, 0, ["PyTorch finds no CUDA GPU here", "auto, cpu"]),
        (False, 1, ["PyTorch finds no CUDA GPU here", "auto, cpu"]),
    ],
)
def test_cuda_that_cannot_be_had_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, here: bool, granted: int, words: list[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: here)
    with pytest.raises(DeviceError) as caught:
        choose_device("cuda", granted)
    message = str(caught.value)
    assert message.startswith("device is 'cuda' and ")
    assert message.endswith(".")
    assert [word for word in words if word not in message] == []


@pytest.fixture
def _torch_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "to be deleted")
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    threads = torch.get_num_threads()
    tf32 = (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.benchmark)
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)
    torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.benchmark = tf32


@pytest.mark.usefixtures("_torch_as_before")
@pytest.mark.parametrize("threads", [1, 2])
def test_torch_gets_as_many_threads_as_the_job(threads: int) -> None:
    make_deterministic(torch.device("cpu"), threads)
    assert torch.get_num_threads() == threads


@pytest.mark.usefixtures("_torch_as_before")
def test_on_cuda_everything_is_deterministic_and_full_float32() -> None:
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    make_deterministic(torch.device("cuda"), 1)
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.backends.cudnn.benchmark
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
