"""What the report says about the noise of the test images beside that of the seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fmnist.analysis.image_noise import TEXTS
from fmnist.report.tables import number_or_none, read_table, records


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageNoise:
    """The pairs of runs in image_noise.csv, and counts over them.

    A pair has the columns of the file, and: `name`, `lower` and `upper` (the interval over seeds and
    images; over the images alone where a run has one seed), `differs` and `differs_over_seeds`
    (whether that interval, and the one over the seeds alone, excludes zero).
    """

    pairs: Sequence[Mapping[str, Any]]
    several: Sequence[Mapping[str, Any]]  # the pairs whose runs both have several seeds
    larger: int  # in how many of these the images' standard error is larger than the seeds'
    lost: Sequence[str]  # those that differ over the seeds, but not over seeds and images
    typical: Mapping[str, float | None]  # medians over the pairs with several seeds; over all if none has several
    fewer: Sequence[int]  # of each pair with predictions of fewer seeds than were trained, the seeds of its runs
    fewer_pairs: int
    left_out: Sequence[str]  # the pairs of which a run has no known predictions


def read_image_noise(path: Path, trained: Mapping[str, int]) -> ImageNoise:
    """Read an image_noise.csv; `trained` is the number of seeds of each run, by its id."""
    table = read_table(path, TEXTS)
    table["name"] = table["first"] + " against " + table["second"]
    known = table["images"].notna()
    pairs = _with_intervals(table[known])
    several = pairs[pairs["both_error"].notna()]
    first, second = (pairs[f"{place}_run"].map(trained).fillna(0) for place in ("first", "second"))
    fewer = pairs[(pairs["first_seeds"] < first) | (pairs["second_seeds"] < second)]
    medians = (pairs if several.empty else several).median(numeric_only=True)
    return ImageNoise(
        pairs=records(pairs),
        several=records(several),
        larger=int((several["images_error"] > several["seeds_error"]).sum()),
        lost=several["name"][several["differs_over_seeds"] & ~several["differs"]].tolist(),
        typical={str(name): number_or_none(float(value)) for name, value in medians.items()},
        fewer=fewer[["first_seeds", "second_seeds"]].to_numpy().ravel().tolist(),
        fewer_pairs=len(fewer),
        left_out=table["name"][~known].tolist(),
    )


def _with_intervals(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add the interval to print of every pair, and whether it excludes zero."""
    lower, upper = (pairs[f"both_{end}"].fillna(pairs[f"images_{end}"]) for end in ("lower", "upper"))
    return pairs.assign(
        lower=lower,
        upper=upper,
        differs=(lower > 0) | (upper < 0),
        differs_over_seeds=(pairs["seeds_lower"] > 0) | (pairs["seeds_upper"] < 0),
    )
