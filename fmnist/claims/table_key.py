"""The key `table` of a claims.yaml: which rows of another tool's table are the runs that claims compare.

A row is a run with one seed. The experiments of `table` in a claims.yaml name the columns of settings,
with `set`, `sweep` and `cases` as in config.yaml; rows that agree in all these columns are one run.
"""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fmnist.common.validation import STRICT
from fmnist.plan.config import CaseName, ExperimentName, Text, check_points
from fmnist.training.settings import format_value

Setting = Annotated[
    str,
    BeforeValidator(lambda value: format_value(value) if isinstance(value, str | int | float | None) else value),
    Field(json_schema_extra={"expected": "a value of the column"}),
]
Settings = dict[str, Setting]  # by column


class _Declared(BaseModel):
    model_config = ConfigDict(**STRICT, frozen=True)


class TableMeasure(_Declared):
    """Where a measure is in the table."""

    column: str
    factor: float = Field(1.0, gt=0)  # to the unit of its margin: 100 for a fraction in points


class TableExperiment(_Declared):
    """Which rows an experiment compares."""

    title: Text | None = None  # the experiment's name
    set: Settings = {}
    sweep: dict[str, Annotated[list[Setting], Field(min_length=1)]] = {}
    cases: dict[CaseName, Settings] = {}

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_points(self.set, self.sweep, self.cases)
        return self

    @property
    def columns(self) -> list[str]:
        """The columns that it names."""
        return [*self.set, *self.sweep, *(column for settings in self.cases.values() for column in settings)]


class RunTable(_Declared):
    """How to read a table of runs."""

    seed: str = "seed"  # the column of the seed: runs are compared in pairs of equal seeds
    measures: dict[str, TableMeasure] = {}  # a measure that is not here is a column of that name
    experiments: dict[ExperimentName, TableExperiment] = Field(min_length=1)

    @property
    def setting_columns(self) -> list[str]:
        """The columns of settings: all that the experiments name."""
        return sorted({column for experiment in self.experiments.values() for column in experiment.columns})

    def measure_columns(self, names: Iterable[str]) -> dict[str, tuple[str, float]]:
        """Return the column and the factor of measures, as MEASURES of runs/columns.py."""
        found = {name: self.measures.get(name) or TableMeasure(column=name) for name in names}
        return {name: (one.column, one.factor) for name, one in found.items()}
