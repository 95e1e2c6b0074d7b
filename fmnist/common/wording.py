"""Write numbers, counts and settings for a reader, in tables, figures and prose."""

import re
from collections.abc import Sequence
from typing import Any

NO_NUMBER = "–"  # an en dash
MINUS = "−"  # not a hyphen


def decimals(value: float | None, places: int) -> str:
    """Write a number with that many decimals; a dash for None."""
    if value is None:
        return NO_NUMBER
    return _minus(f"{_tidy(value):.{places}f}")


def percent(value: float | None) -> str:
    """Write a number of percent, or of percentage points, with two decimals and without a sign of percent."""
    return decimals(value, 2)


def _tidy(value: float) -> float:
    """Remove the rounding errors that a sum gathers, so that equal means are written equally."""
    return round(value, 9)


def loss(value: float | None) -> str:
    """Write a training loss as the original does, with four decimals."""
    return decimals(value, 4)


def signed(value: float | None, places: int = 2) -> str:
    """Write a difference with its sign, and zero without one."""
    if value is None:
        return NO_NUMBER
    text = f"{_tidy(value):+.{places}f}"
    return text[1:] if not text.strip("+-0.") else _minus(text)


def integer(value: float | None) -> str:
    """Write a rounded number with commas between the thousands."""
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
    """Write a mean, followed by ± its standard deviation if there is one."""
    text = decimals(mean, places)
    return text if mean is None or deviation is None else f"{text} ± {decimals(deviation, places)}"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """Write a count with its noun: `1 seed`, `3 seeds`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def _minus(text: str) -> str:
    # Print -0.00 as 0.00.
    return text.removeprefix("-") if not text.strip("-0.") else text.replace("-", MINUS)


_SETTINGS = {
    "batch_norm": "batch normalisation",
    "drop_last": "dropping a last, smaller batch",
    "loss": "loss function",
    "optimizer": "optimiser",
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
    """Write a setting's value for a reader: `leaky_relu` as leaky ReLU, 6x16 as 6/16, `package.module:Net` as Net."""
    parts = [re.sub(r"^[\w.]+:", "", part) for part in value.split(", ")]
    return ", ".join(_WORDS.get(part, re.sub(r"(?<=\d)x(?=\d)", "/", part)) for part in parts)


def listed(values: Sequence[Any]) -> str:
    """Join texts: `a`, `a and b`, `a, b and c`."""
    texts = [str(value) for value in values]
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def ranges(numbers: Sequence[int]) -> str:
    """Write increasing whole numbers: `3`, `0 and 1`, `0 to 4 and 10 to 25`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return listed([part for span in spans for part in ([f"{span[0]} to {span[-1]}"] if len(span) > 2 else span)])


def setting(name: str) -> str:
    """Write a setting's name for a reader: `learning_rate` as learning rate."""
    return _SETTINGS.get(name, name.replace("_", " "))


def setting_value(name: str, value: str) -> str:
    """Write a setting and its value for prose: learning rate 0.0016, with dropout, Adam, max pooling."""
    if value in ("true", "false"):
        return f"{_WORDS[value]} {setting(name)}"
    if name == "pooling":
        return f"{word(value)} {setting(name)}"
    return word(value) if value in _WORDS else f"{setting(name)} {word(value)}"
