"""A partial report: made of the runs that are there, it names those that are not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fmnist.common.wording import counted, listed

NAMED = 3  # runs that the banner names, at most; it stands on every page


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """The trainings that the config asks for and the results lack."""

    seeds: Mapping[str, Sequence[int]]  # by run id
    planned: int  # trainings in all

    @property
    def count(self) -> int:
        """How many trainings are missing."""
        return sum(map(len, self.seeds.values()))

    @property
    def names(self) -> list[str]:
        """Each run with its seeds, such as `fc (seed 0)`."""
        return [f"{run_id} ({_seeds(seeds)})" for run_id, seeds in self.seeds.items()]

    def banner(self) -> str | None:
        """Say in a sentence what is missing; None where nothing is."""
        if not self.seeds:
            return None
        names = listed(self.names) if len(self.names) <= NAMED else "the section on how it was run names them"
        verb = "is" if self.count == 1 else "are"
        return f"Partial report: of {counted(self.planned, 'training')}, {self.count} {verb} missing: {names}."


def _seeds(seeds: Sequence[int]) -> str:
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {listed(seeds)}"


def missing_runs(planned: Collection[tuple[str, int]], runs: pd.DataFrame) -> Missing:
    """Return which of the planned (run id, seed) a runs.csv lacks."""
    there = set(zip(runs["run_id"], runs["seed"], strict=True))
    lacking: dict[str, list[int]] = {}
    for run_id, seed in planned:
        if (run_id, seed) not in there:
            lacking.setdefault(run_id, []).append(seed)
    return Missing(seeds=lacking, planned=len(planned))
