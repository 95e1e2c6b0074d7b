"""What one training run is: its settings as frozen dataclasses, and its readable id."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

Value = str | int | float | bool | list[int] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FCConfig:
    """The fully connected network of report section 2-1."""

    hidden_units: int
    activation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeNet5Config:
    """LeNet-5 with the switches of report section 2-2."""

    channels: tuple[int, int, int]  # of the three convolutions
    activation: str
    pooling: str
    batch_norm: bool
    dropout: bool
    dropout_probability: float  # has an effect only where dropout is true


ARCHITECTURES: dict[str, type[FCConfig] | type[LeNet5Config]] = {
    "fc": FCConfig,
    "lenet5": LeNet5Config,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RunConfig:
    """Every setting that decides a run's numbers, its seed aside."""

    model: str
    architecture: FCConfig | LeNet5Config
    epochs: int
    batch_size: int
    last_batch: str  # "keep" or "drop" the last, smaller batch of an epoch
    loss: str
    optimizer: str
    learning_rate: float
    momentum: float  # of SGD and RMSprop
    weight_decay: float
    scheduler: str
    step_size: int | None  # steps of the scheduler's unit between two decays
    patience: int | None  # epochs without progress that ReduceLROnPlateau lets pass
    gamma: float  # the factor of each decay
    step_unit: str  # of StepLR: "batch", as in the report, or "epoch"

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "RunConfig":
        """Build a run from its flat settings, as in metrics.json and the config."""
        architecture = ARCHITECTURES[settings["model"]]
        own = {f.name for f in fields(architecture)}
        inner = {key: _frozen(settings[key]) for key in own}
        outer = {key: value for key, value in settings.items() if key not in own}
        return cls(architecture=architecture(**inner), **outer)

    def settings(self) -> dict[str, Value]:
        """Return every setting, flat and sorted by name, as JSON can hold them."""
        flat = asdict(self)
        flat |= flat.pop("architecture")
        return {key: _thawed(flat[key]) for key in sorted(flat)}


_FIELDS = [f for cls in (RunConfig, *ARCHITECTURES.values()) for f in fields(cls)]
_FLOATS = {f.name for f in _FIELDS if f.type is float}
_INTEGERS = {f.name for f in _FIELDS if f.type in (int, int | None)}


def normalised(settings: Mapping[str, Any]) -> dict[str, Value]:
    """Give every number its setting's own type: 1 and 1.0 are one learning rate."""
    return {key: _typed(key, value) for key, value in settings.items()}


def _typed(key: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [int(v) for v in value]
    if value is None or isinstance(value, bool):
        return value
    return float(value) if key in _FLOATS else int(value) if key in _INTEGERS else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _thawed(value: Any) -> Value:
    return list(value) if isinstance(value, tuple) else value


def format_value(value: Value) -> str:
    """Write a setting's value as run ids, tables and figures show it.

    Lists join with "x", since a comma in a wildcard breaks cluster submission; booleans
    and null are written as in YAML; floats in their shortest form without an exponent.
    """
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list | tuple):
        return "x".join(str(v) for v in value)
    if isinstance(value, float):
        return _plain_decimal(value)
    return str(value)


def _plain_decimal(value: float) -> str:
    if value.is_integer():
        return str(int(value))
    # repr is the shortest text that reads back as this float, but may use an exponent.
    return format(Decimal(repr(value)), "f")


def run_id(settings: Mapping[str, Value], defaults: Mapping[str, Value]) -> str:
    """Name a run by its model and what differs from that model's defaults.

    `lenet5`, `lenet5__channels=32x64x256__pooling=max`: sorted, so that equal settings
    have equal ids however they were written.
    """
    changed = [
        f"{key}={format_value(settings[key])}"
        for key in sorted(settings)
        if key != "model" and settings[key] != defaults[key]
    ]
    return "__".join([str(settings["model"]), *changed])
