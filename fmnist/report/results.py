"""What the report says about results: each experiment's table, and each run over its seeds."""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from fmnist.common.wording import setting_value
from fmnist.plan.experiments import CASE, Experiment
from fmnist.runs.columns import measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of results/tables/<experiment>.csv; None where the file has no number.

    Accuracies in percent, `difference` in points, losses as trained; `n` counts seeds.
    """

    value: str
    run_id: str
    n: int
    diverged: int
    train_loss: float | None
    train_loss_sd: float | None
    train_loss_lower: float | None  # where one further run should fall, as far as the seeds tell
    train_loss_upper: float | None
    accuracy: float | None
    accuracy_sd: float | None
    accuracy_lower: float | None
    accuracy_upper: float | None
    reported_train_loss: float | None
    reported_accuracy: float | None
    difference: float | None

    @property
    def loss_ratio(self) -> float | None:
        """Our final training loss as a multiple of the original's; None where one is missing."""
        return self.train_loss / self.reported_train_loss if self.train_loss and self.reported_train_loss else None

    def could_be(self, measure: str, number: float) -> bool | None:
        """Tell whether a number printed elsewhere could be one more run of this; None where too few seeds tell.

        `measure` is train_loss or accuracy. Outside the 95% prediction interval it could not.
        """
        lower, upper = getattr(self, f"{measure}_lower"), getattr(self, f"{measure}_upper")
        return None if lower is None or upper is None else bool(lower <= number <= upper)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One experiment with its table and its figure."""

    experiment: Experiment
    rows: tuple[Row, ...]
    figure: str  # path as the Markdown file refers to it
    fixed: dict[str, str]  # settings that all its runs share and that differ from the defaults
    changes: dict[str, dict[str, str]]  # by run id: all its settings that differ from the defaults

    def get(self, value: str) -> Row | None:
        """Return the row of a swept value, or None where the config has it no more."""
        return next((row for row in self.rows if row.value == value), None)

    def say(self, row: Row) -> str:
        """Name a row in prose, such as `learning rate 0.0016` or `with dropout`."""
        if self.experiment.swept == (CASE,):
            return row.value
        parts = row.value.split(", ")
        if len(parts) != len(self.experiment.swept):
            return self.experiment.title
        return ", ".join(setting_value(name, part) for name, part in zip(self.experiment.swept, parts, strict=True))

    def tied(self, row: Row | None, measure: str) -> list[Row]:
        """Return the rows whose measure equals that of a row, the row itself among them."""
        return [] if row is None else [r for r in self.rows if getattr(r, measure) == getattr(row, measure)]

    def said_settings(self) -> list[str]:
        """Name the fixed settings in prose, such as `max pooling`."""
        return _said(self.fixed)

    def said_changes(self, row: Row) -> list[str]:
        """Name in prose what a row's run changes of the defaults, beside the fixed settings."""
        return _said({name: value for name, value in self.changes[row.run_id].items() if name not in self.fixed})

    @property
    def seeds(self) -> int:
        """The fewest seeds that any of its values was run with."""
        return min(row.n for row in self.rows)

    @property
    def largest_n(self) -> int:
        """The most seeds that any of its values was run with: some can lack seeds, or need fewer."""
        return max(row.n for row in self.rows)

    @property
    def diverged(self) -> list[Row]:
        """The values of which at least one run diverged."""
        return [row for row in self.rows if row.diverged]

    def highest(self, measure: str) -> Row | None:
        """Return the row with the highest measure (a field of Row); None where no row has it."""
        return max(self._having(measure), key=_getter(measure), default=None)

    def lowest(self, measure: str) -> Row | None:
        """Return the row with the lowest measure (a field of Row); None where no row has it."""
        return min(self._having(measure), key=_getter(measure), default=None)

    def concordance(self, ours: str, reported: str) -> tuple[int, int]:
        """Count the pairs of values that stand in the original's order, and all pairs.

        Pairs that are equal in the original's print are left out: they have no order.
        """
        both = [row for row in self._having(ours) if getattr(row, reported) is not None]
        pairs = [(a, b) for a, b in combinations(both, 2) if getattr(a, reported) != getattr(b, reported)]
        same = [
            (getattr(a, ours) - getattr(b, ours)) * (getattr(a, reported) - getattr(b, reported)) > 0 for a, b in pairs
        ]
        return sum(same), len(pairs)

    def _having(self, measure: str) -> list[Row]:
        return [row for row in self.rows if getattr(row, measure) is not None]


def _said(settings: Mapping[str, str]) -> list[str]:
    return [setting_value(name, value) for name, value in settings.items()]


def _getter(measure: str) -> Callable[[Row], float]:
    return lambda row: float(getattr(row, measure))


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run over all its seeds: means, and standard deviations where there are several.

    Accuracies and the gap in percent and points; the gap is train minus test accuracy of
    the final network with dropout off. `curve` is the mean training loss by epoch; `rises`
    counts for each seed how often its training loss rose from one epoch to the next.
    """

    run_id: str
    seeds: int
    parameters: int
    accuracy: float | None
    accuracy_sd: float | None
    train_accuracy: float | None
    train_accuracy_sd: float | None
    gap: float | None
    gap_sd: float | None
    train_loss: float | None
    train_loss_sd: float | None
    seconds: float | None
    curve: tuple[float | None, ...]
    rises: tuple[int, ...]
    decayed: int  # in how many seeds the learning rate fell

    @property
    def told_rises(self) -> str:
        """How often the training loss rose, over the seeds: `9`, or `6 to 11`."""
        fewest, most = min(self.rises, default=0), max(self.rises, default=0)
        return f"{fewest}" if fewest == most else f"{fewest} to {most}"

    @property
    def steps(self) -> int:
        """How many pairs of neighbouring epochs there are."""
        return sum(a is not None and b is not None for a, b in pairwise(self.curve))


def read_rows(path: Path) -> tuple[Row, ...]:
    """Read a results/tables/<experiment>.csv."""
    # "null" is a value that a person can sweep, and pandas would take it for a missing one.
    table = pd.read_csv(path, dtype={"value": "str", "run_id": "str"}, keep_default_na=False, na_values=[""])
    columns = [field.name for field in fields(Row)]
    return tuple(
        Row(**{name: number_or_none(value) for name, value in record.items()})  # type: ignore[arg-type]
        for record in table[columns].to_dict("records")
    )


def number_or_none(value: Any) -> Any:
    """Turn NaN and infinity, which a report cannot print, into None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def summarise_runs(runs: pd.DataFrame, curves: pd.DataFrame) -> dict[str, Run]:
    """Summarise runs.csv and loss.csv, by run id."""
    by_seed = curves.sort_values("epoch").groupby(["run_id", "seed"])
    rose = by_seed["train_loss"].diff() > 0
    shapes = {
        "curve": _by_run(curves.groupby(["run_id", "epoch"])["train_loss"].mean()),
        "rises": _by_run(rose.groupby([curves["run_id"], curves["seed"]]).sum()),
        "decayed": _by_run(by_seed["learning_rate"].last() < by_seed["learning_rate"].first()),
    }
    return {
        str(run_id): _run(str(run_id), seeds, {name: known.get(run_id, []) for name, known in shapes.items()})
        for run_id, seeds in runs.groupby("run_id", sort=False)
    }


def _by_run(numbers: pd.Series) -> dict[Hashable, list[Any]]:
    """Return the values of a series as lists, by the first level of its index."""
    return {run_id: own.tolist() for run_id, own in numbers.groupby(level=0)}


def _run(run_id: str, seeds: pd.DataFrame, shape: Mapping[str, Sequence[Any]]) -> Run:
    accuracy, fitted = measured(seeds, "accuracy"), measured(seeds, "fitted_accuracy")
    gap = measured(seeds, "generalization_gap")
    numbers = {
        "accuracy": accuracy.mean(),
        "accuracy_sd": accuracy.std(),
        "train_accuracy": fitted.mean(),
        "train_accuracy_sd": fitted.std(),
        "gap": gap.mean(),
        "gap_sd": gap.std(),
        "train_loss": seeds["train_loss"].mean(),
        "train_loss_sd": seeds["train_loss"].std(),
        "seconds": seeds["seconds"].mean(),
    }
    return Run(
        run_id=run_id,
        seeds=len(seeds),
        parameters=int(seeds["parameter_count"].iloc[0]),
        curve=tuple(number_or_none(value) for value in shape["curve"]),
        rises=tuple(shape["rises"]),
        decayed=sum(shape["decayed"]),
        **{name: number_or_none(float(value)) for name, value in numbers.items()},
    )
