"""How numbers, counts and settings are written for a reader, in tables, figures and prose."""

import re
from collections.abc import Sequence
from typing import Any

NO_NUMBER = "–"  # an en dash, as tables print it


MINUS = "−"  # a true minus sign


def decimals(value: float | None, places: int) -> str:
    """Write a number with a fixed count of decimals; a dash where there is none."""
    if value is None:
        return NO_NUMBER
    return _minus(f"{_tidy(value):.{places}f}")


def percent(value: float | None) -> str:
    """Write a number that is in percent, or in points, with two decimals; no sign of percent."""
    return decimals(value, 2)


def _tidy(value: float) -> float:
    """Take off the dust of binary arithmetic: a mean of ten accuracies is a tie of rounding more often than not."""
    return round(value, 9)


def loss(value: float | None) -> str:
    """Write a training loss as the original does, with four decimals."""
    return decimals(value, 4)


def signed(value: float | None, places: int = 2) -> str:
    """Write a difference with its sign; what rounds to zero has none."""
    if value is None:
        return NO_NUMBER
    text = f"{_tidy(value):+.{places}f}"
    return text[1:] if not text.strip("+-0.") else _minus(text)


def integer(value: float | None) -> str:
    """Write a count with a comma at the thousands."""
    return NO_NUMBER if value is None else f"{round(value):,}"


def duration(seconds: float | None) -> str:
    """Write a time span: `48 s`, `12 min 05 s`, `3 h 20 min`."""
    if seconds is None:
        return NO_NUMBER
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def spread(mean: float | None, deviation: float | None, places: int) -> str:
    """Write a mean, and ± its standard deviation where several seeds give one."""
    text = decimals(mean, places)
    return text if mean is None or deviation is None else f"{text} ± {decimals(deviation, places)}"


def compared(a: float | None, b: float | None, places: int = 2) -> str:
    """Say how `a` stands to `b`, as far as the printed decimals tell."""
    if a is None or b is None:
        return "not comparable with"
    difference = round(a, places) - round(b, places)
    return "higher than" if difference > 0 else "lower than" if difference < 0 else "equal to"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """Write a count with its noun: `1 seed`, `3 seeds`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def _minus(text: str) -> str:
    # -0.00 is no negative number to a reader.
    return text.removeprefix("-") if not text.strip("-0.") else text.replace("-", MINUS)


_SETTINGS = {
    "batch_norm": "batch normalisation",
    "loss": "loss function",
    "optimizer": "optimiser",
    "step_size": "step size",
}


_WORDS = {
    "adam": "Adam",
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "cross_entropy": "cross entropy",
    "step": "StepLR",
    "plateau": "ReduceLROnPlateau",
    "mse": "MSE",
    "multi_margin": "multi-margin",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "fc": "fully connected",
    "lenet5": "LeNet-5",
    "true": "with",
    "false": "without",
}


def word(value: str) -> str:
    """Write a setting's value as a reader says it: `leaky_relu` as leaky ReLU, 6x16 as 6/16."""
    return ", ".join(_WORDS.get(part, re.sub(r"(?<=\d)x(?=\d)", "/", part)) for part in value.split(", "))


def listed(values: Sequence[Any]) -> str:
    """Join texts as prose does: `a`, `a and b`, `a, b and c`."""
    texts = [str(value) for value in values]
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def setting(name: str) -> str:
    """Write a setting's name as a reader says it: `learning_rate` as learning rate."""
    return _SETTINGS.get(name, name.replace("_", " "))


def setting_value(name: str, value: str) -> str:
    """Write a setting with its value, for prose: learning rate 0.0016, with dropout, Adam."""
    if value in ("true", "false"):
        return f"{_WORDS[value]} {setting(name)}"
    if name in _KINDS:
        return f"{word(value)} {setting(name)}"
    return word(value) if value in _WORDS else f"{setting(name)} {word(value)}"


# Settings whose value reads as a kind of them: max pooling, tanh activation.
_KINDS = {"pooling"}
