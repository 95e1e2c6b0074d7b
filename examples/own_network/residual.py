"""A small residual network, as an example of your own network, for `model: examples.own_network.residual:Residual`."""

from typing import Literal

from pydantic.dataclasses import dataclass
from torch import Tensor, nn

from fmnist.common.validation import STRICT
from fmnist.training.settings import CommonSettings, setting


@dataclass(config=STRICT, frozen=True, kw_only=True)
class ResidualSettings(CommonSettings):
    """Its settings, beside those of every training. The model names the class below by its dotted path."""

    model: Literal["examples.own_network.residual:Residual"] = "examples.own_network.residual:Residual"
    width: int = setting(8, "channels of the convolutions", ge=1, le=1024)
    blocks: int = setting(1, "residual blocks", ge=1, le=100)


class Block(nn.Module):
    """Two convolutions whose output is added to their input."""

    def __init__(self, width: int) -> None:
        """Make both convolutions with `width` channels."""
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(width, width, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, kernel_size=3, padding=1),
        )
        self.activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Return an array of the same shape."""
        added: Tensor = self.activation(x + self.convolutions(x))
        return added


class Residual(nn.Module):
    """Input: float32 [batch, 1, 28, 28], pixels in 0..1. Output: logits [batch, 10]."""

    def __init__(self, config: ResidualSettings) -> None:
        """Make the layers, with torch's first weights."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, config.width, kernel_size=3, stride=2, padding=1),
            nn.ReLU(),
            *(Block(config.width) for _ in range(config.blocks)),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(config.width * 7 * 7, 10),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits [batch, 10] of images [batch, 1, 28, 28]."""
        logits: Tensor = self.layers(images)
        return logits
