"""Leases of GPUs, by real processes: spread evenly, raced for by nobody, freed by a kill."""

import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import script
from lease_holder import hold_a_lease
from workflow_builders import train_job

from fmnist.common.errors import DeviceError
from fmnist.runs import gpu_leases as leases
from fmnist.runs.gpu_leases import lease_folder, take_gpu, visible_gpus

processes = multiprocessing.get_context("forkserver")  # the server imports torch once for all
processes.set_forkserver_preload(["fmnist.runs.gpu_leases"])


class Trainings:
    """Processes with a lease each: the index of its GPU by process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gpu_of: dict[Any, int] = {}
        self._pipes: list[Connection] = []

    def start(self, count: int, gpus: list[str]) -> list[int]:
        """Start some that ask all at once; return their GPUs."""
        together = processes.Barrier(count)
        started = [self._start(gpus, together) for _ in range(count)]
        for process, pipe in started:
            assert pipe.poll(60)
            self.gpu_of[process] = pipe.recv()
        return [self.gpu_of[process] for process, _ in started]

    def _start(self, gpus: list[str], together: Any) -> tuple[Any, Connection]:
        here, there = processes.Pipe()
        self._pipes.append(here)
        process = processes.Process(target=hold_a_lease, args=(gpus, self.folder, together, there))
        process.start()
        return process, here

    def kill(self, *gpus: int) -> None:
        """Kill one training on each of these GPUs, as kill -9 does."""
        for gpu in gpus:
            process = next(process for process, its in self.gpu_of.items() if its == gpu)
            process.kill()
            process.join()
            del self.gpu_of[process]

    def on_each(self) -> dict[int, int]:
        return dict(Counter(self.gpu_of.values()))


@pytest.fixture
def trainings(tmp_path: Path) -> Iterator[Trainings]:
    trainings = Trainings(tmp_path / "leases")
    yield trainings
    trainings.kill(*trainings.gpu_of.values())


def test_many_at_once_are_spread_evenly(trainings: Trainings) -> None:
    trainings.start(6, ["0", "1"])
    assert trainings.on_each() == {0: 3, 1: 3}


@pytest.mark.parametrize("killed", [[0, 0], [1, 1], [0, 1], [0, 0, 1]], ids=str)
def test_a_killed_trainings_lease_is_free_again(trainings: Trainings, killed: list[int]) -> None:
    trainings.start(6, ["0", "1"])
    trainings.kill(*killed)
    assert sorted(trainings.start(len(killed), ["0", "1"])) == killed
    assert trainings.on_each() == {0: 3, 1: 3}


def test_the_gpu_with_the_fewest_is_taken_whichever_slots_are_free(trainings: Trainings) -> None:
    """GPU 0 keeps its slots 1 and 2, GPU 1 its slot 0: GPU 1 has fewer, though slot 0 of GPU 0 is free."""
    for expected in (0, 1, 0, 1, 0, 1):
        assert trainings.start(1, ["0", "1"]) == [expected]
    by_gpu = {gpu: [process for process, its in trainings.gpu_of.items() if its == gpu] for gpu in (0, 1)}
    for process in (by_gpu[0][0], by_gpu[1][1], by_gpu[1][2]):
        process.kill()
        process.join()
        del trainings.gpu_of[process]
    assert trainings.start(1, ["0", "1"]) == [1]


def test_one_gpu_is_everybodys(trainings: Trainings) -> None:
    assert trainings.start(3, ["0"]) == [0, 0, 0]


def test_nobody_else_looks_or_chooses_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = []
    original = leases._lock

    def lock(path: Path) -> int | None:
        waiting.append(original(path.parent / "turn") is None)
        return original(path)

    monkeypatch.setattr(leases, "_lock", lock)
    assert [leases.lease_gpu(["0", "1"], tmp_path) for _ in range(3)] == [0, 1, 0]
    assert waiting == [True] * 6  # at each lease that was made, and each of earlier ones that was looked at
    assert original(tmp_path / "turn") is not None  # afterwards it is another's turn


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(DeviceError, match="is a link, or another user's"):
        leases.lease_gpu(["0"], tmp_path / "link")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    another = tmp_path.stat().st_uid + 1
    monkeypatch.setattr("os.getuid", lambda: another)
    with pytest.raises(DeviceError, match="is a link, or another user's"):
        leases.lease_gpu(["0"], tmp_path)


@pytest.mark.parametrize("name", ["turn", "gpu0.0"])
def test_what_a_link_points_to_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "precious").write_text("kept")
    folder = tmp_path / "leases"
    folder.mkdir()
    (folder / name).symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic link"):
        leases.lease_gpu(["0"], folder)
    assert (tmp_path / "precious").read_text() == "kept"


def test_other_gpus_are_counted_apart(trainings: Trainings) -> None:
    """Of `CUDA_VISIBLE_DEVICES=1,2` and `10,1`, GPU 1 is the same, and 10 is not 1."""
    assert trainings.start(1, ["1", "2"]) == [0]
    assert trainings.start(1, ["1", "10"]) == [1]
    assert trainings.start(1, ["10", "2"]) == [1]


# --- which GPUs there are --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "count", "names"),
    [
        (None, 2, ["0", "1"]),
        ("", 0, []),
        ("3,5", 2, ["3", "5"]),
        (" 3 , 5", 2, ["3", "5"]),
        ("GPU-8932f937-d72c,MIG-GPU-a/1/0", 2, ["GPU-8932f937-d72c", "MIG-GPU-a-1-0"]),
        ("3,-1,5", 1, ["3"]),  # what follows a wrong one is hidden
        ("3", 2, ["0", "1"]),  # as no driver has it
    ],
)
def test_a_gpu_is_called_what_the_environment_calls_it(
    monkeypatch: pytest.MonkeyPatch, given: str | None, count: int, names: list[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if given is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
    assert visible_gpus() == names


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """A machine with two GPUs and no leases; the GPUs that become torch's current one."""
    chosen: list[int] = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    return chosen


def test_the_leased_gpu_becomes_torchs(chosen: list[int], tmp_path: Path) -> None:
    for _ in range(4):
        take_gpu()
    assert chosen == [0, 1, 0, 1]
    assert lease_folder().parent == tmp_path
    assert sorted(path.name for path in lease_folder().glob("gpu*")) == ["gpu0.0", "gpu0.1", "gpu1.0", "gpu1.1"]


def test_a_training_on_cuda_leases_a_gpu_and_another_does_not(
    chosen: list[int], arrays: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_before_a_gpu_is_needed(device: torch.device, threads: int) -> None:
        raise InterruptedError

    main = script("train")
    monkeypatch.setattr(main, "make_deterministic", stop_before_a_gpu_is_needed)
    for device, leased in (("cpu", []), ("auto", [0]), ("cuda", [0, 1])):
        training_job = train_job(arrays, tmp_path / "run", "lenet5", 0, device=device)
        training_job.resources.gpu = 1
        with pytest.raises(InterruptedError):
            main.main(training_job)
        assert chosen == leased
