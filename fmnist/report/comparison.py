"""What the report says of the numbers that lie outside their prediction intervals: how many, and how likely that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fmnist.analysis.statistics import share_p
from fmnist.common.wording import setting, word

BY_CHANCE = 0.05  # the share of single runs that a 95% interval leaves out


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """The reported numbers that one further run of ours would hardly be."""

    rows: Sequence[Mapping[str, Any]]  # of reported_vs_replicated.csv
    tested: int  # numbers that have an interval

    @property
    def expected(self) -> float:
        """How many would be outside if nothing but chance set theirs apart from ours."""
        return BY_CHANCE * self.tested

    @property
    def p(self) -> float | None:
        """The chance of so many or more, were all numbers independent; None where none is tested."""
        return share_p(len(self.rows), self.tested, share=BY_CHANCE) if self.tested else None

    def of(self, measure: str) -> list[Mapping[str, Any]]:
        """Return those of one measure: accuracy or train_loss."""
        return [row for row in self.rows if row["measure"] == measure]


def outside(comparison: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Outside:
    """Find those lines of reported_vs_replicated.csv whose `inside` is "false"; each gets a `name` for prose.

    Lines without an interval have no `inside`. `titles` are those of the config's experiments.
    """
    tested = [row for row in comparison if row["inside"] is not None]
    names = [f"{titles.get(row['experiment'], setting(row['experiment']))} ({word(row['value'])})" for row in tested]
    found = [{**row, "name": name} for row, name in zip(tested, names, strict=True) if row["inside"] == "false"]
    return Outside(rows=found, tested=len(tested))
