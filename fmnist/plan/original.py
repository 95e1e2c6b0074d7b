"""What the original report printed, read from report/reported.yaml."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fmnist.common.errors import ConfigError
from fmnist.common.validation import STRICT, checked, shown
from fmnist.plan.config import Text
from fmnist.plan.yaml_files import read_mapping
from fmnist.training.settings import format_value

ORIGINAL_EPOCHS = 20  # the original trained every run for 20 epochs
Loss = Annotated[float, Field(ge=0)]


class ReportedRun(BaseModel):
    """The numbers that the original prints of one run."""

    model_config = ConfigDict(**STRICT, frozen=True)

    accuracy: float = Field(ge=0, le=100, description="test accuracy after the last epoch, in percent")
    train_loss: Loss | None = Field(description="mean batch loss of the last epoch; null where it prints none")
    train_loss_by_epoch: tuple[Loss, ...] = Field((), strict=False, description="of the last epochs")


class Reported(BaseModel):
    """Every number of the original, and the environment it names."""

    model_config = ConfigDict(**STRICT, frozen=True)

    runs: dict[tuple[str, str], ReportedRun]  # by experiment and swept value, as text
    environment: dict[Text, Text] = {}


def read_reported(path: Path) -> Reported:
    """Read report/reported.yaml: the environment, and by experiment and value the numbers of a run.

    Raises ConfigError for a fault.
    """
    document = read_mapping(path)
    environment = document.pop("environment", {})
    runs: dict[tuple[str, str], ReportedRun] = {}
    for experiment, values in document.items():
        if not isinstance(values, dict) or not values:
            raise ConfigError(f"{path}: {experiment} is {shown(values)}; expected numbers by swept value.")
        for value, numbers in values.items():
            key = (str(experiment), format_value(value))
            if key in runs:
                raise ConfigError(f"{path}: {experiment}.{key[1]} is there in two spellings; expected it once.")
            runs[key] = checked(ReportedRun, numbers, str(path), key)
    return checked(Reported, {"runs": runs, "environment": environment}, str(path))
