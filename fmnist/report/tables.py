"""Reading the tables of the results for the report."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd


def read_table(path: Path, texts: Sequence[str]) -> pd.DataFrame:
    """Read a CSV file; the columns `texts` hold text, and only an empty cell is NaN."""
    # A config can sweep the value null, which pandas would read as a missing one.
    return pd.read_csv(path, dtype=dict.fromkeys(texts, "str"), keep_default_na=False, na_values=[""])


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by column; None for NaN and infinity."""
    return [{str(name): number_or_none(value) for name, value in row.items()} for row in table.to_dict("records")]


def number_or_none(value: Any) -> Any:
    """Turn NaN and infinity, which a report cannot print, into None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
