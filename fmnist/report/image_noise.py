"""What the report says about the noise of the test images beside that of the seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from statistics import median

import pandas as pd

from fmnist.analysis.image_noise import TEXTS
from fmnist.report.results import number_or_none


@dataclass(frozen=True, kw_only=True, slots=True)
class NoiseRow:
    """One line of image_noise.csv; None where one seed gives no number."""

    claims: str
    first: str
    second: str
    first_run: str
    second_run: str
    first_seeds: int  # whose predictions are known
    second_seeds: int
    images: int
    effect: float
    seeds_error: float | None
    seeds_lower: float | None
    seeds_upper: float | None
    images_error: float
    images_lower: float
    images_upper: float
    both_error: float | None
    both_lower: float | None
    both_upper: float | None
    disagree: float
    disagree_within: float | None

    @property
    def name(self) -> str:
        """The comparison in words."""
        return f"{self.first} against {self.second}"

    @property
    def seeds(self) -> tuple[tuple[str, int], ...]:
        """How many seeds it rests on, by run."""
        return (self.first_run, self.first_seeds), (self.second_run, self.second_seeds)

    @property
    def told_seeds(self) -> str:
        """How many seeds of each run: `7`, or `7 and 5`."""
        counts = [f"{count}" for _, count in self.seeds]
        return counts[0] if counts[0] == counts[1] else " and ".join(counts)

    @property
    def interval(self) -> tuple[float, float]:
        """The interval over seeds and images; over the images alone where a run has one seed."""
        if self.both_lower is None or self.both_upper is None:
            return self.images_lower, self.images_upper
        return self.both_lower, self.both_upper

    @property
    def clear(self) -> bool:
        """Whether that interval leaves zero out."""
        return _leaves_zero_out(*self.interval)

    @property
    def clear_over_seeds(self) -> bool:
        """The same of the interval over the seeds alone."""
        return _leaves_zero_out(self.seeds_lower, self.seeds_upper)


def _leaves_zero_out(lower: float | None, upper: float | None) -> bool:
    return lower is not None and upper is not None and (lower > 0 or upper < 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageNoise:
    """The whole table, and what it comes to."""

    rows: tuple[NoiseRow, ...]
    left_out: tuple[str, ...] = ()  # the pairs of which a run has no known predictions
    trained: Mapping[str, int] = field(default_factory=dict)  # how many seeds each run has

    @property
    def fewer(self) -> tuple[NoiseRow, ...]:
        """The pairs that rest on fewer seeds than were trained: those whose predictions are known."""
        return tuple(row for row in self.rows if any(known < self.trained.get(run, 0) for run, known in row.seeds))

    @property
    def several(self) -> tuple[NoiseRow, ...]:
        """The pairs whose runs both have several seeds."""
        return tuple(row for row in self.rows if row.both_error is not None)

    @property
    def larger(self) -> int:
        """In how many of those pairs the images' standard error is larger than the seeds'."""
        return sum(row.images_error > (row.seeds_error or 0) for row in self.several)

    @property
    def lost(self) -> tuple[NoiseRow, ...]:
        """The pairs that are clear of zero over the seeds, and not over seeds and images."""
        return tuple(row for row in self.several if row.clear_over_seeds and not row.clear)

    def typical(self, name: str) -> float | None:
        """The median of a column over the pairs with several seeds, or over all where there is none."""
        return _median([getattr(row, name) for row in self.several or self.rows])


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def read_image_noise(path: Path, trained: Mapping[str, int]) -> ImageNoise:
    """Read an image_noise.csv; `trained` is how many seeds each run has, by its id."""
    table = pd.read_csv(path, dtype=dict.fromkeys(TEXTS, "str"), keep_default_na=False, na_values=[""])
    there = table["images"].notna()
    records = table.loc[there, [column.name for column in fields(NoiseRow)]].to_dict("records")
    without = table[~there]
    return ImageNoise(
        rows=tuple(
            NoiseRow(**{str(name): number_or_none(value) for name, value in record.items()}) for record in records
        ),
        left_out=tuple(f"{a} against {b}" for a, b in zip(without["first"], without["second"], strict=True)),
        trained=trained,
    )
