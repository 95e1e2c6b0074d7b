"""Optimisers without torch's compiler: the same steps, and no import of the compiler."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, Optimizer, RMSprop

from fmnist.training.uncompiled import uncompiled

KINDS = (Adam, SGD, RMSprop)

TRAINING = """
import sys
from pathlib import Path

import training_process
from builders import script

settings = {"model": "fc", "batch_size": 500, "epochs": 2, **SETTINGS}
training_process.checkpoints.SECONDS_BETWEEN = 0.0
arrays, folder = Path(sys.argv[1]), Path(sys.argv[2])
script("train").main(training_process.training_job(arrays, folder, settings, sys.argv[3]))
assert (folder / "metrics.json").exists()
print("sympy" in sys.modules, "torch._dynamo" in sys.modules)
"""


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "adam", "scheduler": "step", "step_size": 1},
        {"optimizer": "sgd", "momentum": 0.9, "scheduler": "plateau", "patience": 0},
        {"optimizer": "rmsprop"},
    ],
)
def test_a_training_job_imports_no_compiler(
    settings: dict[str, object], engine: str, arrays: Path, tmp_path: Path
) -> None:
    arrays.with_name("training_state.sha256").write_text("0" * 64 + "  data\n", encoding="utf-8")
    program = TRAINING.replace("SETTINGS", repr(settings))
    command = [sys.executable, "-c", program, arrays, tmp_path, engine]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def stepped(kind: type[Optimizer], steps: int) -> tuple[Optimizer, nn.Parameter]:
    """Return an optimiser and its parameter after some steps, in which state was saved and loaded."""
    parameter = nn.Parameter(torch.linspace(-2, 2, 9))
    optimizer = kind([parameter], lr=0.01, weight_decay=0.1)  # type: ignore[call-arg]
    for _ in range(steps):
        optimizer.zero_grad()
        (parameter**4).sum().backward()
        optimizer.step()
        optimizer.load_state_dict(optimizer.state_dict())
    return optimizer, parameter


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_torchs_own(kind: type[Optimizer]) -> None:
    (ours, our_parameter), (theirs, their_parameter) = stepped(uncompiled(kind), 10), stepped(kind, 10)
    assert torch.equal(our_parameter, their_parameter)
    assert not torch.equal(our_parameter, stepped(kind, 0)[1])
    assert str(ours.state_dict()) == str(theirs.state_dict())


@pytest.mark.parametrize("kind", KINDS)
def test_torchs_own_kind_stays_as_it_is(kind: type[Optimizer]) -> None:
    before = (kind.add_param_group, kind.zero_grad, kind.state_dict, kind.load_state_dict)
    ours = uncompiled(kind)
    assert (kind.add_param_group, kind.zero_grad, kind.state_dict, kind.load_state_dict) == before
    assert issubclass(ours, kind)
    assert ours.__name__ == kind.__name__  # by which the native step knows the rule


def test_what_is_not_wrapped_is_taken_as_it_is() -> None:
    assert torch.equal(stepped(uncompiled(uncompiled(Adam)), 5)[1], stepped(Adam, 5)[1])


def test_hooks_of_a_step_are_called() -> None:
    calls = []
    optimizer, _ = stepped(uncompiled(Adam), 1)
    optimizer.register_step_post_hook(lambda *_: calls.append("after"))
    optimizer.step()
    assert calls == ["after"]
