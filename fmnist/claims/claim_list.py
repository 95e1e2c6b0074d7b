"""Claims in words, and how each is tested: the declaration of report/claims.yaml."""

from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fmnist.claims.table_key import RunTable
from fmnist.common.validation import STRICT, checked, choices
from fmnist.plan.config import Section, Text
from fmnist.plan.yaml_files import read_yaml
from fmnist.training.settings import format_value

Form = Literal["above", "best", "trend", "turn", "level", "curve"]
Measure = Literal["accuracy", "train_loss", "seconds", "generalization_gap"]
Direction = Literal["rises", "falls", "rises then falls", "falls then rises", "highest", "lowest"]

# The keys that say what a form compares, and what it expects. A form refuses the keys of the others.
PAIR, AXIS = ("a", "b"), ("experiment", "values")
OPERANDS: dict[str, tuple[str, ...]] = {
    "above": PAIR,
    "best": (*PAIR, "direction"),
    "trend": (*AXIS, "direction"),
    "turn": (*AXIS, "direction"),
    "level": (*PAIR, *AXIS, "only_gain"),
    "curve": ("run", "curve", "contrast", "contrast_lacks_it"),
}
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {  # by form: one of these sets of keys
    "above": (PAIR,),
    "best": ((*PAIR, "direction"),),
    "trend": (("experiment", "direction"),),
    "turn": (("experiment", "direction"),),
    "level": (PAIR, ("experiment",)),
    "curve": (("run", "curve", "contrast"),),
}
DIRECTIONS: dict[str, tuple[str, ...]] = {
    "best": ("highest", "lowest"),
    "trend": ("rises", "falls"),
    "turn": ("rises then falls", "falls then rises"),
}
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


class Statement(_Declared):
    """One sentence of the original, or of the author of the claims."""

    section: Annotated[Section | None, BeforeValidator(_as_text)] = None  # of the original
    says: Text  # in plain English
    quote: Text | None = None  # the original's own words


class Claim(Statement):
    """A statement that can be tested, and how it is."""

    id: Id
    form: Form
    measure: str = "accuracy"  # one of Measure, or of the measures of `table`
    reading: bool = False  # our reading of the original rather than its words
    extension: bool = False  # it needs runs that the original never made
    note: Text | None = None
    other_reading: Id | None = None  # a claim that reads the same sentence in another way
    a: RunName | None = None
    b: Annotated[list[RunName], BeforeValidator(_as_list)] = Field([], min_length=1)
    experiment: str | None = None
    values: list[SweptValue] = Field([], min_length=2)  # of the experiment; else all that the original reports
    direction: Direction | None = None
    only_gain: bool = False  # a loss does not speak against the claim
    run: RunName | None = None
    curve: Literal["falls_at_every_epoch", "rises_at_some_epoch"] | None = None
    contrast: RunName | None = None
    contrast_lacks_it: bool = False  # the claim says that most runs of the contrast lack the property

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = {key for key in OPERAND_KEYS if getattr(self, key)}
        needless = [f"has the key {key}" for key in sorted(given - {*OPERANDS[self.form]})]
        lacking = [f"lacks the key {key}" for key in NEEDED[self.form][0] if key not in given]
        complete = any(given.issuperset(keys) for keys in NEEDED[self.form])
        if faults := needless or (lacking if not complete else []):
            keys = " or ".join(", ".join(keys) for keys in NEEDED[self.form])
            raise ValueError(f"{self.id!r} {faults[0]}; expected for the form {self.form!r}: {keys}")
        if self.form in DIRECTIONS and self.direction not in DIRECTIONS[self.form]:
            expected = " or ".join(DIRECTIONS[self.form])
            raise ValueError(f"{self.id!r} has the direction {self.direction!r}; expected {expected}")
        if self.form != "best" and len(self.b) > 1:
            raise ValueError(f"{self.id!r} has {len(self.b)} runs in b; expected one for the form {self.form!r}")
        names = [(run.experiment, run.value) for _, run in self.named_runs]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.id!r} names a run twice; expected different runs")
        return self

    @property
    def named_runs(self) -> list[tuple[str, RunName]]:
        """The runs that the claim names one by one, each with its place in the claim, such as `b[1]`."""
        values = [RunName(experiment=self.experiment or "", value=value) for value in self.values]
        lists: dict[str, list[RunName]] = {"b": self.b, "values": values}
        return [
            *((key, run) for key in ("a", "run", "contrast") if (run := getattr(self, key))),
            *(
                (key if len(runs) == 1 else f"{key}[{i}]", run)
                for key, runs in lists.items()
                for i, run in enumerate(runs)
            ),
        ]

    @property
    def falls(self) -> bool:
        """Whether the claim expects its first run below the others."""
        return self.direction in ("falls", "lowest", "falls then rises")


class Margin(_Declared):
    """From which difference on a measure matters, for any number of seeds."""

    unit: Literal["points", "relative"]
    margin: float = Field(gt=0)

    @property
    def relative(self) -> bool:
        """Whether the margin is relative to the measure; else it is in points."""
        return self.unit == "relative"


class ClaimList(_Declared):
    """Every claim, and what was fixed in advance for all of them."""

    significance: float = Field(gt=0, le=0.2)
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] = "en"  # of the quotes, for hyphenation and screen readers
    registered: Text | None = None  # a sentence: when all of this was fixed, such as in which commit
    margins: dict[str, Margin]  # by measure
    table: RunTable | None = None  # how to read runs that another tool made; None: they are ours
    tested: list[Claim] = Field(min_length=1)
    asserted: list[Statement] = []  # explanations that no run can test

    @model_validator(mode="after")
    def _check(self) -> Self:
        ids = [claim.id for claim in self.tested]
        if repeated := [identity for identity in ids if ids.count(identity) > 1]:
            raise ValueError(f"two claims have the id {repeated[0]!r}; expected different ids")
        known = [*self.margins] if self.table else get_args(Measure)
        if not self.table and "accuracy" not in self.margins:
            raise ValueError("margins has no accuracy; expected one, since the report shows changes of accuracy in it")
        for measure in (*self.margins, *(claim.measure for claim in self.tested)):
            if measure not in known:
                raise ValueError(f"there is no measure {measure!r}; expected {choices(measure, known)}")
        for claim in self.tested:
            if claim.measure not in self.margins:
                raise ValueError(f"margins has no {claim.measure}; expected a margin for the measure of every claim")
            if claim.form == "curve" and self.table:
                raise ValueError(f"{claim.id!r} has the form 'curve', which needs losses by epoch; expected another")
            if claim.other_reading and claim.other_reading not in ids:
                raise ValueError(f"{claim.id!r} has the other_reading {claim.other_reading!r}; expected a claim's id")
        return self


def read_claims(path: Path) -> ClaimList:
    """Read report/claims.yaml. Raises ConfigError in one sentence for a fault."""
    return checked(ClaimList, read_yaml(path), str(path))
