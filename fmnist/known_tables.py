"""Reading tables of a folder of committed runs, which a person may have changed."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fmnist.errors import DataError


def read_known(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read a table that has these columns; run ids and classes as text.

    Raises DataError where it is no CSV, or lacks a column.
    """
    texts = {name: "str" for name in columns if name.endswith(("run_id", "run", "_class"))}
    try:
        table = pd.read_csv(path, dtype=texts)
    except (ValueError, pd.errors.ParserError) as error:
        raise DataError(f"{path} cannot be read ({error}); allowed: what make report writes.") from None
    if lacking := [column for column in columns if column not in table]:
        raise DataError(f"{path} lacks the column {lacking[0]!r}; allowed: {', '.join(columns)}.")
    return table
