"""The original's claims in words, and how each is tested: report/claims.yaml, read strictly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema

from fmnist.common.errors import ConfigError
from fmnist.plan.yaml_files import read_yaml
from fmnist.training.settings import format_value

# What each form compares; every other of these keys would be without effect.
OPERANDS = {
    "value": ("run",),
    "greater": ("a", "b"),
    "equivalent": ("a", "b"),
    "best": ("experiment", "best"),
    "ranking": ("experiment", "order"),
    "rising": ("experiment",),
    "falling": ("experiment",),
    "plateau": ("experiment", "plateau_from"),
    "rise_fall": ("experiment",),
    "fall_rise": ("experiment",),
    "curve": ("run", "curve"),
}
OPTIONAL = {"rise_fall": ("turn",), "fall_rise": ("turn",)}
OPERAND_KEYS = ("experiment", "best", "order", "turn", "plateau_from", "a", "b", "run", "curve")


@dataclass(frozen=True, kw_only=True, slots=True)
class RunName:
    """A run as a claim names it: an experiment of the config and a swept value, as text."""

    experiment: str
    value: str | None  # None: every value that the original reports of the experiment
    key: str  # where it stands in the claim, such as "b[1].value"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One sentence of the original, and how it is tested."""

    id: str
    section: str  # of the original
    form: str
    text: str
    measure: str  # "accuracy" where the claim names none
    tail: str  # "one" where the claim names none
    extension: bool  # it needs runs that the original never made
    note: str | None
    experiment: str | None
    operands: tuple[RunName, ...]  # a and b, run, best, or order: the runs that the claim names one by one
    point: str | None  # the value where the measure turns, or from which it no longer rises
    curve: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Margin:
    """From which difference on a measure matters."""

    relative: bool  # else in points
    by_seeds: tuple[tuple[int, float], ...]

    def at(self, seeds: int) -> float:
        """Return the margin for runs of so many seeds; the first also holds for fewer than its own."""
        reached = [margin for least, margin in self.by_seeds if least <= seeds]
        return reached[-1] if reached else self.by_seeds[0][1]

    def of_few_seeds(self) -> "Margin":
        """Return the margin for the fewest seeds, however many there are."""
        return replace(self, by_seeds=self.by_seeds[:1])


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimList:
    """Every claim, with what was fixed in advance for all of them."""

    significance: float
    margins: Mapping[str, Margin]  # by measure
    claims: tuple[Claim, ...]

    def with_margins_of_few_seeds(self) -> "ClaimList":
        """Return the same claims with the margins for the fewest seeds, to show what depends on them."""
        return replace(self, margins={measure: margin.of_few_seeds() for measure, margin in self.margins.items()})


def read_claims(path: Path, schema_path: Path) -> ClaimList:
    """Read report/claims.yaml. Raises ConfigError in one sentence for a fault."""
    document = read_yaml(path)
    if error := next(jsonschema.Draft202012Validator(read_yaml(schema_path)).iter_errors(document), None):
        raise ConfigError(f"{path}: {error.message}.")
    for entry in document["claims"]:
        _check_keys(entry, f"{path}: claim {entry['id']!r}")
    claims = tuple(_claim(entry) for entry in document["claims"])
    ids = [claim.id for claim in claims]
    repeated = [identity for identity in ids if ids.count(identity) > 1]
    if repeated:
        raise ConfigError(f"{path}: the id {repeated[0]!r} stands twice; allowed: once.")
    for measure, entry in document["margins"].items():
        _check_margin(entry, f"{path}: margins.{measure}")
    margins = {measure: _margin(entry) for measure, entry in document["margins"].items()}
    return ClaimList(significance=document["significance"], margins=margins, claims=claims)


def _check_keys(entry: Mapping[str, Any], where: str) -> None:
    needed = OPERANDS[entry["form"]]
    allowed = (*needed, *OPTIONAL.get(entry["form"], ()))
    missing = [f"the key {key!r} is missing" for key in needed if key not in entry]
    idle = [f"the key {key!r} has no effect" for key in OPERAND_KEYS if key in entry and key not in allowed]
    for fault in missing + idle:
        raise ConfigError(f"{where}: {fault}; allowed for the form {entry['form']!r}: {', '.join(allowed)}.")
    if entry["form"] == "equivalent" and isinstance(entry["b"], list):
        raise ConfigError(f"{where}: b is a list; allowed for the form 'equivalent': one run.")
    compared = [run for run in _operands(entry) if run.key[0] in "ab"]
    names = [(run.experiment, run.value) for run in compared]
    for run, name in zip(compared, names, strict=True):
        if names.count(name) > 1:
            raise ConfigError(f"{where}: {run.key} is {' '.join(filter(None, name))}, named twice; allowed: once.")


def _check_margin(entry: Mapping[str, Any], where: str) -> None:
    seeds = [step["seeds"] for step in entry["by_seeds"]]
    repeated = [count for count in seeds if seeds.count(count) > 1]
    if repeated:
        raise ConfigError(f"{where}.by_seeds has two margins from {repeated[0]} seeds on; allowed: one.")


def _margin(entry: Mapping[str, Any]) -> Margin:
    steps = sorted((step["seeds"], float(step["margin"])) for step in entry["by_seeds"])
    return Margin(relative=entry["unit"] == "relative", by_seeds=tuple(steps))


def _claim(entry: Mapping[str, Any]) -> Claim:
    point = entry.get("turn", entry.get("plateau_from"))
    return Claim(
        id=entry["id"],
        section=str(entry["section"]),
        form=entry["form"],
        text=entry["text"],
        measure=entry.get("measure", "accuracy"),
        tail=entry.get("tail", "one"),
        extension=entry.get("extension", False),
        note=entry.get("note"),
        experiment=entry.get("experiment"),
        operands=tuple(_operands(entry)),
        point=None if point is None else format_value(point),
        curve=entry.get("curve"),
    )


def _operands(entry: Mapping[str, Any]) -> Iterable[RunName]:
    """Every run that stands in the claim by name, in the order in which its form compares them."""
    for key in ("a", "b", "run"):
        named = entry.get(key, [])
        for index, run in enumerate(named if isinstance(named, list) else [named]):
            place = f"{key}[{index}]" if isinstance(named, list) else key
            value = format_value(run["value"]) if "value" in run else None
            yield RunName(experiment=run["experiment"], value=value, key=place)
    for key in ("best", "order"):
        values = entry.get(key, [])
        for value in values if key == "order" else [values] if key in entry else []:
            yield RunName(experiment=entry["experiment"], value=format_value(value), key=key)
