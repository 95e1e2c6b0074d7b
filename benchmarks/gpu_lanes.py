"""An experiment: many trainings of one network shape in one process, as batched matrix products ("lanes").

Seeds of one setting, and settings that differ in the learning rate alone, share a shape. A convolution
is a product over unfolded patches, and `bmm` computes it for all lanes in one launch. gpu.py measures
whether that is worth more than one training after another; the project does not use it.

The number of lanes is fixed: an empty one repeats the first network, and nobody reads its results.
So a lane's bytes do not depend on who trains beside it. No dropout and no batch normalisation.
"""

from collections.abc import Sequence

import torch
from peers import NoEngineError
from torch import Tensor, nn
from torch.nn import functional as F

from fmnist.training.dataset import Dataset
from fmnist.training.models import FCNetwork, LeNet5

KERNEL = 5  # rows and columns of every convolution
BETAS, EPSILON = (0.9, 0.999), 1e-8  # Adam's, as in fmnist/training/optimizers.py


class Lanes:
    """Several networks of one shape, trained with cross entropy and Adam.

    `models` has at most `lanes` networks and `rates` their learning rates.
    """

    def __init__(self, models: Sequence[nn.Module], rates: Sequence[float], data: Dataset, lanes: int) -> None:
        padded = [*models, *[models[0]] * (lanes - len(models))]
        self._model, self._data = check_support(models[0]), data
        device = data.train_images.device
        self._shapes = {name: value.shape for name, value in models[0].named_parameters()}
        rows = [torch.cat([value.detach().flatten() for value in model.parameters()]) for model in padded]
        # One tensor [lanes, parameters]: Adam takes a dozen launches, not a dozen for each parameter.
        self.parameters = torch.stack(rows).to(device).requires_grad_()
        self._mean, self._square = torch.zeros_like(self.parameters), torch.zeros_like(self.parameters)
        self._steps = torch.zeros((), device=device)
        padding = [rates[0]] * (lanes - len(rates))
        self._rates = torch.tensor([*rates, *padding], device=device)[:, None]

    def step(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Step on the images with the indices [lanes, batch]; return each lane's mean loss and correct images."""
        labels = self._data.train_labels[indices]
        logits = self._forward(self._data.train_images[indices])
        losses = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view_as(labels).mean(1)
        self.parameters.grad = None
        losses.sum().backward()  # a lane's loss depends on its own parameters alone
        self._update()
        return losses.detach(), (logits.argmax(2) == labels).sum(1)

    @torch.no_grad()
    def _update(self) -> None:
        gradient = self.parameters.grad
        assert gradient is not None
        self._steps += 1
        self._mean.lerp_(gradient, 1 - BETAS[0])
        self._square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
        root = self._square.sqrt().div_((1 - BETAS[1] ** self._steps).sqrt()).add_(EPSILON)
        rates = self._rates / (1 - BETAS[0] ** self._steps)
        self.parameters -= rates * self._mean / root

    def _forward(self, images: Tensor) -> Tensor:
        """Return logits [lanes, batch, 10] of images [lanes, batch, 1, 28, 28]."""
        parts = self.parameters.split([shape.numel() for shape in self._shapes.values()], dim=1)
        weights = {name: part.view(-1, *shape) for part, (name, shape) in zip(parts, self._shapes.items(), strict=True)}
        model = self._model
        if isinstance(model, FCNetwork):
            return self._connected(images.flatten(2), weights)
        # Channels first, then images: a convolution leaves its output in this order.
        x = images.transpose(1, 2)
        for number, padding in (("1", 2), ("2", 0)):
            x = pooled(model.activation(convolved(x, weights, f"conv{number}", padding)), model.pooling)
        x = model.activation(convolved(x, weights, "conv3", 0))
        return self._connected(x.flatten(3)[..., 0].transpose(1, 2), weights)

    def _connected(self, x: Tensor, weights: dict[str, Tensor]) -> Tensor:
        hidden: Tensor = self._model.activation(connected(x, weights, "fc1"))
        return connected(hidden, weights, "fc2")


def check_support(model: nn.Module) -> FCNetwork | LeNet5:
    """Return the model. Raises NoEngineError if it has dropout or batch normalisation."""
    if not isinstance(model, FCNetwork | LeNet5) or any(
        isinstance(layer, nn.Dropout | nn.BatchNorm2d) for layer in model.children()
    ):
        raise NoEngineError("lanes have neither dropout nor batch normalisation")
    return model


def convolved(x: Tensor, weights: dict[str, Tensor], name: str, padding: int) -> Tensor:
    """Return a 5x5 convolution of x [lanes, channels, batch, rows, columns], in the same order."""
    weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
    windows = F.pad(x, [padding] * 4).unfold(3, KERNEL, 1).unfold(4, KERNEL, 1)
    _, _, batch, rows, columns, _, _ = windows.shape
    patches = windows.permute(0, 1, 5, 6, 2, 3, 4).flatten(4).flatten(1, 3)
    products = torch.baddbmm(bias[..., None], weight.flatten(2), patches)
    return products.view(*products.shape[:2], batch, rows, columns)


def pooled(x: Tensor, pooling: nn.Module) -> Tensor:
    """Return x [lanes, channels, batch, rows, columns] pooled over rows and columns."""
    halves: Tensor = pooling(x.flatten(0, 1))
    return halves.view(*x.shape[:3], *halves.shape[2:])


def connected(x: Tensor, weights: dict[str, Tensor], name: str) -> Tensor:
    """Return a fully connected layer of x [lanes, batch, inputs]."""
    return torch.baddbmm(weights[f"{name}.bias"][:, None], x, weights[f"{name}.weight"].transpose(1, 2))
