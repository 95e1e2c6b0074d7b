"""Networks of a config's author: `model: package.module:Net`. Importing one runs its author's code."""

import importlib
import sys
from pathlib import Path
from typing import Any

from fmnist.common.errors import ConfigError
from fmnist.training.settings import MODELS, CommonSettings

EXPECTED = "expected package.module:Net, with the frozen dataclass NetSettings beside Net"


def join(model: str) -> Path:
    """Import a network by its dotted path, so that it can be planned and trained as the built-in ones.

    The module is sought in the working folder and among installed packages. Returns its source file. Raises
    ConfigError where the module, the network or its settings are missing or unfit.
    """
    path, _, name = model.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        module = importlib.import_module(path)
    except Exception as error:  # it is anybody's code
        raise ConfigError(f"{path} cannot be imported ({error}); {EXPECTED}.") from None
    if model not in MODELS:
        settings = _settings(model, getattr(module, f"{name}Settings", None))
        _add_network(model, getattr(module, name, None))
        MODELS[model] = settings
    return Path(str(module.__file__))


def _settings(model: str, kind: Any) -> Any:
    fits = isinstance(kind, type) and issubclass(kind, CommonSettings) and kind is not CommonSettings
    if not fits or not kind.__dataclass_params__.frozen:
        raise ConfigError(f"{model} has no frozen settings that extend CommonSettings; {EXPECTED}.")
    if getattr(kind, "model", None) != model:
        raise ConfigError(f"the settings of {model} have another model; {EXPECTED}.")
    return kind


def _add_network(model: str, network: Any) -> None:
    from torch import nn  # here, since planning without such a network needs no torch

    from fmnist.training.models import MODELS as NETWORKS

    if not (isinstance(network, type) and issubclass(network, nn.Module)):
        raise ConfigError(f"{model} is no torch.nn.Module; {EXPECTED}.")
    NETWORKS[model] = network
