"""What every error message has to be."""

from collections.abc import Callable

from fmnist.common.errors import ConfigError


def is_one_sentence(message: str) -> bool:
    return message.isprintable() and message.endswith(".") and not message.endswith("..") and len(message) < 1500


def message_of(action: Callable[[], object]) -> str | None:
    """Return the message of the ConfigError that an action raises, if it does."""
    try:
        action()
    except ConfigError as error:
        return str(error)
    return None
