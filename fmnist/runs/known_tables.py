"""Reading tables of a folder of committed runs, which a person may have changed."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fmnist.common.errors import DataError


def read_known(path: Path, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    """Read a table that has these columns, some of them `texts`.

    Raises DataError where it is no CSV, or lacks a column.
    """
    try:
        table = pd.read_csv(path, dtype=dict.fromkeys(texts, "str"))
    except (ValueError, pd.errors.ParserError) as error:
        raise DataError(f"{path} cannot be read ({error}); allowed: what make report writes.") from None
    if lacking := [column for column in columns if column not in table]:
        raise DataError(f"{path} lacks the column {lacking[0]!r}; allowed: {', '.join(columns)}.")
    return table
