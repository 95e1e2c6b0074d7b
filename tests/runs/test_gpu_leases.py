"""GPU locks: trainings spread over the GPUs, and a kill frees a GPU."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from fmnist.common.errors import DeviceError
from fmnist.runs.gpu_leases import lease_gpu, take_gpu, visible_gpus

Holder = subprocess.Popen[str]
# A process that locks a GPU, prints its index, and keeps it until killed.
HOLD = """
import pathlib, sys
from fmnist.runs.gpu_leases import lease_gpu
print(lease_gpu(sys.argv[2].split(","), pathlib.Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Holder]]:
    """Start a process that locks one of the GPUs, given as `0,1`."""
    started: list[Holder] = []

    def hold(gpus: str) -> Holder:
        command = [sys.executable, "-c", HOLD, str(tmp_path / "locks"), gpus]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield hold
    for process in started:
        process.kill()
        process.communicate()


def gpu_of(process: Holder) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_trainings_take_different_gpus_then_share_them_and_a_kill_frees_one(start: Callable[[str], Holder]) -> None:
    first = [start("0,1") for _ in range(4)]  # all at the same time
    gpus = [gpu_of(process) for process in first]
    assert sorted(gpus) == [0, 0, 1, 1]
    killed = first[2]
    killed.kill()
    killed.wait()
    assert gpu_of(start("0,1")) == gpus[2]
    # GPU 1 is locked, whatever its index; GPU 10 is another one.
    assert gpu_of(start("1,10")) == 1


def test_a_folder_that_is_a_link_or_another_users_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(DeviceError, match="link is a link or belongs to another user"):
        lease_gpu(["0"], tmp_path / "link")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    another = tmp_path.stat().st_uid + 1
    monkeypatch.setattr("os.getuid", lambda: another)
    with pytest.raises(DeviceError, match="is a link or belongs to another user"):
        lease_gpu(["0"], tmp_path)


@pytest.mark.parametrize(
    ("given", "count", "names"),
    [
        ("", 2, ["0", "1"]),
        (" 3 , 5", 2, ["3", "5"]),
        ("GPU-8932f937-d72c,MIG-GPU-a/1/0", 2, ["GPU-8932f937-d72c", "MIG-GPU-a-1-0"]),
        ("3,-1,5", 1, ["3"]),  # CUDA hides what follows a wrong number
    ],
)
def test_gpus_have_the_names_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, given: str, count: int, names: list[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
    assert visible_gpus() == names


def test_a_process_that_has_locked_every_gpu_shares_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[int] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    for _ in range(3):
        take_gpu()
    assert chosen == [0, 1, 0]
