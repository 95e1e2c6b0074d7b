"""The report's two networks in plain PyTorch, apart from the project's: what the PyTorch peers train."""

from torch import nn

from fmnist.training.settings import FCSettings, LeNet5Settings, RunSettings

ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU}
POOLINGS: dict[str, type[nn.Module]] = {"average": nn.AvgPool2d, "max": nn.MaxPool2d}


def network(config: RunSettings) -> nn.Sequential:
    """Return the network of a run: float32 [batch, 1, 28, 28] to logits [batch, 10]."""
    shape = config
    return fully_connected(shape) if isinstance(shape, FCSettings) else lenet5(shape)


def fully_connected(shape: FCSettings) -> nn.Sequential:
    """Section 2-1 of the report."""
    layers = (nn.Linear(784, shape.hidden_units), ACTIVATIONS[shape.activation](), nn.Linear(shape.hidden_units, 10))
    return nn.Sequential(nn.Flatten(), *layers)


def lenet5(shape: LeNet5Settings) -> nn.Sequential:
    """Section 2-2 of the report, with its switches."""
    first, second, third = shape.channels
    activation, pooling = ACTIVATIONS[shape.activation], POOLINGS[shape.pooling]
    layers = [*convolution(1, first, shape, padding=2), activation(), pooling(2)]
    layers += [*convolution(first, second, shape), activation(), pooling(2)]
    layers += [*convolution(second, third, shape), activation(), nn.Flatten(), nn.Linear(third, 84)]
    if shape.dropout:
        layers.append(nn.Dropout(shape.dropout_probability))
    return nn.Sequential(*layers, activation(), nn.Linear(84, 10))


def convolution(inputs: int, outputs: int, shape: LeNet5Settings, padding: int = 0) -> list[nn.Module]:
    """A 5x5 convolution, and batch normalisation where the run has it."""
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, kernel_size=5, padding=padding)]
    return [*layers, nn.BatchNorm2d(outputs)] if shape.batch_norm else layers
