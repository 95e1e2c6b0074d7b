"""The original's claims in words, and how each is tested: the declaration of report/claims.yaml."""

from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fmnist.common.validation import STRICT, checked
from fmnist.plan.config import Section, Text
from fmnist.plan.yaml_files import read_yaml
from fmnist.training.settings import format_value

FormOfRuns = Literal["value", "greater", "equivalent", "best", "ranking", "curve"]
FormOfAxis = Literal["rising", "falling", "plateau", "rise_fall", "fall_rise"]
Measure = Literal["accuracy", "train_loss", "seconds", "generalization_gap"]

# The keys that name what a form compares. A form refuses the keys of the others.
OPERANDS: dict[str, tuple[str, ...]] = {
    "value": ("run",),
    "greater": ("a", "b"),
    "equivalent": ("a", "b"),
    "best": ("experiment", "best"),
    "ranking": ("experiment", "order"),
    "curve": ("run", "curve"),
    "rising": ("experiment",),
    "falling": ("experiment",),
    "plateau": ("experiment", "plateau_from"),
    "rise_fall": ("experiment", "turn"),
    "fall_rise": ("experiment", "turn"),
}
OPTIONAL = ("turn",)
OPERAND_KEYS = tuple(dict.fromkeys(key for keys in OPERANDS.values() for key in keys))

Id = Annotated[
    str,
    Field(
        max_length=100,
        pattern="^[a-z0-9]+(-[a-z0-9]+)*$",
        json_schema_extra={"expected": 'small letters and digits, in words joined by "-"'},
    ),
]


def _value_as_text(value: Any) -> Any:
    """Write a swept value as run tables have it; leave what cannot be one, for pydantic to refuse."""
    numbers = value if isinstance(value, list) else [value]
    fits = all(isinstance(one, str | int) or (isinstance(one, float) and isfinite(one)) for one in numbers)
    return format_value(value) if fits and numbers else value


SweptValue = Annotated[
    str,
    BeforeValidator(_value_as_text),
    Field(json_schema_extra={"expected": "a value of the experiment, written as in config.yaml"}),
]


def _as_text(section: Any) -> Any:
    return str(section) if type(section) is int else section  # YAML reads `section: 6` as a number


def _as_list(runs: Any) -> Any:
    return runs if isinstance(runs, list) else [runs]


class _Declared(BaseModel):
    model_config = ConfigDict(**STRICT, frozen=True)


class RunName(_Declared):
    """A run as a claim names it. Without a value, it is the only run of its experiment."""

    experiment: str
    value: SweptValue | None = None


class Claim(_Declared):
    """One sentence of the original, and how it is tested."""

    id: Id
    section: Annotated[Section, BeforeValidator(_as_text)]
    form: Literal[FormOfRuns, FormOfAxis]
    text: Text
    measure: Measure = "accuracy"
    tail: Literal["one", "two"] = "one"
    extension: bool = False  # it needs runs that the original never made
    note: Text | None = None
    experiment: str | None = None
    best: SweptValue | None = None
    order: list[SweptValue] = Field([], min_length=2)
    turn: SweptValue | None = None
    plateau_from: SweptValue | None = None
    a: RunName | None = None
    b: Annotated[list[RunName], BeforeValidator(_as_list)] = Field([], min_length=1)
    run: RunName | None = None
    curve: Literal["falls_at_every_epoch", "rises_at_some_epoch"] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        expected = OPERANDS[self.form]
        given = [key for key in OPERAND_KEYS if getattr(self, key)]
        missing = [key for key in expected if key not in given and key not in OPTIONAL]
        needless = [key for key in given if key not in expected]
        if missing or needless:
            fault = f"lacks the key {missing[0]}" if missing else f"has the key {needless[0]}"
            raise ValueError(f"{self.id!r} {fault}; expected for the form {self.form!r}: {', '.join(expected)}")
        if self.form == "equivalent" and len(self.b) > 1:
            raise ValueError(f"{self.id!r} has {len(self.b)} runs in b; expected one for the form 'equivalent'")
        names = [(run.experiment, run.value) for _, run in self.named_runs]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.id!r} names a run twice; expected different runs")
        return self

    @property
    def named_runs(self) -> list[tuple[str, RunName]]:
        """The runs that the claim names one by one, each with its place in the claim, such as `b[1]`."""
        best, *order = [RunName(experiment=self.experiment or "", value=value) for value in (self.best, *self.order)]
        lists: dict[str, list[RunName | None]] = {
            "a": [self.a],
            "b": [*self.b],
            "run": [self.run],
            "best": [best if self.best else None],
            "order": [*order],
        }
        return [
            (key if len(runs) == 1 else f"{key}[{i}]", run)
            for key, runs in lists.items()
            for i, run in enumerate(runs)
            if run
        ]

    @property
    def point(self) -> str | None:
        """The value where the measure turns, or from which it no longer rises."""
        return self.turn or self.plateau_from


class MarginStep(_Declared):
    """The margin for runs of at least this number of seeds."""

    seeds: int = Field(ge=3)
    margin: float = Field(gt=0)


class Margin(_Declared):
    """From which difference on a measure matters."""

    unit: Literal["points", "relative"]
    by_seeds: list[MarginStep] = Field(min_length=1)  # by rising numbers of seeds

    @property
    def relative(self) -> bool:
        """Whether the margin is relative to the measure; else it is in points."""
        return self.unit == "relative"

    def at(self, seeds: int) -> float:
        """Return the margin for this number of seeds; the first step also holds for fewer."""
        reached = [step.margin for step in self.by_seeds if step.seeds <= seeds]
        return reached[-1] if reached else self.by_seeds[0].margin


class ClaimList(_Declared):
    """Every claim, and what was fixed in advance for all of them."""

    significance: float = Field(gt=0, le=0.2)
    margins: dict[Measure, Margin]
    claims: list[Claim] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        ids = [claim.id for claim in self.claims]
        if repeated := [identity for identity in ids if ids.count(identity) > 1]:
            raise ValueError(f"two claims have the id {repeated[0]!r}; expected different ids")
        if missing := [claim.measure for claim in self.claims if claim.measure not in self.margins]:
            raise ValueError(f"margins has no {missing[0]}; expected a margin for the measure of every claim")
        return self


def read_claims(path: Path) -> ClaimList:
    """Read report/claims.yaml. Raises ConfigError in one sentence for a fault."""
    return checked(ClaimList, read_yaml(path), str(path))
