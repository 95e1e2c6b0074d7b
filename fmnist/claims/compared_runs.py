"""Which runs each claim compares: the names in report/claims.yaml, looked up in the config's experiments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fmnist.claims.claim_list import OPERANDS, Claim, ClaimList, RunName
from fmnist.common.errors import ConfigError
from fmnist.common.validation import choices
from fmnist.plan.experiments import Experiment
from fmnist.plan.names import ComparedRun, name
from fmnist.plan.original import Reported

# The least number of different runs that each form compares.
FEWEST_RUNS = {**dict.fromkeys(OPERANDS, 2), "value": 1, "curve": 1, "plateau": 3, "rise_fall": 3, "fall_rise": 3}


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
    # A form other than a ranking compares all values of the claim's experiment.
    every = claim.experiment if claim.form != "ranking" else None
    whole = [("experiment", RunName(experiment=every))] if every else []
    found: dict[str, ComparedRun] = {}
    names: set[str] = set()
    for place, named in [*claim.named_runs, *whole]:
        for value in _values(claim, place, named, known):
            run_id, text = known.run_ids(named.experiment).get(value), f"{named.experiment} {value}"
            names.add(text)
            found.setdefault(run_id or text, ComparedRun(experiment=named.experiment, value=value, run_id=run_id))
    runs = list(found.values())
    if all(run.run_id for run in runs):  # a claim about other runs is not testable, which is no fault
        _check(claim, sorted(names), [run.value for run in runs][1:-1])
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
    if len(values) > 1 and place in ("a", "b", "run"):
        raise ValueError(f"{place} has no value; expected one of {', '.join(values)} of {experiment}")
    return values


def _check_known(claim: Claim, key: str, word: str, known: Sequence[str]) -> None:
    if word not in known and not claim.extension:
        raise ValueError(f"{key} is {word!r}; expected {choices(word, list(dict.fromkeys(known)))}")


def _check(claim: Claim, names: Sequence[str], inner: Sequence[str]) -> None:
    """Refuse too few names, and a point that is not one of the inner values."""
    # Where several names are one run, the config made them so: that is no fault of the claim's.
    if len(names) < FEWEST_RUNS[claim.form]:
        least = f"at least {FEWEST_RUNS[claim.form]} different runs for the form {claim.form!r}"
        raise ValueError(f"it compares {', '.join(names)}; expected {least}")
    if claim.point is not None and claim.point not in inner:
        key = "turn" if claim.turn else "plateau_from"
        raise ValueError(f"{key} is {claim.point!r}; expected a value between the ends: {', '.join(inner)}")
