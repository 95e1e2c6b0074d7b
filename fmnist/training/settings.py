"""The settings of a run: each declared once, with its type, its bounds, its default and a line of help.

The defaults are the original's base case (its section 4-2). docs/settings.md and the schema for
editors are made from these declarations (`make settings`).
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from fmnist.common.validation import STRICT

Value = str | int | float | bool | list[int] | None
Activation = Literal["tanh", "relu", "leaky_relu"]
SeedOfStream = Annotated[int, Field(ge=0, le=4_294_967_295)] | None


def setting(default: Any, line: str, **declared: Any) -> Any:
    """Declare a setting. `needs` names another setting and the values with which this one has an effect.

    `formerly` is an older name. Bounds lie far above what can be trained, and below what overflows.
    """
    extra: Any = {key: declared.pop(key) for key in ("needs", "formerly", "expected") if key in declared}
    return Field(default, description=line, json_schema_extra=extra, **declared)


# No BaseModel: Snakemake takes a parameter that can be iterated over for a list.
@dataclass(config=STRICT, frozen=True, kw_only=True)
class CommonSettings:
    """What every network's training needs."""

    epochs: int = setting(20, "passes over the training images", ge=1, le=1_000_000)
    batch_size: int = setting(100, "images a step", ge=1, le=60_000)
    drop_last: bool = setting(False, "leave out a last, smaller batch; the original keeps it", formerly="last_batch")
    loss: Literal["cross_entropy", "mse", "multi_margin"] = setting(
        "cross_entropy", "loss function; mse is on softmax outputs and one-hot classes"
    )
    optimizer: Literal["adam", "sgd", "rmsprop"] = setting("adam", "optimiser, with torch's other defaults")
    learning_rate: float = setting(0.001, "learning rate at the start", gt=0)
    momentum: float = setting(
        0.0, "momentum; the original leaves torch's 0", ge=0, lt=1, needs={"optimizer": ["sgd", "rmsprop"]}
    )
    weight_decay: float = setting(0.0, "L2 penalty on all parameters", ge=0)
    scheduler: Literal["none", "step", "plateau"] = setting(
        "none", "none, StepLR (step), or ReduceLROnPlateau on the training loss (plateau)"
    )
    step_size: int | None = setting(
        None, "intervals between two decays of StepLR", ge=1, le=1_000_000_000, needs={"scheduler": ["step"]}
    )
    patience: int | None = setting(
        None, "epochs without progress before a decay", ge=0, le=1_000_000, needs={"scheduler": ["plateau"]}
    )
    threshold: float = setting(
        1e-4, "smallest fall that is progress, as a share of the loss", ge=0, lt=1, needs={"scheduler": ["plateau"]}
    )
    gamma: float = setting(0.9, "factor of each decay", gt=0, le=1, needs={"scheduler": ["step", "plateau"]})
    scheduler_interval: Literal["batch", "epoch"] = setting(
        "batch",
        "what StepLR counts; the original steps it once a batch",
        needs={"scheduler": ["step"]},
        formerly="step_unit",
    )

    initialisation_seed: SeedOfStream = setting(None, "seed of the first weights; null: the run's")
    shuffling_seed: SeedOfStream = setting(None, "seed of the order of the images; null: the run's")

    @model_validator(mode="after")
    def _complete(self) -> "CommonSettings":
        for scheduler, key in (("step", "step_size"), ("plateau", "patience")):
            if self.scheduler == scheduler and getattr(self, key) is None:
                raise ValueError(f"scheduler is {scheduler!r} and {key} is null; expected a whole number as {key}")
        return self

    def settings(self) -> dict[str, Value]:
        """Return every setting, sorted by name, as JSON can hold them."""
        plain = asdict(self)
        return {key: list(value) if isinstance(value := plain[key], tuple) else value for key in sorted(plain)}


@dataclass(config=STRICT, frozen=True, kw_only=True)
class FCSettings(CommonSettings):
    """The fully connected network, 784 -> hidden_units -> 10 (report section 2-1)."""

    model: Literal["fc"] = "fc"
    hidden_units: int = setting(512, "units of the hidden layer", ge=1, le=100_000)
    activation: Activation = setting("relu", "activation after the hidden layer")


Channels = Annotated[int, Field(ge=1, le=10_000)]


@dataclass(config=STRICT, frozen=True, kw_only=True)
class LeNet5Settings(CommonSettings):
    """LeNet-5 with the switches of report section 2-2."""

    model: Literal["lenet5"] = "lenet5"
    channels: tuple[Channels, Channels, Channels] = setting(
        (6, 16, 120), "channels of the three convolutions", strict=False
    )
    activation: Activation = setting("tanh", "activation after each layer but the last")
    pooling: Literal["average", "max"] = setting("average", "pooling after the first two convolutions")
    batch_norm: bool = setting(False, "batch normalisation before the activation of each convolution")
    dropout: bool = setting(False, "dropout between the two fully connected layers")
    dropout_probability: float = setting(
        0.3, "share of units that dropout switches off", ge=0, lt=1, needs={"dropout": [True]}
    )


RunSettings = FCSettings | LeNet5Settings
MODELS: dict[str, type[FCSettings] | type[LeNet5Settings]] = {"fc": FCSettings, "lenet5": LeNet5Settings}


def run_settings(settings: Mapping[str, Any]) -> RunSettings:
    """Build a run's settings from a flat mapping, as in metrics.json. Raises pydantic's ValidationError."""
    return MODELS[settings["model"]](**settings)


def setting_names() -> list[str]:
    """Return the settings of all models, sorted: the columns of runs.csv."""
    return sorted({field.name for model in MODELS.values() for field in fields(model)})


def format_value(value: Value | tuple[int, ...]) -> str:
    """Write a setting's value as run ids and tables show it.

    Lists join with "x", since a comma in a wildcard breaks cluster submission. Booleans and null
    are written as in YAML, floats in their shortest form without an exponent.
    """
    if isinstance(value, bool | None):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list | tuple):
        return "x".join(map(str, value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def run_id(run: RunSettings, defaults: RunSettings) -> str:
    """Name a run by its model and by what differs from that model's defaults.

    `lenet5`, `lenet5__channels=32x64x256__pooling=max`: sorted, so that equal settings have equal ids.
    """
    own, usual = run.settings(), defaults.settings()
    changed = [f"{key}={format_value(value)}" for key, value in own.items() if value != usual[key]]
    return "__".join([run.model.replace(":", "."), *changed])  # a colon is no part of a file name everywhere
