"""PyTorch's optimisers without PyTorch's compiler, which nothing here uses.

torch wraps what an optimiser does for the sake of `torch.compile`, and the first call of
anything so wrapped imports the compiler: a second of processor time in every training job.
"""

import inspect
from typing import TypeVar

import torch
from torch.optim import Optimizer

Kind = TypeVar("Kind", bound=Optimizer)
WRAPPED = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")


def uncompiled(kind: type[Kind]) -> type[Kind]:
    """Return a kind of optimiser that does the same by the functions that torch has wrapped.

    What a torch does not wrap is taken as it is.
    """
    methods = {name: inspect.unwrap(getattr(kind, name)) for name in WRAPPED}
    step = torch.no_grad()(inspect.unwrap(kind.step))  # apart from the compiler, its wrapper switches gradients off
    return type(kind.__name__, (kind,), {**methods, "step": step})
