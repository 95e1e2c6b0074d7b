"""From the config to experiments, and from experiments to the runs that they share."""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from fmnist.common.errors import ConfigError
from fmnist.common.validation import checked, json_schema, shown
from fmnist.data.files import image_set
from fmnist.plan.config import Config, ExperimentConfig, is_periodic, network, read_config
from fmnist.training.settings import MODELS, RunSettings, Value, format_value, run_id

MOST_RUNS = 100_000  # of one experiment: more cannot be planned in a reasonable time
LONGEST_ID = 200  # characters: it names a folder, which file systems limit to 255 bytes

CASE = "case"  # what an experiment with named cases sweeps


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One point of an experiment: the swept values and the run that has them."""

    values: tuple[Value, ...]  # of the settings in `swept`, or a case's name
    label: str  # the values as text; "base" where nothing is swept
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """A comparison of runs that differ only in the swept settings."""

    name: str
    section: str | None  # of the original: replicated, or extended
    title: str
    extension: bool  # the original did not run it
    max_seeds: int | None  # use only the first of the config's seeds; None: all
    swept: tuple[str, ...]  # (CASE,) where the members are named cases
    members: tuple[Member, ...]

    @property
    def run_ids(self) -> list[str]:
        """The ids of the runs that this experiment compares."""
        return [member.run_id for member in self.members]

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists, texts and numbers: what a rule's params can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Experiment":
        """Build an experiment from `as_dict`."""
        members = tuple(Member(**{**member, "values": tuple(member["values"])}) for member in plain["members"])
        return cls(**{**plain, "swept": tuple(plain["swept"]), "members": members})


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The experiments to run, and every run that they need, once each."""

    config: Config
    experiments: dict[str, Experiment]
    runs: dict[str, RunSettings]  # by run id, in the order of first use
    defaults: dict[str, RunSettings]  # by network
    left_out: tuple[str, ...]  # names of the extensions, where the config does not ask for them

    def trainings(self, seeds: Sequence[int]) -> list[tuple[str, int]]:
        """Return every (run id, seed) that an experiment needs."""
        needed = seeds_needed(self.experiments.values(), len(seeds))
        return [(run_id, seed) for run_id in self.runs for seed in seeds[: needed[run_id]]]


def seeds_needed(experiments: Iterable[Experiment], seeds: int) -> dict[str, int]:
    """Return how many of the seeds each run needs, by run id: the maximum over its experiments."""
    needed: dict[str, int] = {}
    for experiment in experiments:
        most = seeds if experiment.max_seeds is None else min(experiment.max_seeds, seeds)
        needed |= {run_id: max(most, needed.get(run_id, 0)) for run_id in experiment.run_ids}
    return needed


def plan_experiments(document: Mapping[str, Any], name: str = "config.yaml") -> Plan:
    """Check a whole config and expand its experiments; `name` begins every message.

    Checks extensions always, but plans them only with `extensions: true`.
    Raises ConfigError for the first fault.
    """
    config = read_config(document, name)
    experiments: dict[str, Experiment] = {}
    runs: dict[str, RunSettings] = {}
    left_out = []
    for key, entry in config.experiments.items():
        experiment, needed = _expand(key, entry, config, f"{name}: experiments.{key}")
        if experiment.extension and not config.extensions:
            left_out.append(key)
            continue
        experiments[key] = experiment
        runs |= needed
    if not experiments:
        raise ConfigError(
            f"{name}: extensions is false and every experiment is an extension; expected true, or other experiments."
        )
    defaults = {model: config.network_defaults(model) for model in MODELS}  # with the networks that experiments name
    return Plan(config=config, experiments=experiments, runs=runs, defaults=defaults, left_out=tuple(left_out))


def _expand(
    name: str, entry: ExperimentConfig, config: Config, place: str
) -> tuple[Experiment, dict[str, RunSettings]]:
    """Return an experiment and the runs that it needs, by id."""
    count = math.prod(map(len, entry.sweep.values()))
    if count > MOST_RUNS:
        raise ConfigError(f"{place}.sweep is a grid of {count:,} runs; expected at most {MOST_RUNS:,}.")
    members: list[Member] = []
    runs: dict[str, RunSettings] = {}
    for case, own in points(entry.sweep, entry.cases):
        here = place if case is None else f"{place}.cases.{case}"
        run, identity = resolve(config, {**entry.set, **own}, here)
        if identity in runs:
            raise ConfigError(f"{here}: {shown(own)} gives the same run as another value; expected each run once.")
        runs[identity] = run
        members.append(_member(case, run, own, identity))
    swept = (CASE,) if entry.cases else tuple(entry.sweep)
    same = {key: getattr(entry, key) for key in ("section", "title", "extension", "max_seeds")}
    return Experiment(name=name, swept=swept, members=tuple(members), **same), runs


def points(
    sweep: Mapping[str, Sequence[Any]], cases: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Yield each point's name, if it is a case, and its settings beyond the experiment's `set`."""
    if cases:
        yield from cases.items()
        return
    for values in itertools.product(*sweep.values()):
        yield None, dict(zip(sweep, values, strict=True))


def _member(case: str | None, run: RunSettings, swept: Iterable[str], identity: str) -> Member:
    if case is not None:
        return Member(values=(case,), label=case, run_id=identity)
    settings = run.settings()
    values = tuple(settings[key] for key in swept)
    return Member(values=values, label=", ".join(map(format_value, values)) or "base", run_id=identity)


def resolve(config: Config, overrides: Mapping[str, Any], place: str) -> tuple[RunSettings, str]:
    """Return the settings of one run and its id. `place` begins every message.

    Raises ConfigError where a setting does not exist for the network, has a wrong value or has no effect.
    """
    model = overrides.get("model", config.default_model)
    kind = network(model, f"{place}: model")
    defaults = config.network_defaults(model)
    run = checked(kind, {**defaults.settings(), **overrides}, place)
    _check_effects(run, overrides, place)
    _check_images(run, config.data.dataset, place)
    identity = run_id(run, defaults)
    _check_id(identity, place)
    return run, identity


def _check_id(identity: str, place: str) -> None:
    """Refuse an id that is no folder name, or that Snakemake refuses as a wildcard."""
    if len(identity) > LONGEST_ID:
        raise ConfigError(
            f"{place}: the run {identity[:77]}... has a name of {len(identity)} characters; expected at most "
            f"{LONGEST_ID}: let defaults hold what its runs share, or write shorter numbers."
        )
    if is_periodic(identity):
        raise ConfigError(f"{place}: the run {identity} ends in twenty repeats; expected a shorter number.")


def _check_effects(run: RunSettings, overrides: Iterable[str], place: str) -> None:
    """Refuse a setting that the run ignores: the same run would be trained under two names."""
    declared = json_schema(type(run))["properties"]
    for key in overrides:
        value = getattr(run, key)
        for other, values in declared[key].get("needs", {}).items():
            if value is not None and getattr(run, other) not in values:
                raise ConfigError(
                    f"{place}: {key} is {format_value(value)} and has no effect, since {other} is "
                    f"{format_value(getattr(run, other))}; expected {other}: {' or '.join(map(format_value, values))}."
                )


def _check_images(run: RunSettings, dataset: str, place: str) -> None:
    """Refuse a batch larger than the data, and batch normalisation of one image, which has no variance."""
    images = image_set(dataset).training_images
    if run.batch_size > images:
        raise ConfigError(
            f"{place}: batch_size is {run.batch_size} and data.dataset is {dataset!r}; expected at most its "
            f"{images:,} training images."
        )
    last = images % run.batch_size or run.batch_size
    smallest = run.batch_size if run.drop_last else min(last, run.batch_size)
    if getattr(run, "batch_norm", False) and smallest == 1:
        raise ConfigError(
            f"{place}: batch_norm is true and batch_size {run.batch_size} makes a batch of one image; expected "
            "batches of two or more, or drop_last: true."
        )


def with_runs(experiments: Mapping[str, Experiment], run_ids: Collection[str]) -> dict[str, Experiment]:
    """Return the experiments restricted to these runs, without those that have none of them."""
    kept = {
        name: replace(experiment, members=tuple(member for member in experiment.members if member.run_id in run_ids))
        for name, experiment in experiments.items()
    }
    return {name: experiment for name, experiment in kept.items() if experiment.members}
