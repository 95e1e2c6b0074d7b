"""The list of faults: each is a function that injects one for real and returns what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """How often a fault was injected, and what came of it every time."""

    times: int
    words: str


Inject = Callable[[Path], Outcome]


class NotTriedError(Exception):
    """The fault cannot be injected on this machine; the message says why."""


@dataclass(frozen=True)
class Fault:
    name: str
    how: str  # how it is injected
    inject: Inject  # in an empty folder; AssertionError: the outcome is not as it should be
    fast: bool  # also among the tests that `make test` runs


FAULTS: list[Fault] = []


def fault(
    name: str, how: str, *, fast: bool = False
) -> Callable[[Callable[[Path], Outcome]], Callable[[Path], Outcome]]:
    """Put a function on the list of faults."""

    def register(inject: Inject) -> Inject:
        FAULTS.append(Fault(name, how, inject, fast))
        return inject

    return register


def check(fact: bool, words: str, output: str = "") -> None:
    """Go on where a fact holds; else end with what does not, and what the program said."""
    if not fact:
        raise AssertionError(f"{words}\n--- it said:\n{output[-6000:]}" if output else words)
