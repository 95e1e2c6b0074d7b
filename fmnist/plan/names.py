"""What a run is called for a reader."""

from collections.abc import Mapping
from dataclasses import dataclass

from fmnist.common.wording import setting_value
from fmnist.plan.experiments import CASE, Experiment


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedRun:
    """A run that a claim compares; `run_id` is None where the config in use does not hold it."""

    experiment: str
    value: str
    run_id: str | None


def name(run: ComparedRun, experiments: Mapping[str, Experiment], within: bool) -> str:
    """Name a run for a reader: by its swept value alone, where that says all that it changes."""
    experiment = experiments.get(run.experiment)
    if experiment is None:
        return f"{run.experiment} {run.value}".removesuffix(" base")
    parts = run.value.split(", ")
    if not experiment.swept or experiment.swept == (CASE,) or len(parts) != len(experiment.swept):
        return experiment.title if run.value == "base" else f"{experiment.title}, {run.value}"
    value = ", ".join(setting_value(key, part) for key, part in zip(experiment.swept, parts, strict=True))
    changes = (run.run_id or "").split("__")[1:]
    return value if within or len(changes) <= len(parts) else f"{experiment.title}, {value}"


def compared_run(experiment: str, value: str, experiments: Mapping[str, Experiment]) -> ComparedRun:
    """Find the run of an experiment's value, as text."""
    members = experiments[experiment].members if experiment in experiments else ()
    run_id = {member.label: member.run_id for member in members}.get(value)
    return ComparedRun(experiment=experiment, value=value, run_id=run_id)
