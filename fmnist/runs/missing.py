"""A partial report is made of the runs that are there: which of the planned ones are not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """The trainings that the config asks for and the results lack."""

    seeds: Mapping[str, Sequence[int]]  # by run id: the rows of the report's table
    count: int  # trainings that are missing
    planned: int  # trainings in all

    def banner(self) -> str | None:
        """Return the sentence for every page; None where nothing is missing."""
        missing = f"{self.count} of {self.planned} trainings {'is' if self.count == 1 else 'are'} missing"
        return f"Partial report: {missing}." if self.count else None


def missing_runs(planned: Collection[tuple[str, int]], runs: pd.DataFrame) -> Missing:
    """Return which of the planned (run id, seed) a runs.csv lacks; the seeds of a run stand together."""
    there = set(zip(runs["run_id"], runs["seed"], strict=True))
    missing = [pair for pair in planned if pair not in there]
    seeds = {run_id: [seed for _, seed in pairs] for run_id, pairs in groupby(missing, key=lambda pair: pair[0])}
    return Missing(seeds=seeds, count=len(missing), planned=len(planned))
