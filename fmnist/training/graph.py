"""PyTorch's training step as a CUDA graph: one launch a batch in place of some fifty. Never run on a GPU so far.

A graph repeats recorded kernels on fixed addresses. So each call copies the batch's indices and the
learning rate into tensors on the device, and each size of a batch has its own graph.

Dropout draws from the device's default generator. PyTorch registers it with every capture and
advances it at every replay, so dropout's stream is the same with and without graphs.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim import Optimizer

WARM_UP = 3  # calls before a capture, as in PyTorch's documentation: libraries set themselves up in them

# Takes a step on a batch's indices; returns its mean loss and the number of correctly classified images.
PlainStep = Callable[[Tensor], tuple[Tensor, Tensor]]


class GraphStep:
    """Steps of an optimiser on batches of the training images; `step(batch)` takes one.

    `plain` computes the step. Without `capture` every call computes it, on any device.
    """

    def __init__(self, plain: PlainStep, optimizer: Optimizer, device: torch.device, capture: bool = True) -> None:
        self._plain, self._optimizer = plain, optimizer
        self._learning_rate = torch.zeros((), device=device)  # float32: the only type that fused kernels read
        self._stream = torch.cuda.Stream(device) if capture else None
        self._batches: dict[int, BatchStep] = {}  # by size: an epoch has at most two
        if capture or device.type == "cuda":  # the same formulas with and without capture
            _make_capturable(optimizer)

    def __call__(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Step on the images with the indices `batch`, int64; return mean loss and correctly classified images."""
        group = self._optimizer.param_groups[0]
        rate = group["lr"]  # schedulers keep it, as a float: on the device each of their steps would be launches
        self._learning_rate.fill_(rate)
        group["lr"] = self._learning_rate
        try:
            return self._batch_step(len(batch))(batch)
        finally:
            group["lr"] = rate

    def _batch_step(self, size: int) -> "BatchStep":
        if size not in self._batches:
            indices = torch.zeros(size, dtype=torch.int64, device=self._learning_rate.device)
            self._batches[size] = BatchStep(self._plain, indices, self._stream)
        return self._batches[size]


class BatchStep:
    """The step for one size of a batch: plain calls at first, then replays of a graph.

    The plain calls are steps of the training like all others, so that a capture leaves no trace in it.
    `indices` is the tensor that a captured step reads; without a `stream` nothing is captured.
    """

    def __init__(self, plain: PlainStep, indices: Tensor, stream: torch.cuda.Stream | None) -> None:
        self._plain, self._indices, self._stream = plain, indices, stream
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._outputs: tuple[Tensor, Tensor]  # each replay overwrites them

    def __call__(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Step on a batch of the size of `indices`; return what the plain step returns, in new tensors."""
        self._indices.copy_(batch)
        self._calls += 1
        if self._stream is None:
            return self._plain(self._indices)
        if self._calls <= WARM_UP:
            return self._warm_up(self._stream)
        if self._graph is None:
            self._graph = self._captured(self._stream)
        self._graph.replay()
        loss, correct = self._outputs
        return loss.clone(), correct.clone()

    def _warm_up(self, stream: torch.cuda.Stream) -> tuple[Tensor, Tensor]:
        """Compute a step on the stream of the later capture: autograd remembers on which stream it began."""
        current = torch.cuda.current_stream()
        stream.wait_stream(current)
        with torch.cuda.stream(stream):
            outputs = self._plain(self._indices)
        current.wait_stream(stream)
        return outputs

    def _captured(self, stream: torch.cuda.Stream) -> torch.cuda.CUDAGraph:
        """Record a step, which computes nothing yet."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream):
            self._outputs = self._plain(self._indices)
        return graph


def _make_capturable(optimizer: Optimizer) -> None:
    """Keep the count of steps on the device. SGD has none and needs no such option."""
    for group in optimizer.param_groups:
        if "capturable" in group:
            group["capturable"] = True
