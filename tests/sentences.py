"""What every error message has to be."""

from collections.abc import Callable
from typing import Any

import pytest

from fmnist.common.errors import ConfigError, FmnistError


def is_one_sentence(message: str) -> bool:
    return message.isprintable() and message.endswith(".") and not message.endswith("..") and len(message) < 1500


def refusal(call: Callable[..., Any], *arguments: Any) -> str:
    """Return the one sentence with which a call is refused."""
    with pytest.raises(FmnistError) as caught:
        call(*arguments)
    assert is_one_sentence(str(caught.value))
    return str(caught.value)


def message_of(action: Callable[[], object]) -> str | None:
    """Return the message of the ConfigError that an action raises, if it does."""
    try:
        action()
    except ConfigError as error:
        return str(error)
    return None
