"""What the report says of a claim: what was tested, and why the verdict is what it is."""

from collections.abc import Mapping
from typing import Any

from fmnist.claims import hindrances, verdicts
from fmnist.claims.claim_list import Claim
from fmnist.claims.compared_runs import KnownRuns, compared_runs, run_names
from fmnist.claims.examine import point_of
from fmnist.claims.forms import ABOVE, NOT_ABOVE, NOT_BELOW
from fmnist.claims.scale import POINTS
from fmnist.common.wording import counted, decimals, signed

NOUNS = {
    "accuracy": "test accuracy",
    "train_loss": "final training loss",
    "generalization_gap": "gap between train and test accuracy",
    "seconds": "training time",
}
PROPERTIES = {
    None: "",
    "falls_at_every_epoch": "the training loss falls at every epoch",
    "rises_at_some_epoch": "the training loss rises at some epoch",
}

Row = Mapping[str, Any]  # a line of claims.csv; None: no number


def what_is_tested(claim: Claim, known: KnownRuns) -> str:
    """Say in a line what was tested."""
    runs = compared_runs(claim, known)
    names, point = run_names(claim, runs, known.experiments), point_of(claim, runs)
    first, last, noun = names[0], names[-1], NOUNS[claim.measure]
    others = last if len(names) <= 2 else f"each of {len(names) - 1} others"
    lowest = claim.form == "fall_rise" or (claim.form == "best" and claim.measure == "train_loss")
    beyond = "below" if lowest else "above"
    turn = f"a value between {first} and {last} {beyond} both" if point is None else f"{names[point]} {beyond} {others}"
    return {
        "value": f"{noun} of {first}: the reported number against ours",
        "greater": f"{noun}: {first} above {others}",
        "equivalent": f"{noun}: {first} {'not above' if claim.tail == 'one' else 'like'} {others}, within the margin",
        "best": f"{noun}: {first} {beyond} {others}",
        "ranking": f"{noun}: {' above '.join(names)}",
        "rising": f"{noun}: rises from {first} to {last}",
        "falling": f"{noun}: falls from {first} to {last}",
        "plateau": f"{noun}: rises from {first} to {names[point or 0]}, then stays level to {last}",
        "rise_fall": f"{noun}: {turn}",
        "fall_rise": f"{noun}: {turn}",
        "curve": f"{first}: {PROPERTIES[claim.curve]}, in most seeds",
    }[claim.form]


def reason(claim: Claim, row: Row, significance: float) -> str:
    """Say why a claim has its verdict, in one to three sentences."""
    if row["hindrance"]:
        return _not_testable(row)
    if claim.form == "curve":
        return _share(claim, row)
    return _comparison(row, significance)


def places(unit: str | None) -> int:
    """Return the decimals of an effect: two for points, of which one is a hundred images; one for percent."""
    return 2 if unit == POINTS else 1


def amount(size: float | None, unit: str) -> str:
    """Write a size, such as a margin: `0.25 points`, `5.0 %`."""
    return "no size" if size is None else f"{decimals(size, places(unit))} {unit}"


def interval(row: Row) -> str:
    """Write an effect's interval after a space, such as ` (+0.05 to +0.57)`; empty where there is none."""
    digits = places(row["unit"])
    return "" if row["lower"] is None else f" ({signed(row['lower'], digits)} to {signed(row['upper'], digits)})"


def _not_testable(row: Row) -> str:
    runs = row["hindrance_runs"]
    count = counted(len(str(runs).split(", ")), "run")
    lost = f" {row['diverged']} of the runs diverged." if row["diverged"] else ""
    return {
        hindrances.SAME_RUN: f"In this config, all that it names is {count} ({runs}).",
        hindrances.EXTENSION_NOT_RUN: f"It needs an extension that was not run: {runs}.",
        hindrances.NOT_IN_CONFIG: f"The config in use does not hold: {runs}.",
        hindrances.NOT_RUN: f"Not run: {runs}.",
        hindrances.NO_NUMBER: f"No seed has a number for every run that is compared.{lost}",
        hindrances.DIFFERENT_PLACES: "The runs were made on different devices or engines, "
        "between which times do not compare.",
        hindrances.NOT_PRINTED: "The original prints no such number.",
    }[row["hindrance"]]


def _share(claim: Claim, row: Row) -> str:
    least, lower, upper = row["min_detectable_effect"], decimals(row["lower"], 0), decimals(row["upper"], 0)
    held = f"{decimals(row['effect'], 0)} % of {counted(row['n'], 'seed')}: {PROPERTIES[claim.curve]}"
    share = f"{held} (in {lower} to {upper} % of all runs)."
    if row["verdict"] != verdicts.INCONCLUSIVE:
        return share
    if least is None:
        return f"{share} With so few seeds, not even all of them would show that it holds in most."
    return f"{share} A share of {decimals(least, 0)} % would have been told from a half in four of five cases."


def _comparison(row: Row, significance: float) -> str:
    """Say the comparison that decides, such as `Max pooling against ReLU: test accuracy +0.30 points (...).`"""
    margin, verdict, before = amount(row["margin"], row["unit"]), row["verdict"], ""
    if verdict == verdicts.CONTRADICTED:
        before = "The opposite is shown: "
    elif row["comparisons"] > 1:
        before = f"The closest of {row['comparisons']} comparisons: "
    after = {
        verdicts.SMALL: f" That is shown, and shown to be less than {margin}.",
        verdicts.EQUIVALENT: f" Any difference there is shown to be less than {margin}.",
        verdicts.INCONCLUSIVE: f" {_why_open(row, margin, significance)}; {_what_would_be_seen(row)}.",
    }.get(verdict, "")
    if row["measure"] == "train_loss" and row["diverged"]:
        after += f" Without {counted(row['diverged'], 'run')} that diverged, whose loss was the highest of all."
    effect = f"{signed(row['effect'], places(row['unit']))} {row['unit']}{interval(row)}"
    text = f"{before}{row['first']} against {row['second']}: {NOUNS[row['measure']]} {effect}.{after}"
    return text[0].upper() + text[1:]


def _why_open(row: Row, margin: str, significance: float) -> str:
    for words, p in (("This", row["p"]), ("The opposite", row["p_against"])):
        if p is not None and p < significance:
            return f"{words} is shown taken alone, but not with Holm’s correction for all claims"
    if row["need"] == ABOVE:
        return "Neither this nor its opposite is shown"
    what = {NOT_BELOW: "A step back", NOT_ABOVE: "A gain"}.get(row["need"], "A difference")
    return f"{what} of {margin} or more is not ruled out"


def _what_would_be_seen(row: Row) -> str:
    what, answered = ("a difference", "seen") if row["need"] == ABOVE else ("a margin", "kept")
    least = amount(row["min_detectable_effect"], row["unit"])
    return f"with {counted(row['n'], 'seed')}, {what} of {least} would have been {answered} in four of five cases"
