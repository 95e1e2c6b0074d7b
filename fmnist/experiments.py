"""From the config to experiments, and from experiments to the runs that they share."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fmnist.config import validate, validate_setting
from fmnist.errors import ConfigError
from fmnist.run_config import ARCHITECTURES, RunConfig, Value, format_value, normalised, run_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One point of an experiment: the swept values and the run that has them."""

    values: tuple[Value, ...]  # one per swept setting, in the order of `swept`
    label: str  # the values as text; "base" where nothing is swept
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """A comparison of the report: settings that vary, all else being equal."""

    name: str
    section: str  # of the original
    title: str
    swept: tuple[str, ...]
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
    """All experiments, and every run that they need, once each."""

    experiments: dict[str, Experiment]
    runs: dict[str, RunConfig]  # by run id, in the order of first use


def plan_experiments(config: Mapping[str, Any], schema: Mapping[str, Any], name: str) -> Plan:
    """Check a whole config and expand its experiments.

    `schema` is workflow/schemas/config.schema.yaml; `name` begins every error message.
    Raises ConfigError, in one sentence, for the first fault.
    """
    validate(config, schema, name)
    experiments: dict[str, Experiment] = {}
    runs: dict[str, RunConfig] = {}
    for key, entry in config["experiments"].items():
        where = f"{name}: experiments.{key}"
        _check_entry(entry, schema, where)
        experiments[key] = _expand(key, entry, config, runs, where)
    return Plan(experiments=experiments, runs=runs)


def _check_entry(entry: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> None:
    for key, value in entry.get("set", {}).items():
        validate_setting(key, value, schema, f"{where}.set")
    for key, values in entry.get("sweep", {}).items():
        if key in entry.get("set", {}):
            raise ConfigError(f"{where}: {key!r} stands in both set and sweep; allowed: one of them.")
        for value in values:
            validate_setting(key, value, schema, f"{where}.sweep")


def _expand(
    name: str, entry: Mapping[str, Any], config: Mapping[str, Any], runs: dict[str, RunConfig], where: str
) -> Experiment:
    sweep = entry.get("sweep", {})
    members = []
    for values in itertools.product(*sweep.values()):
        point = dict(zip(sweep, values, strict=True))
        settings, defaults = resolve(config, {**entry.get("set", {}), **point}, where)
        identity = run_id(settings, defaults)
        runs.setdefault(identity, RunConfig.from_settings(settings))
        members.append(Member(values=tuple(settings[k] for k in sweep), label=_label(settings, sweep), run_id=identity))
    return Experiment(
        name=name, section=entry["section"], title=entry["title"], swept=tuple(sweep), members=tuple(members)
    )


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


def _label(settings: Mapping[str, Value], swept: Iterable[str]) -> str:
    texts = [format_value(settings[key]) for key in swept]
    return ", ".join(texts) if texts else "base"


def setting_names() -> list[str]:
    """Every setting that a run of any model can have, sorted: the columns of runs.csv."""
    shared = set(RunConfig.__dataclass_fields__) - {"architecture"}
    own = {name for cls in ARCHITECTURES.values() for name in cls.__dataclass_fields__}
    return sorted(shared | own)
