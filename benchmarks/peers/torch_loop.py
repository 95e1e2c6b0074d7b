"""PyTorch written for speed: resident tensors, a fused optimiser, the loss read once at the end."""

import time
from collections.abc import Callable

import torch
from cases import Arrays
from torch import Tensor, nn
from torch.nn import functional as F

from fmnist.training.settings import RunSettings
from peers import Train
from peers.network import network

LossOfBatch = Callable[[Tensor, Tensor], Tensor]


def resident(arrays: Arrays, device: str = "cpu") -> tuple[Tensor, Tensor]:
    """Return images float32 [n, 1, 28, 28] in 0..1 and labels int64 [n] on a device."""
    images, labels = (torch.from_numpy(array).to(device) for array in arrays)
    return images.float().div_(255).unsqueeze(1), labels.long()


def build_eager(config: RunSettings, arrays: Arrays) -> Train:
    """PyTorch without compilation."""
    model = network(config)
    return training(config, arrays, model, loss_of(model))


def build_compiled(config: RunSettings, arrays: Arrays) -> Train:
    """PyTorch with torch.compile: network and loss, forward and backward."""
    model = network(config)
    return training(config, arrays, model, torch.compile(loss_of(model)))


def loss_of(model: nn.Module) -> LossOfBatch:
    return lambda images, labels: F.cross_entropy(model(images), labels)


def build_compiled_on(config: RunSettings, arrays: Arrays, device: str, mode: str) -> Train:
    """PyTorch with torch.compile in one of its modes, on a device."""
    model = network(config).to(device)
    compiled = torch.compile(loss_of(model), mode=mode)

    def loss(images: Tensor, labels: Tensor) -> Tensor:
        # These modes replay CUDA graphs: without the mark and the copy, a step overwrites the last one's loss.
        torch.compiler.cudagraph_mark_step_begin()
        return compiled(images, labels).clone()

    return training(config, arrays, model, loss, device)


def training(
    config: RunSettings, arrays: Arrays, model: nn.Module, loss_of_batch: LossOfBatch, device: str = "cpu"
) -> Train:
    images, labels = resident(arrays, device)
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)

    def train(steps: int) -> float:
        started, losses = time.perf_counter(), []
        order = torch.randperm(len(labels))[: steps * config.batch_size].to(device)
        for batch in order.split(config.batch_size):
            loss = loss_of_batch(images[batch], labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        torch.stack(losses).mean().item()
        return time.perf_counter() - started

    return train
