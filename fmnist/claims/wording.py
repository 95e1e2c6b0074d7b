"""What is said of a claim: the names of its runs, what was tested, and why the verdict is what it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fmnist.claims import verdicts
from fmnist.claims.claim_list import Claim
from fmnist.claims.forms import ABOVE, NOT_ABOVE, NOT_BELOW
from fmnist.common.wording import counted, decimals, signed

NOUNS = {
    "accuracy": "test accuracy",
    "train_loss": "final training loss",
    "generalization_gap": "gap between train and test accuracy",
    "seconds": "training time",
}
PROPERTIES = {
    "falls_at_every_epoch": "the training loss falls at every epoch",
    "rises_at_some_epoch": "the training loss rises at some epoch",
}
POINTS, PERCENT, SHARE = "points", "%", "% of seeds"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The comparison that a verdict rests on, as it is printed: first minus second."""

    first: str
    second: str
    need: str
    effect: float
    lower: float
    upper: float
    unit: str

    @property
    def interval(self) -> str:
        """The interval in brackets, such as ` (+0.12 to +0.50)`; empty where one seed gives none."""
        if math.isnan(self.lower):
            return ""
        return f" ({signed(self.lower, self.places)} to {signed(self.upper, self.places)})"

    @property
    def places(self) -> int:
        """The decimals that its unit is printed with."""
        return places(self.unit)


def what_is_tested(claim: Claim, names: Sequence[str], point: int | None) -> str:
    """Say in a line what was tested; `point` is the index of the run where the claim's measure turns."""
    first, last, noun = names[0], names[-1], NOUNS[claim.measure]
    rest = names[-1] if len(names) <= 2 else f"each of {len(names) - 1} others"
    side = {"best": claim.measure == "train_loss", "fall_rise": True}.get(claim.form, False)
    beyond = "below" if side else "above"
    turn = f"a value between {first} and {last} {beyond} both"
    return {
        "value": f"{noun} of {first}: the reported number against ours",
        "greater": f"{noun}: {first} above {rest}",
        "equivalent": f"{noun}: {first} {'not above' if claim.tail == 'one' else 'like'} {rest}, within the margin",
        "best": f"{noun}: {first} {beyond} {rest}",
        "ranking": f"{noun}: {' above '.join(names)}",
        "rising": f"{noun}: rises from {first} to {last}",
        "falling": f"{noun}: falls from {first} to {last}",
        "plateau": f"{noun}: rises from {first} to {names[point or 0]}, then stays level to {last}",
        "rise_fall": f"{noun}: {turn if point is None else f'{names[point]} {beyond} {rest}'}",
        "fall_rise": f"{noun}: {turn if point is None else f'{names[point]} {beyond} {rest}'}",
        "curve": f"{first}: {PROPERTIES.get(claim.curve or '', '')}, in most seeds",
    }[claim.form]


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What the reason of a verdict is made from."""

    shown: Shown
    measure: str
    comparisons: int  # among which the shown one decides
    margin: str
    seeds: int
    detectable: str  # the difference, or the margin, that so many seeds would have shown
    alone: str | None  # what would be shown without the correction for the number of claims


def difference(basis: Basis) -> str:
    """Say a comparison in a sentence: `max pooling against ReLU: test accuracy +0.30 points (...).`"""
    shown = basis.shown
    words = f"{shown.first} against {shown.second}: {NOUNS[basis.measure]}"
    return f"{words} {signed(shown.effect, shown.places)} {shown.unit}{shown.interval}."


def reason(verdict: str, basis: Basis) -> str:
    """Say why a claim that compares runs has its verdict, in one to three sentences."""
    before, after = {
        verdicts.SMALL: ("", f"That is shown, and shown to be less than {basis.margin}."),
        verdicts.CONTRADICTED: ("The opposite is shown:", ""),
        verdicts.EQUIVALENT: ("", f"Any difference there is shown to be less than {basis.margin}."),
        verdicts.INCONCLUSIVE: ("", f"{_why_open(basis)}; {_visible(basis)}."),
    }.get(verdict, ("", ""))
    if basis.comparisons > 1 and verdict != verdicts.CONTRADICTED:
        before = f"The closest of {basis.comparisons} comparisons:"
    text = " ".join(part for part in (before, difference(basis), after) if part)
    return text[0].upper() + text[1:]


def _why_open(basis: Basis) -> str:
    if basis.alone:
        return f"{basis.alone} is shown taken alone, but not with Holm’s correction for all claims"
    if basis.shown.need == ABOVE:
        return "Neither this nor its opposite is shown"
    what = {NOT_BELOW: "A step back", NOT_ABOVE: "A gain"}.get(basis.shown.need, "A difference")
    return f"{what} of {basis.margin} or more is not ruled out"


def _visible(basis: Basis) -> str:
    what, answered = ("a difference", "seen") if basis.shown.need == ABOVE else ("a margin", "kept")
    many = f"with {counted(basis.seeds, 'seed')}"
    return f"{many}, {what} of {basis.detectable} would have been {answered} in four of five cases"


def share_reason(verdict: str, claim: Claim, shown: Shown, seeds: int, least: float) -> str:
    """Say in how many seeds a property of the loss curve holds; `least`: the percentage told from a half."""
    held = f"{decimals(shown.effect, 0)} % of {counted(seeds, 'seed')}: {PROPERTIES[claim.curve or '']}"
    share = f"{held} (in {decimals(shown.lower, 0)} to {decimals(shown.upper, 0)} % of all runs)."
    if verdict != verdicts.INCONCLUSIVE:
        return share
    if math.isnan(least):
        return f"{share} With so few seeds, not even all of them would show that it holds in most."
    return f"{share} A share of {decimals(least, 0)} % would have been told from a half in four of five cases."


def amount(value: float, unit: str) -> str:
    """Write a margin, or an effect that could be seen: `0.25 points`, `5.0 %`."""
    if math.isnan(value):
        return "no size"
    return f"{decimals(value, places(unit))} {unit}"


def places(unit: str | None) -> int:
    """The decimals of an effect: two for points, of which one is a hundred images; one for percent."""
    return 2 if unit == POINTS else 1
