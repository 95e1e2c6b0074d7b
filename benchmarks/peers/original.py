"""The original's training loop, written anew from its report (sections 3-1 and 3-2).

Its loader is not printed; torchvision's data set with ToTensor and a shuffling DataLoader is
what the sizes and names in it say. One item is one PIL image and one ToTensor, as there.
"""

import time
from collections.abc import Callable
from itertools import islice

import torch
from cases import Arrays
from PIL import Image
from torch import Tensor, nn
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms  # type: ignore[import-untyped]

from fmnist.training.settings import RunSettings
from peers import Train
from peers.network import network

LOSSES: dict[str, Callable[[], nn.Module]] = {
    "cross_entropy": nn.CrossEntropyLoss,
    "mse": nn.MSELoss,
    "multi_margin": nn.MultiMarginLoss,
}
OPTIMIZERS: dict[str, type[torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "sgd": torch.optim.SGD,
    "rmsprop": torch.optim.RMSprop,
}


class Items(Dataset[tuple[Tensor, int]]):
    """Does per item what torchvision.datasets.FashionMNIST does, from arrays that are there already."""

    def __init__(self, arrays: Arrays) -> None:
        self.images, self.labels = torch.from_numpy(arrays.images), torch.from_numpy(arrays.labels).long()
        self.transform = transforms.ToTensor()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.images[index].numpy())
        return self.transform(image), int(self.labels[index])


def build(config: RunSettings, arrays: Arrays) -> Train:
    """Set up the loop with a run's settings; the loss is read after every step, as there."""
    device = "cpu"
    loader = DataLoader(Items(arrays), batch_size=config.batch_size, shuffle=True)
    squared = config.loss == "mse"
    model = nn.Sequential(network(config), nn.Softmax(1)) if squared else network(config)
    criterion = LOSSES[config.loss]().to(device)
    optimizer = OPTIMIZERS[config.optimizer](model.parameters(), lr=config.learning_rate)  # type: ignore[call-arg]
    scheduler = StepLR(optimizer, config.step_size, config.gamma) if config.step_size else None

    def train(steps: int) -> float:
        started, training_loss = time.perf_counter(), 0.0
        for images, labels in islice(loader, steps):
            images, targets = images.to(device), (one_hot(labels) if squared else labels).to(device)
            loss = criterion(model(images), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if scheduler:
                scheduler.step()
            training_loss += loss.item() / len(loader)
        return time.perf_counter() - started

    return train


def one_hot(labels: Tensor) -> Tensor:
    """Targets of the squared error: [batch] to [batch, 10]."""
    return torch.zeros(len(labels), 10).scatter_(1, labels.unsqueeze(1), 1.0)
