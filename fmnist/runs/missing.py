"""A partial report is made of the runs that are there: which of the planned ones are not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fmnist.common.wording import counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """The trainings that the config asks for and the results lack."""

    seeds: Mapping[str, Sequence[int]]  # by run id: the rows of the report's table
    planned: int  # trainings in all

    @property
    def count(self) -> int:
        """How many trainings are missing."""
        return sum(map(len, self.seeds.values()))

    def banner(self) -> str | None:
        """Return the sentence for every page; None where nothing is missing."""
        verb = "is" if self.count == 1 else "are"
        whole = f"Partial report: of {counted(self.planned, 'training')}, {self.count} {verb} missing."
        return whole if self.count else None


def missing_runs(planned: Collection[tuple[str, int]], runs: pd.DataFrame) -> Missing:
    """Return which of the planned (run id, seed) a runs.csv lacks."""
    wanted = pd.DataFrame(planned, columns=["run_id", "seed"])
    lacking = wanted[~pd.MultiIndex.from_frame(wanted).isin(list(zip(runs["run_id"], runs["seed"], strict=True)))]
    seeds = lacking.groupby("run_id", sort=False)["seed"].agg(list).to_dict()
    return Missing(seeds=seeds, planned=len(planned))
