"""What the report says about results: each experiment's table, and the original's numbers beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from fmnist.analysis.effects import BASE
from fmnist.analysis.factorial import effects_table
from fmnist.analysis.tables import read_table
from fmnist.common.wording import setting, setting_value, word
from fmnist.plan.experiments import CASE, Experiment
from fmnist.plan.names import ComparedRun, compared_run, name
from fmnist.plan.original import ReportedRun
from fmnist.report.tables import records


class Row(SimpleNamespace):
    """One line of results/tables/<experiment>.csv, with its columns as attributes; None where there is no number."""

    value: str
    run_id: str
    n: int

    @property
    def loss_ratio(self) -> float | None:
        """Our final training loss as a multiple of the original's; None where one is missing."""
        return self.train_loss / self.reported_train_loss if self.train_loss and self.reported_train_loss else None

    def could_be(self, measure: str, number: float) -> bool | None:
        """Tell whether a number lies in the prediction interval of a measure; None where there is no interval."""
        lower, upper = getattr(self, f"{measure}_lower"), getattr(self, f"{measure}_upper")
        return None if lower is None or upper is None else bool(lower <= number <= upper)

    def could_print(self, printed: ReportedRun) -> bool | None:
        """Tell whether both numbers of a run of the original lie in our intervals; None where one is missing."""
        answers = [self.could_be("accuracy", printed.accuracy)]
        if printed.train_loss is not None:
            answers.append(self.could_be("train_loss", printed.train_loss))
        return None if None in answers else all(answers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One experiment with its table."""

    experiment: Experiment
    rows: tuple[Row, ...]
    fixed: dict[str, str]  # settings that all its runs share and that differ from the defaults
    changes: dict[str, dict[str, str]]  # by run id: all its settings that differ from the defaults

    def get(self, value: str) -> Row | None:
        """Return the row of a swept value; None where the config no longer has it."""
        return next((row for row in self.rows if row.value == value), None)

    def say(self, row: Row) -> str:
        """Name a row in prose, such as `learning rate 0.0016` or `with dropout`."""
        if self.experiment.swept == (CASE,):
            return row.value
        parts = row.value.split(", ")
        if len(parts) != len(self.experiment.swept):
            return self.experiment.title
        return ", ".join(map(setting_value, self.experiment.swept, parts))

    def said_settings(self) -> list[str]:
        """Name the fixed settings in prose, such as `max pooling`."""
        return [setting_value(name, value) for name, value in self.fixed.items()]

    def said_changes(self, row: Row) -> list[str]:
        """Name in prose the settings of a row's run that are neither defaults nor fixed."""
        changes = self.changes[row.run_id].items()
        return [setting_value(name, value) for name, value in changes if name not in self.fixed]

    @property
    def printed(self) -> bool:
        """Whether the original prints a number of it."""
        return any(row.reported_accuracy is not None or row.reported_train_loss is not None for row in self.rows)

    @property
    def grid(self) -> list[tuple[str, list[Row]]]:
        """The rows of two swept settings by the first one's value; empty for another number of them, or with gaps.

        An experiment of the original is no grid: its table has the original's numbers.
        """
        if len(self.experiment.swept) != 2 or any(row.reported_accuracy is not None for row in self.rows):
            return []
        by_first = groupby(self.rows, key=lambda row: row.value.split(", ")[0])
        lines = [(value, list(rows)) for value, rows in by_first]
        return lines if len({len(rows) for _, rows in lines}) == 1 else []

    @property
    def seeds(self) -> int:
        """The smallest number of seeds among its values."""
        return min(row.n for row in self.rows)

    @property
    def largest_n(self) -> int:
        """The largest number of seeds among its values."""
        return max(row.n for row in self.rows)

    def highest(self, measure: str) -> Row | None:
        """Return the row with the highest measure (a field of Row); None where no row has it."""
        return max(self._having(measure), key=attrgetter(measure), default=None)

    def lowest(self, measure: str) -> Row | None:
        """Return the row with the lowest measure (a field of Row); None where no row has it."""
        return min(self._having(measure), key=attrgetter(measure), default=None)

    def concordance(self, ours: str, reported: str) -> tuple[int, int]:
        """Count the pairs of values that our numbers order as the original's do, and all pairs.

        Two values for which the original prints the same number are no pair.
        """
        both = [(getattr(row, ours), getattr(row, reported)) for row in self._having(ours)]
        known = [(own, theirs) for own, theirs in both if theirs is not None]
        pairs = [(a, b) for a, b in combinations(known, 2) if a[1] != b[1]]
        return sum((a[0] - b[0]) * (a[1] - b[1]) > 0 for a, b in pairs), len(pairs)

    def _having(self, measure: str) -> list[Row]:
        return [row for row in self.rows if getattr(row, measure) is not None]


def read_rows(path: Path) -> tuple[Row, ...]:
    """Read a results/tables/<experiment>.csv."""
    table = read_table(path, ["value", "run_id"])
    return tuple(Row(**record) for record in records(table))


FACTORS = (
    *("step_size", "learning_rate", "optimizer", "loss"),
    *("batch_size", "activation", "pooling", "batch_norm", "dropout"),
)


def by_factor(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Return the original's experiments by the one setting that they vary; `networks` vary none, `other` several."""
    groups: dict[str, list[Result]] = {name: [] for name in (*FACTORS, "networks", "other")}
    for result in results:
        if not result.experiment.extension:
            groups[_factor(result)].append(result)
    return groups


def _factor(result: Result) -> str:
    swept = result.experiment.swept
    alone = len(swept) == 1 and not set(result.fixed) - {"scheduler", "learning_rate"}
    return swept[0] if alone and swept[0] in FACTORS else "other" if swept else "networks"


def sort_candidates(rows: Sequence[Row], printed: ReportedRun) -> dict[str, list[str]]:
    """Name the rows by whether they could have printed a run's final training loss and accuracy.

    `inside`: both; `ruled_out`: not both; `open`: too few seeds to tell; `ruled_out_by_accuracy`: not the accuracy.
    """
    groups = {"inside": True, "ruled_out": False, "open": None}
    found = {name: [row.value for row in rows if row.could_print(printed) is answer] for name, answer in groups.items()}
    by_accuracy = [row.value for row in rows if row.could_be("accuracy", printed.accuracy) is False]
    return {**found, "ruled_out_by_accuracy": by_accuracy}


def factor_effects(experiment: Experiment, runs: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of an effects table by kind; empty where that has none."""
    by_kind = effects_table(experiment, runs).groupby("kind", sort=False)
    return {str(kind): records(rows) for kind, rows in by_kind}


def is_of_combined(grid: Experiment | None, combined: Experiment | None) -> bool:
    """Return whether a grid leads from the base case to a run of the combined setting."""
    return bool(grid and combined and grid.run_ids[0] == BASE and grid.run_ids[-1] in combined.run_ids)


def sign_changes(effects: Mapping[str, Sequence[dict[str, Any]]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the changes whose effects alone and beside the others have opposite signs, both intervals without zero."""
    pairs = zip(effects.get("alone", []), effects.get("beside", []), strict=True)
    known = [pair for pair in pairs if all(row["lower"] is not None for row in pair)]
    return [pair for pair in known if max(row["lower"] for row in pair) > 0 > min(row["upper"] for row in pair)]


def times(results: Iterable[Result], runs: Mapping[str, Any]) -> list[tuple[str, int, float, float]]:
    """Return of each experiment its title, its number of runs, and the seconds of its fastest and slowest run."""
    seconds = [(result.experiment.title, [runs[row.run_id]["seconds"] for row in result.rows]) for result in results]
    return [(title, len(own), min(own), max(own)) for title, own in seconds]


def printed_runs(
    comparison: Sequence[Mapping[str, Any]], experiments: Mapping[str, Experiment]
) -> list[dict[str, Any]]:
    """Return reported_vs_replicated.csv by run: `name`, `run_id`, and its lines `accuracy` and `train_loss`."""
    runs: dict[ComparedRun, dict[str, Any]] = {}
    for row in comparison:
        run = compared_run(row["experiment"], row["value"], experiments)
        empty = {
            "name": name(run, experiments, within=False),
            "run_id": run.run_id,
            "accuracy": None,
            "train_loss": None,
        }
        runs.setdefault(run, empty)[row["measure"]] = row
    return list(runs.values())


def outside(comparison: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> dict[str, Any]:
    """Describe the lines of reported_vs_replicated.csv whose number could not be one more run of ours.

    `tested` counts those with an interval, `count` those outside after Holm's correction. `names` are for
    prose, by measure. `titles` are those of the experiments.
    """
    tested = [row for row in comparison if row["inside"] is not None]
    names: dict[str, list[str]] = {"accuracy": [], "train_loss": []}
    for row in tested:
        if row["inside"] == "false":
            title = titles.get(row["experiment"], setting(row["experiment"]))
            names[row["measure"]].append(f"{title} ({word(row['value'])})")
    return {"tested": len(tested), "count": sum(map(len, names.values())), "names": names}
