"""From the config to experiments, and from experiments to the runs that they share."""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from fmnist.common.errors import ConfigError
from fmnist.data.fashion_mnist import TRAINING_IMAGES
from fmnist.plan.yaml_files import validate, validate_setting
from fmnist.training.settings import ARCHITECTURES, RunConfig, Value, format_value, normalised, run_id

MOST_RUNS = 100_000  # of one experiment; more could not even be planned
LONGEST_ID = 200  # characters: a run's id is a folder's name, and those end at 255 bytes

CASE = "case"  # stands for a swept setting where an experiment names its cases


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One point of an experiment: the swept values and the run that has them."""

    values: tuple[Value, ...]  # one per swept setting, in the order of `swept`; a case's name
    label: str  # the values as text; "base" where nothing is swept
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """A comparison of the report: settings that vary, all else being equal."""

    name: str
    section: str  # of the original: which it replicates, or follows on from
    title: str
    extension: bool  # the original did not run it
    most_seeds: int | None  # of the config's seeds it needs no more than so many, the first ones; None: all
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
    """All experiments that are to be run, and every run that they need, once each."""

    experiments: dict[str, Experiment]
    runs: dict[str, RunConfig]  # by run id, in the order of first use
    left_out: tuple[str, ...]  # the names of the extensions, where the config does not ask for them

    def trainings(self, seeds: Sequence[int]) -> list[tuple[str, int]]:
        """Return every run with each of its seeds: of these as many as one of its experiments needs."""
        needed = seeds_needed(self.experiments.values(), len(seeds))
        return [(run_id, seed) for run_id in self.runs for seed in seeds[: needed[run_id]]]


def seeds_needed(experiments: Iterable[Experiment], seeds: int) -> dict[str, int]:
    """Return how many of so many seeds each run needs, by run id: as many as one of its experiments does."""
    needed: dict[str, int] = {}
    for experiment in experiments:
        most = seeds if experiment.most_seeds is None else min(experiment.most_seeds, seeds)
        needed |= {run_id: max(most, needed.get(run_id, 0)) for run_id in experiment.run_ids}
    return needed


def plan_experiments(config: Mapping[str, Any], schema: Mapping[str, Any], name: str) -> Plan:
    """Check a whole config and expand its experiments.

    Extensions are planned where the config says `extensions: true`, and checked in any case.
    `schema` is workflow/schemas/config.schema.yaml; `name` begins every error message.
    Raises ConfigError, in one sentence, for the first fault.
    """
    validate(config, schema, name)
    _check_names(config["experiments"], name)
    experiments: dict[str, Experiment] = {}
    runs: dict[str, RunConfig] = {}
    left_out = []
    for key, entry in config["experiments"].items():
        where = f"{name}: experiments.{key}"
        _check_entry(entry, schema, where)
        experiment, needed = _expand(key, entry, config, where)
        if experiment.extension and not config["extensions"]:
            left_out.append(key)
            continue
        experiments[key] = experiment
        runs |= needed
    if not experiments:
        raise ConfigError(
            f"{name}: extensions is false and every experiment is an extension; allowed: true, or other experiments."
        )
    return Plan(experiments=experiments, runs=runs, left_out=tuple(left_out))


def _check_names(names: Iterable[str], where: str) -> None:
    """Refuse names that a file system without capitals takes for one."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise ConfigError(
                f"{where}: experiments has the names {other!r} and {name!r}; allowed: names that differ in more "
                "than capitals."
            )


def _check_entry(entry: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> None:
    fixed, sweep, cases = entry.get("set", {}), entry.get("sweep", {}), entry.get("cases", {})
    if sweep and cases:
        raise ConfigError(f"{where}: both sweep and cases are given; allowed: one of them.")
    for key, value in fixed.items():
        validate_setting(key, value, schema, f"{where}.set")
    for key, values in sweep.items():
        if key in fixed:
            raise ConfigError(f"{where}: {key!r} stands in both set and sweep; allowed: one of them.")
        for value in values:
            validate_setting(key, value, schema, f"{where}.sweep")
    count = math.prod(map(len, sweep.values()))
    if count > MOST_RUNS:
        raise ConfigError(f"{where}.sweep is a grid of {count:,} runs; allowed: at most {MOST_RUNS:,}.")
    for case, settings in cases.items():
        for key, value in settings.items():
            validate_setting(key, value, schema, f"{where}.cases.{case}")


def _expand(
    name: str, entry: Mapping[str, Any], config: Mapping[str, Any], where: str
) -> tuple[Experiment, dict[str, RunConfig]]:
    """Return an experiment and the runs that it needs, by id."""
    members, runs = [], {}
    for case, own in _points(entry):
        place = where if case is None else f"{where}.cases.{case}"
        settings, defaults = resolve(config, {**entry.get("set", {}), **own}, place)
        identity = run_id(settings, defaults)
        _check_run(identity, settings, config["data"]["checksums"], place)
        if case is not None and identity in runs:
            raise ConfigError(f"{place} has the settings of another case; allowed: settings that no other case has.")
        runs[identity] = RunConfig.from_settings(settings)
        members.append(_member(case, settings, own, identity))
    experiment = Experiment(
        name=name,
        section=entry["section"],
        title=entry["title"],
        extension=entry.get("extension", False),
        most_seeds=entry.get("most_seeds"),
        swept=(CASE,) if "cases" in entry else tuple(entry.get("sweep", {})),
        members=tuple(members),
    )
    return experiment, runs


def _check_run(identity: str, settings: Mapping[str, Value], data: str, where: str) -> None:
    if len(identity) > LONGEST_ID:
        raise ConfigError(
            f"{where}: the run {identity[:77]}... has a name of {len(identity)} characters; allowed: at most "
            f"{LONGEST_ID}, so let defaults hold what its runs share, or write shorter numbers."
        )
    if settings["batch_size"] > TRAINING_IMAGES[data]:  # type: ignore[operator]  # the schema demands a number
        raise ConfigError(
            f"{where}: batch_size is {settings['batch_size']} and data.checksums is {data!r}; allowed: at most its "
            f"{TRAINING_IMAGES[data]} training images."
        )


def _points(entry: Mapping[str, Any]) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Yield what each point sets beside the experiment's `set`; by name where it is a case."""
    if "cases" in entry:
        yield from entry["cases"].items()
        return
    sweep = entry.get("sweep", {})
    for values in itertools.product(*sweep.values()):
        yield None, dict(zip(sweep, values, strict=True))


def _member(case: str | None, settings: Mapping[str, Value], swept: Iterable[str], identity: str) -> Member:
    if case is not None:
        return Member(values=(case,), label=case, run_id=identity)
    values = tuple(settings[key] for key in swept)
    return Member(values=values, label=", ".join(map(format_value, values)) or "base", run_id=identity)


def seeds_of(config: Mapping[str, Any]) -> list[int]:
    """Return the seeds of a checked config: its list, or 0..n-1 where it says how many."""
    seeds = config["seeds"]
    return [int(seed) for seed in seeds] if isinstance(seeds, list) else list(range(int(seeds)))


def resolve(
    config: Mapping[str, Any], overrides: Mapping[str, Any], where: str
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return the settings of one run, and the defaults of its model.

    Raises ConfigError where a setting does not exist for the model or has no effect.
    """
    model = overrides.get("model", config["defaults"]["model"])
    defaults = normalised({**config["defaults"], **config["models"][model], "model": model})
    unknown = [key for key in overrides if key not in defaults]
    if unknown:
        raise ConfigError(
            f"{where}: {unknown[0]!r} is no setting of the model {model!r}; allowed: {', '.join(defaults)}."
        )
    settings = defaults | normalised(overrides)
    _check_combination(settings, where)
    return settings, defaults


def _check_combination(settings: Mapping[str, Value], where: str) -> None:
    """Refuse settings that would be ignored: two ids for one and the same run."""
    for scheduler, key, least in (("step", "step_size", 1), ("plateau", "patience", 0)):
        _check_scheduler(settings, where, scheduler, key, least)
    if settings["optimizer"] == "adam" and settings["momentum"] != 0:
        raise ConfigError(
            f"{where}: momentum is {settings['momentum']} and optimizer is 'adam'; allowed: 0, or sgd or rmsprop."
        )


def _check_scheduler(settings: Mapping[str, Value], where: str, scheduler: str, key: str, least: int) -> None:
    """Demand a scheduler's own setting where that scheduler is chosen, and nowhere else."""
    chosen, value = settings["scheduler"], settings[key]
    if chosen == scheduler and value is None:
        raise ConfigError(
            f"{where}: scheduler is {scheduler!r} and {key} is null; allowed: a whole number of at least {least}."
        )
    if chosen != scheduler and value is not None:
        raise ConfigError(
            f"{where}: {key} is {value} and scheduler is {chosen!r}; allowed: null, or scheduler: {scheduler}."
        )


def setting_names() -> list[str]:
    """Every setting that a run of any model can have, sorted: the columns of runs.csv."""
    shared = set(RunConfig.__dataclass_fields__) - {"architecture"}
    own = {name for cls in ARCHITECTURES.values() for name in cls.__dataclass_fields__}
    return sorted(shared | own)


def with_runs(experiments: Mapping[str, Experiment], run_ids: Collection[str]) -> dict[str, Experiment]:
    """Return the experiments without the values whose run is not among these, and none without any value."""
    kept = {
        name: replace(experiment, members=tuple(member for member in experiment.members if member.run_id in run_ids))
        for name, experiment in experiments.items()
    }
    return {name: experiment for name, experiment in kept.items() if experiment.members}
