"""Which runs each claim compares: the names in report/claims.yaml, looked up in the config's experiments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fmnist.claims.claim_list import Claim, ClaimList, RunName
from fmnist.common.errors import ConfigError
from fmnist.common.validation import choices
from fmnist.plan.experiments import Experiment
from fmnist.plan.names import ComparedRun, name
from fmnist.plan.original import Reported

# The least number of different runs that each form compares.
FEWEST_RUNS = {"above": 2, "best": 2, "level": 2, "trend": 3, "turn": 3, "curve": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRuns:
    """What a claim can name: the runs of the config in use, and those of the original."""

    experiments: Mapping[str, Experiment]
    reported: Reported
    path: str = "report/claims.yaml"  # begins every error message

    def run_ids(self, experiment: str) -> dict[str, str]:
        """The config's runs of an experiment, by swept value."""
        members = self.experiments[experiment].members if experiment in self.experiments else ()
        return {member.label: member.run_id for member in members}

    def original_values(self, experiment: str) -> list[str]:
        """The values of an experiment of which the original prints numbers."""
        return [value for known, value in self.reported.runs if known == experiment]


def runs_by_claim(claims: ClaimList, known: KnownRuns) -> dict[str, list[ComparedRun]]:
    """Return the runs that every claim compares, by the claim's id. Raises ConfigError as below."""
    return {claim.id: compared_runs(claim, known) for claim in claims.tested}


def run_ids_by_claim(claims: ClaimList, known: KnownRuns) -> dict[str, list[str]]:
    """Return the ids of the runs that every claim compares; runs that only the original holds are left out."""
    return {name: [run.run_id for run in runs if run.run_id] for name, runs in runs_by_claim(claims, known).items()}


def run_names(claim: Claim, runs: Sequence[ComparedRun], experiments: Mapping[str, Experiment]) -> list[str]:
    """Name a claim's runs for a reader."""
    return [name(run, experiments, within=claim.experiment is not None) for run in runs]


def compared_runs(claim: Claim, known: KnownRuns) -> list[ComparedRun]:
    """Return the runs that a claim compares, in the order in which its form takes them.

    a, then b; a curve's run, then its contrast; along an axis: in the claim's order, else in the
    original's. A run occurs once, however often it is named. A run that only the original holds
    has no run id. Raises ConfigError for a name that neither the config nor the original holds.
    """
    try:
        return _compared_runs(claim, known)
    except ValueError as error:
        raise ConfigError(f"{known.path}: claim {claim.id!r}: {error}.") from None


def _compared_runs(claim: Claim, known: KnownRuns) -> list[ComparedRun]:
    whole = [("experiment", RunName(experiment=claim.experiment))] if claim.experiment and not claim.values else []
    found: dict[str, ComparedRun] = {}
    names: set[str] = set()
    for place, named in [*claim.named_runs, *whole]:
        for value in _values(claim, place, named, known):
            run_id, text = known.run_ids(named.experiment).get(value), f"{named.experiment} {value}"
            names.add(text)
            found.setdefault(run_id or text, ComparedRun(experiment=named.experiment, value=value, run_id=run_id))
    runs = list(found.values())
    if all(run.run_id for run in runs):  # a claim about other runs is not testable, which is no fault
        _check(claim, sorted(names))
    return runs


def _values(claim: Claim, place: str, named: RunName, known: KnownRuns) -> list[str]:
    """Return the values that a name means: its own, or all that the original reports."""
    experiment, run_ids, original = named.experiment, known.run_ids(named.experiment), known.original_values
    experiments = [*known.experiments, *(name for name, _ in known.reported.runs)]
    _check_known(claim, "experiment" if claim.experiment else f"{place}.experiment", experiment, experiments)
    if named.value is not None:
        key = place if claim.experiment else f"{place}.value"
        _check_known(claim, key, named.value, [*run_ids, *original(experiment)])
        return [named.value]
    values = original(experiment) or list(run_ids) or ["base"]
    several = place == "experiment" or (claim.form == "best" and place.startswith("b"))
    if len(values) > 1 and not several:
        raise ValueError(f"{place} has no value; expected one of {', '.join(values)} of {experiment}")
    return values


def _check_known(claim: Claim, key: str, word: str, known: Sequence[str]) -> None:
    if word not in known and not claim.extension:
        raise ValueError(f"{key} is {word!r}; expected {choices(word, list(dict.fromkeys(known)))}")


def _check(claim: Claim, names: Sequence[str]) -> None:
    # Where several names are one run, the config made them so: that is no fault of the claim's.
    if len(names) < FEWEST_RUNS[claim.form]:
        least = f"at least {FEWEST_RUNS[claim.form]} different runs for the form {claim.form!r}"
        raise ValueError(f"it compares {', '.join(names)}; expected {least}")
