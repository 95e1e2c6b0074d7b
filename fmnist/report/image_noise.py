"""What the report says about how far differences depend on the test images and on the seeds."""

from pathlib import Path
from typing import Any

import pandas as pd

from fmnist.analysis.image_noise import TEXTS
from fmnist.analysis.tables import read_table
from fmnist.report.tables import number_or_none, records


def read_image_noise(path: Path, trained: pd.Series) -> dict[str, Any]:
    """Return the pairs of runs in an image_noise.csv, and counts over them.

    `trained` has the number of seeds of each run, by its id. A pair has the columns of the file, and those
    of `_with_intervals`.
    """
    table = read_table(path, TEXTS)
    table["name"] = table["first"] + " against " + table["second"]
    known = table["images"].notna()
    pairs = _with_intervals(table[known])
    several = pairs[pairs["both_error"].notna()]
    first, second = (pairs[f"{place}_run"].map(trained).fillna(0) for place in ("first", "second"))
    fewer = pairs[(pairs["first_seeds"] < first) | (pairs["second_seeds"] < second)]
    medians = (pairs if several.empty else several).median(numeric_only=True)
    return {
        "pairs": records(pairs),
        "several": records(several),  # the pairs whose runs both have several seeds
        "larger": int((several["images_error"] > several["seeds_error"]).sum()),
        # Those that differ over the seeds, but not over seeds and images.
        "lost": several["name"][several["differs_over_seeds"] & ~several["differs"]].tolist(),
        # Over the pairs with several seeds; over all if none has several.
        "typical": {str(name): number_or_none(float(median)) for name, median in medians.items()},
        # The seeds of both runs of each pair with predictions of fewer seeds than were trained.
        "fewer": fewer[["first_seeds", "second_seeds"]].to_numpy().ravel().tolist(),
        "fewer_pairs": len(fewer),
        "left_out": table["name"][~known].tolist(),  # a run has no known predictions
    }


def _with_intervals(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add `lower` and `upper`, the interval over seeds and images; over the images alone where a run has one seed.

    `differs` and `differs_over_seeds` tell whether it, and the one over the seeds alone, excludes zero.
    """
    lower, upper = (pairs[f"both_{end}"].fillna(pairs[f"images_{end}"]) for end in ("lower", "upper"))
    return pairs.assign(
        lower=lower,
        upper=upper,
        differs=(lower > 0) | (upper < 0),
        differs_over_seeds=(pairs["seeds_lower"] > 0) | (pairs["seeds_upper"] < 0),
    )
