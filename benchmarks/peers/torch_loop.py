"""PyTorch as one writes it for speed: resident tensors, a fused optimiser, no loss read before the end."""

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


def resident(arrays: Arrays) -> tuple[Tensor, Tensor]:
    """Return images float32 [n, 1, 28, 28] in 0..1 and labels int64 [n]."""
    return torch.from_numpy(arrays.images).float().div_(255).unsqueeze(1), torch.from_numpy(arrays.labels).long()


def build_eager(config: RunSettings, arrays: Arrays) -> Train:
    """PyTorch without compilation."""
    model = network(config)
    return training(config, arrays, model, loss_of(model))


def build_compiled(config: RunSettings, arrays: Arrays) -> Train:
    """The same with network and loss, forward and backward, through torch.compile."""
    model = network(config)
    return training(config, arrays, model, torch.compile(loss_of(model)))


def loss_of(model: nn.Module) -> LossOfBatch:
    return lambda images, labels: F.cross_entropy(model(images), labels)


def training(config: RunSettings, arrays: Arrays, model: nn.Module, loss_of_batch: LossOfBatch) -> Train:
    images, labels = resident(arrays)
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)

    def train(steps: int) -> float:
        started, losses = time.perf_counter(), []
        for batch in torch.randperm(len(labels))[: steps * config.batch_size].split(config.batch_size):
            loss = loss_of_batch(images[batch], labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        torch.stack(losses).mean().item()
        return time.perf_counter() - started

    return train
