"""The report's two networks (sections 2-1 and 2-2) and the registries they draw on."""

from collections.abc import Callable

from torch import Tensor, nn

from fmnist.training.settings import FCSettings, LeNet5Settings, RunSettings

IMAGE_SIDE = 28
CLASSES = 10

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    # The report calls nn.LeakyReLU() with no argument: torch's slope, written out.
    "leaky_relu": lambda: nn.LeakyReLU(negative_slope=0.01),
}

POOLINGS: dict[str, Callable[[int], nn.Module]] = {
    "average": nn.AvgPool2d,
    "max": nn.MaxPool2d,
}


class FCNetwork(nn.Module):
    """Two fully connected layers, 784 -> hidden_units -> 10 (report section 2-1).

    Input: float32 [batch, 1, 28, 28], pixels in 0..1. Output: logits [batch, 10].
    """

    def __init__(self, config: FCSettings) -> None:
        super().__init__()
        self.fc1 = nn.Linear(IMAGE_SIDE * IMAGE_SIDE, config.hidden_units)
        self.fc2 = nn.Linear(config.hidden_units, CLASSES)
        self.activation = ACTIVATIONS[config.activation]()
        _initialise_fully_connected(self.fc1, self.fc2)

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits [batch, 10] of images [batch, 1, 28, 28]."""
        hidden = self.activation(self.fc1(images.flatten(1)))
        logits: Tensor = self.fc2(hidden)
        return logits


class LeNet5(nn.Module):
    """Three 5x5 convolutions and two fully connected layers (report section 2-2).

    Input: float32 [batch, 1, 28, 28], pixels in 0..1. Output: logits [batch, 10].
    The first convolution pads by 2, since LeNet-5 was drawn for 32x32 images. Batch
    normalisation stands before the activation; dropout after the first fully connected
    layer and before its activation, as in the report's `forward`.
    """

    def __init__(self, config: LeNet5Settings) -> None:
        super().__init__()
        first, second, third = config.channels
        self.conv1 = nn.Conv2d(1, first, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(first, second, kernel_size=5)
        self.conv3 = nn.Conv2d(second, third, kernel_size=5)
        self.norm1 = nn.BatchNorm2d(first) if config.batch_norm else nn.Identity()
        self.norm2 = nn.BatchNorm2d(second) if config.batch_norm else nn.Identity()
        self.norm3 = nn.BatchNorm2d(third) if config.batch_norm else nn.Identity()
        self.fc1 = nn.Linear(third, 84)
        self.fc2 = nn.Linear(84, CLASSES)
        self.activation = ACTIVATIONS[config.activation]()
        self.pooling = POOLINGS[config.pooling](2)
        self.dropout = nn.Dropout(config.dropout_probability) if config.dropout else nn.Identity()
        _initialise_fully_connected(self.fc1, self.fc2)

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits [batch, 10] of images [batch, 1, 28, 28]."""
        x = self.pooling(self.activation(self.norm1(self.conv1(images))))
        x = self.pooling(self.activation(self.norm2(self.conv2(x))))
        x = self.activation(self.norm3(self.conv3(x))).flatten(1)
        x = self.activation(self.dropout(self.fc1(x)))
        logits: Tensor = self.fc2(x)
        return logits


def _initialise_fully_connected(*layers: nn.Linear) -> None:
    # Both of the report's networks do this and leave all else at torch's defaults.
    for layer in layers:
        nn.init.xavier_uniform_(layer.weight)


MODELS: dict[str, Callable[..., nn.Module]] = {"fc": FCNetwork, "lenet5": LeNet5}


def build_model(config: RunSettings) -> nn.Module:
    """Build a run's network, initialised from torch's global random stream."""
    return MODELS[config.model](config)


def parameter_count(model: nn.Module) -> int:
    """Count the trainable parameters of a model."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
