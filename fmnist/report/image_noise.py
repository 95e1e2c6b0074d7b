"""What the report says about how far differences depend on the test images and on the seeds."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import read_table
from fmnist.claims.over_images import TEXTS
from fmnist.report.tables import number_or_none, records


def read_image_noise(path: Path) -> dict[str, Any]:
    """Return the lines of an image_noise.csv, the medians of its numbers, and the lines with another verdict."""
    table = read_table(path, TEXTS)
    rows = records(table)
    medians = table.median(numeric_only=True)
    return {
        "rows": rows,
        "typical": {str(name): number_or_none(float(median)) for name, median in medians.items()},
        "judged": [row for row in rows if row["verdict"] is not None],
        "changed": [row for row in rows if row["verdict"] != row["verdict_over_images"]],
    }
