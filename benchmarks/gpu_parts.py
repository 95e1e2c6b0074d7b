"""What the parts of gpu.py share: how much they measure, and the rows they yield."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One measurement, or the reason why there is none."""

    part: str
    case: str
    contender: str
    measure: str
    value: float | None = None
    lowest: float | None = None
    highest: float | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where and how much: the real measurement, or a small one that tests the script."""

    device: str  # cuda, or cpu in a dry run
    cases: tuple[str, ...]
    steps: int  # of a block
    blocks: int
    images: int  # of a parity training
    epochs: int  # of a parity training: from the fourth the last batch is a graph too
    processes: int  # trainings at once on the cores
    at_once: int  # trainings of the report at once
    data: Path  # prepared array file, for timing; the sample where there is none
    folder: Path | None  # the four raw files, for the report
    out: Path  # folder of the results
    end: float  # when the part should have ended, by time.monotonic

    @property
    def dry(self) -> bool:
        """Whether this only tests the script."""
        return self.device == "cpu"

    @property
    def graph(self) -> str:
        """The graph engine, or its steps without graphs where there are none."""
        return "uncaptured" if self.dry else "graph"


Part = Callable[[Scale], Iterator[Row]]


def last_line(text: str) -> str:
    """Return the last line of what a process said, at most 200 characters."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[-1] if lines else "no message")[:200]
