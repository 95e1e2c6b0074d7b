"""Which runs each claim compares: the names in report/claims.yaml, looked up in the config's experiments."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fmnist.claims.claim_list import Claim, ClaimList, RunName
from fmnist.common.errors import ConfigError
from fmnist.plan.experiments import Experiment, seeds_needed
from fmnist.plan.names import ComparedRun
from fmnist.plan.original import Reported

# How many different runs each form compares at least.
FEWEST_RUNS = {"value": 1, "curve": 1, "plateau": 3, "rise_fall": 3, "fall_rise": 3}  # all others: two


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRuns:
    """What a claim can name: the runs of the config in use, and those of the original."""

    experiments: Mapping[str, Experiment]
    reported: Reported
    path: str = "report/claims.yaml"  # begins every error message

    def experiment_names(self) -> list[str]:
        """Every experiment of the config or of the original."""
        return list(dict.fromkeys([*self.experiments, *(experiment for experiment, _ in self.reported.runs)]))

    def run_ids(self, experiment: str) -> dict[str, str]:
        """The config's runs of an experiment, by swept value."""
        members = self.experiments[experiment].members if experiment in self.experiments else ()
        return {member.label: member.run_id for member in members}

    def seeds_needed(self, seeds: int) -> dict[str, int]:
        """How many of so many seeds the config asks of each run."""
        return seeds_needed(self.experiments.values(), seeds)

    def original_values(self, experiment: str) -> list[str]:
        """The values of an experiment of which the original prints numbers."""
        return [value for name, value in self.reported.runs if name == experiment]


def fewest_runs(claim: Claim) -> int:
    """Return how many different runs the claim's form compares at least."""
    return FEWEST_RUNS.get(claim.form, 2)


def runs_by_claim(claims: ClaimList, known: KnownRuns) -> dict[str, list[ComparedRun]]:
    """Return the runs that every claim compares, by the claim's id. Raises ConfigError as below."""
    return {claim.id: compared_runs(claim, known) for claim in claims.claims}


def compared_runs(claim: Claim, known: KnownRuns) -> list[ComparedRun]:
    """Return the runs that a claim compares, in the order in which its form takes them.

    greater and equivalent: a, then b; best: the named one, then the others; ranking: the
    highest first; along an axis: in the original's order. A run stands once, however often
    it is named. Raises ConfigError, in one sentence, for a name that neither the config nor
    the original holds; what only the original holds has no run id.
    """
    found: dict[str, ComparedRun] = {}
    names: set[tuple[str, str]] = set()
    for name in [*claim.operands, *_whole_experiment(claim)]:
        _check_experiment(claim, name, known)
        for value in _values(claim, name, known):
            _check_value(claim, name, value, known)
            run_id = known.run_ids(name.experiment).get(value)
            run = ComparedRun(experiment=name.experiment, value=value, run_id=run_id)
            found.setdefault(run_id or f"{name.experiment} {value}", run)
            names.add((name.experiment, value))
    runs = list(found.values())
    if all(run.run_id for run in runs):  # else it is not testable with this config, which is no fault
        _check_count(claim, names, known)
        _check_point(claim, [run.value for run in runs], known)
    return runs


def _whole_experiment(claim: Claim) -> list[RunName]:
    """All values of the claim's experiment, where its form compares all of them."""
    if claim.experiment is None or claim.form == "ranking":
        return []
    return [RunName(experiment=claim.experiment, value=None, key="experiment")]


def _values(claim: Claim, name: RunName, known: KnownRuns) -> list[str]:
    """The values that a name stands for: its own, or all that the original reports."""
    if name.value is not None:
        return [name.value]
    values = known.original_values(name.experiment) or list(known.run_ids(name.experiment)) or ["base"]
    if len(values) > 1 and name.key in ("a", "b", "run"):
        raise ConfigError(
            f"{known.path}: claim {claim.id!r}: {name.key} has no value, and the experiment {name.experiment!r} "
            f"has several; allowed: value: one of {', '.join(values)}."
        )
    return values


def _check_experiment(claim: Claim, name: RunName, known: KnownRuns) -> None:
    names = known.experiment_names()
    if name.experiment not in names and not claim.extension:
        key = "experiment" if claim.experiment else f"{name.key}.experiment"
        raise ConfigError(
            f"{known.path}: claim {claim.id!r}: {key} is {name.experiment!r}, which neither the config nor the "
            f"original holds; allowed: {', '.join(names)}."
        )


def _check_value(claim: Claim, name: RunName, value: str, known: KnownRuns) -> None:
    values = list(dict.fromkeys([*known.run_ids(name.experiment), *known.original_values(name.experiment)]))
    if value not in values and not claim.extension:
        key = name.key if claim.experiment else f"{name.key}.value"
        raise ConfigError(
            f"{known.path}: claim {claim.id!r}: {key} is {value!r}, which the experiment {name.experiment!r} does "
            f"not hold; allowed: {', '.join(values)}."
        )


def _check_count(claim: Claim, names: Collection[tuple[str, str]], known: KnownRuns) -> None:
    """Refuse a claim that names too little; where several names are one run, that is the config's doing."""
    if len(names) < fewest_runs(claim):
        named = ", ".join(f"{experiment} {value}" for experiment, value in sorted(names))
        raise ConfigError(
            f"{known.path}: claim {claim.id!r}: all that it names is {named}; "
            f"allowed for the form {claim.form!r}: {fewest_runs(claim)} different runs or more."
        )


def _check_point(claim: Claim, values: list[str], known: KnownRuns) -> None:
    if claim.point is not None and claim.point not in values[1:-1]:
        key = "plateau_from" if claim.form == "plateau" else "turn"
        raise ConfigError(
            f"{known.path}: claim {claim.id!r}: {key} is {claim.point!r}; allowed: a value of the experiment "
            f"{claim.experiment!r} between its ends: {', '.join(values[1:-1])}."
        )
