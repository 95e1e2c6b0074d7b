"""The step of the graph engine: its arithmetic without graphs, and on a stand-in for CUDA when it captures and replays.

No test here runs on a GPU; benchmarks/gpu.py compares graphs with plain calls on one.
"""

import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from builders import only, run_config
from torch import Tensor, nn
from torch.optim.lr_scheduler import StepLR
from training_builders import CPU, SMALL, initialised

from fmnist.common.errors import FmnistError
from fmnist.training import checkpoints
from fmnist.training.checkpoints import Checkpoint
from fmnist.training.dataset import Dataset
from fmnist.training.engines import choose_engine
from fmnist.training.graph import WARM_UP, GraphStep
from fmnist.training.loop import EpochRecord, train
from fmnist.training.optimizers import OPTIMIZERS

pytestmark = pytest.mark.usefixtures("one_thread")


EXACT = 2.0**-8  # float32 holds it, as it holds every half of it: a rate on the device rounds nothing


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "fc", "hidden_units": 16},
        {},
        {"dropout": True, "batch_norm": True, "pooling": "max", "activation": "relu"},
        {"optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.001, "loss": "mse"},
        {"optimizer": "rmsprop", "momentum": 0.5, "loss": "multi_margin"},
        {"scheduler": "step", "step_size": 2, "gamma": 0.5},
        {"scheduler": "plateau", "patience": 0, "gamma": 0.5, "threshold": 0.5},
    ],
    ids=str,
)
def test_without_graphs_the_step_is_the_torch_engines_to_the_bit(sample: Dataset, settings: dict[str, Any]) -> None:
    """330 images are batches of 128, 128 and 74; dropout draws the same masks."""
    data, config = only(sample, 330, 100), run_config(epochs=4, batch_size=128, learning_rate=EXACT, **settings)
    ours, theirs = (train(config, data, 3, engine=engine) for engine in ("uncaptured", "torch"))
    assert (ours.engine, theirs.engine) == ("uncaptured", "torch")
    assert ours.epochs == theirs.epochs
    assert (ours.predictions == theirs.predictions).all()


def test_a_rate_that_float32_rounds_changes_rounding_alone(sample: Dataset) -> None:
    data, config = only(sample, 330, 100), run_config(epochs=2, scheduler="step", step_size=1, gamma=0.9)
    ours, theirs = (train(config, data, 3, engine=engine) for engine in ("uncaptured", "torch"))
    for own, other in zip(ours.epochs, theirs.epochs, strict=True):
        assert own.learning_rate == other.learning_rate  # the schedule stays in float64
        assert own.train_loss == pytest.approx(other.train_loss, rel=1e-6)
        assert own.test_loss == pytest.approx(other.test_loss, rel=1e-6)


def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    few_images: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0.0)
    config = run_config(**SMALL, epochs=4, dropout=True, optimizer="rmsprop", scheduler="step", step_size=1)

    def stop(record: EpochRecord) -> None:
        if record.epoch == 3:
            raise KeyboardInterrupt

    path = tmp_path / "state.pt"
    with pytest.raises(KeyboardInterrupt):
        train(config, few_images, 0, "uncaptured", stop, Checkpoint(path, ""))
    assert path.exists()
    resumed = train(config, few_images, 0, "uncaptured", checkpoint=Checkpoint(path, ""))
    assert resumed.epochs == train(config, few_images, 0, "uncaptured").epochs


def test_every_step_sees_the_schedulers_rate_in_one_tensor() -> None:
    parameter = nn.Parameter(torch.ones(1))
    optimizer = OPTIMIZERS["adam"]([parameter], run_config(learning_rate=0.01))
    scheduler = StepLR(optimizer, step_size=2, gamma=0.1)
    seen: list[float] = []
    tensors: list[Tensor] = []

    def plain(indices: Tensor) -> tuple[Tensor, Tensor]:
        tensors.append(optimizer.param_groups[0]["lr"])
        seen.append(float(tensors[-1]))
        optimizer.step()
        return torch.tensor(0.0), torch.tensor(0)

    step = GraphStep(plain, optimizer, CPU, capture=False)
    for _ in range(6):
        step(torch.arange(3))
        scheduler.step()
    assert seen == pytest.approx([0.01, 0.01, 0.001, 0.001, 0.0001, 0.0001], rel=1e-7)
    assert all(tensor is tensors[0] for tensor in tensors)  # a graph reads this one address
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.00001, rel=1e-12)  # the scheduler's, as a float


def test_the_rate_stays_a_number_when_a_step_fails() -> None:
    optimizer = OPTIMIZERS["sgd"]([nn.Parameter(torch.ones(1))], run_config(learning_rate=0.5))

    def plain(indices: Tensor) -> tuple[Tensor, Tensor]:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        GraphStep(plain, optimizer, CPU, capture=False)(torch.arange(2))
    assert optimizer.param_groups[0]["lr"] == 0.5


class Recorder:
    """Stands for a computation on a GPU and for torch.cuda, with what is done in order.

    A captured computation computes nothing; a replay computes it on the tensors it was captured with.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.capturing: Any = None
        stream = SimpleNamespace(wait_stream=lambda other: self.done.append("wait"))
        fakes = {
            "Stream": lambda device: stream,
            "current_stream": lambda: stream,
            "stream": lambda stream: contextlib.nullcontext(),
            "CUDAGraph": lambda: SimpleNamespace(replay=None),
            "graph": self.capture,
        }
        for name, fake in fakes.items():
            monkeypatch.setattr(torch.cuda, name, fake)

    @contextlib.contextmanager
    def capture(self, graph: Any, stream: Any) -> Iterator[None]:
        self.capturing = graph
        yield
        self.capturing = None

    def plain(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Return the sum and the number of the indices."""
        loss, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)

        def compute(name: str) -> None:
            self.done.append(name)
            loss.copy_(indices.sum())
            correct.fill_(len(indices))

        if self.capturing is None:
            compute("plain")
        else:
            self.done.append("capture")
            self.capturing.replay = lambda: compute("replay")
        return loss, correct


def test_each_size_of_a_batch_is_captured_once_after_its_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(monkeypatch)
    optimizer = OPTIMIZERS["rmsprop"]([nn.Parameter(torch.ones(1))], run_config())
    step = GraphStep(recorder.plain, optimizer, CPU)
    batches = [torch.arange(start, start + size) for start in range(5) for size in (10, 4)]
    outputs = [step(batch) for batch in batches]  # read at the end, as in an epoch: no replay may overwrite them
    assert [float(loss) for loss, _ in outputs] == [float(batch.sum()) for batch in batches]
    assert [int(correct) for _, correct in outputs] == [len(batch) for batch in batches]
    assert WARM_UP == 3
    warm_up = ["wait", "plain", "wait"] * 6  # on the stream of the capture, which waits, and for which we wait
    assert recorder.done == [*warm_up, "capture", "replay", "capture", "replay", "replay", "replay"]
    assert optimizer.param_groups[0]["capturable"]


def test_a_captured_rmsprop_differs_from_a_plain_one_by_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a rate on the device PyTorch divides by it in another place; its other optimisers have one formula."""
    module = importlib.import_module("torch.optim.rmsprop")  # torch.optim hides it
    monkeypatch.setattr(module, "_get_capturable_supported_devices", lambda: ["cpu"])
    for momentum in (0.0, 0.9):
        parameters = [nn.Parameter(torch.linspace(-2, 2, 9)) for _ in range(2)]
        config = run_config(optimizer="rmsprop", learning_rate=0.002, momentum=momentum)
        captured, plain = (OPTIMIZERS["rmsprop"]([parameter], config) for parameter in parameters)
        captured.param_groups[0]["capturable"] = True
        captured.param_groups[0]["lr"] = torch.tensor(0.002)
        for _ in range(20):
            for parameter, optimizer in zip(parameters, (captured, plain), strict=True):
                optimizer.zero_grad()
                (parameter**4).sum().backward()
                optimizer.step()
        torch.testing.assert_close(*parameters, rtol=1e-5, atol=1e-6)


def test_on_a_cpu_the_graph_engine_is_refused_in_one_sentence(few_images: Dataset) -> None:
    with pytest.raises(FmnistError) as caught:
        train(run_config(**SMALL, epochs=1), few_images, 0, engine="graph")
    assert str(caught.value) == (
        "engine is 'graph' and the device is cpu; expected a CUDA GPU that Snakemake grants (--resources gpu=1), "
        "or engine: auto."
    )


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_auto_never_chooses_graphs(device: str) -> None:
    assert choose_engine("auto", initialised(**SMALL), torch.device(device)).name != "graph"
