"""Rows of tables as the report prints them."""

import math
from typing import Any

import pandas as pd


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by column; None for NaN and infinity."""
    return [{str(name): number_or_none(value) for name, value in row.items()} for row in table.to_dict("records")]


def number_or_none(value: Any) -> Any:
    """Turn NaN and infinity, which a report cannot print, into None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
