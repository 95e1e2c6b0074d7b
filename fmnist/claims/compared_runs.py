"""Which runs each claim compares: the names in report/claims.yaml, looked up in the config's experiments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fmnist.claims.claim_list import Claim, ClaimList, RunName
from fmnist.common.errors import ConfigError
from fmnist.common.validation import choices
from fmnist.plan.experiments import Experiment, seeds_needed
from fmnist.plan.names import ComparedRun, name
from fmnist.plan.original import Reported

# The least number of different runs that each form compares; all other forms: two.
FEWEST_RUNS = {"value": 1, "curve": 1, "plateau": 3, "rise_fall": 3, "fall_rise": 3}


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

    def values(self, experiment: str) -> list[str]:
        """Every value of an experiment, in the config or in the original."""
        return list(dict.fromkeys([*self.run_ids(experiment), *self.original_values(experiment)]))

    def original_values(self, experiment: str) -> list[str]:
        """The values of an experiment of which the original prints numbers."""
        return [value for known, value in self.reported.runs if known == experiment]

    def seeds_needed(self, seeds: int) -> dict[str, int]:
        """How many seeds the config asks of each run, where `seeds` are run in all."""
        return seeds_needed(self.experiments.values(), seeds)


def fewest_runs(claim: Claim) -> int:
    """Return the least number of different runs that the claim's form compares."""
    return FEWEST_RUNS.get(claim.form, 2)


def runs_by_claim(claims: ClaimList, known: KnownRuns) -> dict[str, list[ComparedRun]]:
    """Return the runs that every claim compares, by the claim's id. Raises ConfigError as below."""
    return {claim.id: compared_runs(claim, known) for claim in claims.claims}


def run_names(claim: Claim, runs: Sequence[ComparedRun], experiments: Mapping[str, Experiment]) -> list[str]:
    """Name a claim's runs for a reader."""
    return [name(run, experiments, within=claim.experiment is not None) for run in runs]


def compared_runs(claim: Claim, known: KnownRuns) -> list[ComparedRun]:
    """Return the runs that a claim compares, in the order in which its form takes them.

    greater and equivalent: a, then b; best: the named one, then the others; ranking: the
    highest first; along an axis: in the original's order. A run occurs once, however often
    it is named. A run that only the original holds has no run id. Raises ConfigError for a
    name that neither the config nor the original holds.
    """
    try:
        return _compared_runs(claim, known)
    except ValueError as error:
        raise ConfigError(f"{known.path}: claim {claim.id!r}: {error}.") from None


def _compared_runs(claim: Claim, known: KnownRuns) -> list[ComparedRun]:
    found: dict[str, ComparedRun] = {}
    names: set[str] = set()
    for place, named in [*claim.named_runs, *_whole_experiment(claim)]:
        key = "experiment" if claim.experiment else f"{place}.experiment"
        _check_known(claim, key, named.experiment, known.experiment_names())
        for value in _values(place, named, known):
            _check_known(claim, place if claim.experiment else f"{place}.value", value, known.values(named.experiment))
            run_id = known.run_ids(named.experiment).get(value)
            run = ComparedRun(experiment=named.experiment, value=value, run_id=run_id)
            names.add(f"{named.experiment} {value}")
            found.setdefault(run_id or f"{named.experiment} {value}", run)
    runs = list(found.values())
    if all(run.run_id for run in runs):  # a claim about other runs is not testable, which is no fault
        _check_count(claim, sorted(names))
        _check_point(claim, [run.value for run in runs])
    return runs


def _whole_experiment(claim: Claim) -> list[tuple[str, RunName]]:
    """The claim's experiment as a name for all its values, where the form compares all of them."""
    if claim.experiment is None or claim.form == "ranking":
        return []
    return [("experiment", RunName(experiment=claim.experiment))]


def _values(place: str, named: RunName, known: KnownRuns) -> list[str]:
    """The values that a name stands for: its own, or all that the original reports."""
    if named.value is not None:
        return [named.value]
    values = known.original_values(named.experiment) or list(known.run_ids(named.experiment)) or ["base"]
    if len(values) > 1 and place in ("a", "b", "run"):
        raise ValueError(f"{place} has no value; expected one of {', '.join(values)} of {named.experiment}")
    return values


def _check_known(claim: Claim, key: str, word: str, known: Sequence[str]) -> None:
    if word not in known and not claim.extension:
        raise ValueError(f"{key} is {word!r}; expected {choices(word, known)}")


def _check_count(claim: Claim, names: Sequence[str]) -> None:
    """Refuse a claim that names too few runs; where several names are one run, the config made them so."""
    if len(names) < fewest_runs(claim):
        least = f"at least {fewest_runs(claim)} different runs for the form {claim.form!r}"
        raise ValueError(f"it compares {', '.join(names)}; expected {least}")


def _check_point(claim: Claim, values: Sequence[str]) -> None:
    if claim.point is not None and claim.point not in values[1:-1]:
        key = "plateau_from" if claim.form == "plateau" else "turn"
        raise ValueError(f"{key} is {claim.point!r}; expected a value between the ends: {', '.join(values[1:-1])}")
